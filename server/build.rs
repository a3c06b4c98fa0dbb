//! Puts everything a browser loads into the binary, compressed once, here.
//!
//! Reads `style/` (the layers in the order of `style/ORDER`, fonts, the icon) and what `cargo leptos build`
//! left in `target/site/pkg`. Writes `assets.rs` to `OUT_DIR`, which `src/assets.rs` includes. One hash over
//! all contents names the files, so a browser may keep them for ever and never mixes two builds.
//!
//! Without browser code the binary is built all the same: every page works as plain HTML.
//!
//! It also asks the linker for the short form of what the loader has to fill in, where the C library reads that.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The name that cargo-leptos gives to what it builds (`output-name` in the workspace's Cargo.toml).
const BUILT_NAME: &str = "rung";

/// The script of the worker that reconciles files; it finds loader and WebAssembly by its own name.
const WORKER: &str = "app/src/islands/reconcile/worker.js";

/// One file to be served.
struct Asset {
    /// Below the root of the site, with the leading slash; `{name}` stands for the hashed name.
    paths: Vec<String>,
    content_type: &'static str,
    cache: Cache,
    bytes: Vec<u8>,
}

/// How long a browser may keep a file: a variant of the enum of the same name in `src/assets.rs`.
#[derive(Debug, Clone, Copy)]
enum Cache {
    /// The path changes whenever the content does.
    Forever,
    /// The path stays: look again after a day.
    Day,
    /// The path stays, and other files rely on this very content.
    Never,
}

fn main() -> Result<()> {
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")?).join("..");
    let out = PathBuf::from(env("OUT_DIR")?);
    let style = root.join("style");
    let package = root.join("target/site/pkg");
    // Cargo watches a folder only when it exists; with it there, browser code built later is noticed.
    fs::create_dir_all(&package)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", style.display());
    println!("cargo::rerun-if-changed={}", package.display());

    let mut assets = vec![stylesheet(&style)?];
    assets.extend(fonts_and_icon(&style)?);
    let worker = root.join(WORKER);
    println!("cargo::rerun-if-changed={}", worker.display());
    let browser_code = browser_code(&package, &worker)?;
    let has_browser_code = !browser_code.is_empty();
    assets.extend(browser_code);

    let name = format!("rung-{}", hash(&assets));
    let source = table(&assets, &name, has_browser_code, &out)?;
    fs::write(out.join("assets.rs"), source)?;
    if reads_packed_relocations()? {
        println!("cargo::rustc-link-arg-bin=rung=-Wl,-z,pack-relative-relocs");
    }
    Ok(())
}

/// Whether programs for this machine may have their relative relocations packed (`DT_RELR`), which glibc reads from 2.36 on
/// (<https://sourceware.org/glibc/wiki/Release/2.36>): 50 kB in place of 4 MB, which the loader reads and leaves resident.
fn reads_packed_relocations() -> Result<bool> {
    if env("HOST")? != env("TARGET")? || env("CARGO_CFG_TARGET_ENV")? != "gnu" {
        return Ok(false);
    }
    let Ok(asked) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return Ok(false) };
    let version = String::from_utf8(asked.stdout)?;
    let minor =
        version.trim().strip_prefix("glibc 2.").and_then(|minor| minor.split('.').next()?.parse().ok());
    Ok(minor.is_some_and(|minor: u32| minor >= 36))
}

fn env(name: &str) -> Result<String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}").into())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// All style sheets as one, in the order that `style/ORDER` lists, or by name where there is no such file.
fn stylesheet(style: &Path) -> Result<Asset> {
    let order = style.join("ORDER");
    let files: Vec<PathBuf> = if order.is_file() {
        let text = String::from_utf8(read(&order)?)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(|line| style.join(line)).collect()
    } else {
        files_below(style)?.into_iter().filter(|path| has_extension(path, "css")).collect()
    };
    let mut bytes = Vec::new();
    for file in files {
        bytes.extend(read(&file)?);
        bytes.push(b'\n');
    }
    let paths = vec!["/pkg/{name}.css".to_owned()];
    Ok(Asset { paths, content_type: "text/css; charset=utf-8", cache: Cache::Forever, bytes })
}

fn fonts_and_icon(style: &Path) -> Result<Vec<Asset>> {
    let mut assets = Vec::new();
    for path in files_below(&style.join("fonts"))? {
        if has_extension(&path, "woff2") {
            let paths = vec![format!("/fonts/{}", relative(&path, &style.join("fonts"))?)];
            let bytes = read(&path)?;
            // A font's file name carries its subset and axes; a new cut gets a new name.
            assets.push(Asset { paths, content_type: "font/woff2", cache: Cache::Forever, bytes });
        }
    }
    let paths = vec!["/favicon.svg".to_owned()];
    let bytes = read(&style.join("favicon.svg"))?;
    assets.push(Asset { paths, content_type: "image/svg+xml", cache: Cache::Day, bytes });
    Ok(assets)
}

/// The WebAssembly, its loader and the loader's snippets; empty when cargo-leptos has not run.
fn browser_code(package: &Path, worker: &Path) -> Result<Vec<Asset>> {
    let wasm = package.join(BUILT_NAME).with_extension("wasm");
    let loader = package.join(BUILT_NAME).with_extension("js");
    if !wasm.is_file() || !loader.is_file() {
        return Ok(Vec::new());
    }
    let mut assets = vec![
        Asset {
            paths: vec!["/pkg/{name}.js".to_owned()],
            content_type: "text/javascript; charset=utf-8",
            cache: Cache::Forever,
            bytes: read(&loader)?,
        },
        Asset {
            paths: vec!["/pkg/{name}-worker.js".to_owned()],
            content_type: "text/javascript; charset=utf-8",
            cache: Cache::Forever,
            bytes: read(worker)?,
        },
        Asset {
            // Leptos asks for the second name unless LEPTOS_OUTPUT_NAME was set when Leptos was compiled.
            paths: vec!["/pkg/{name}.wasm".to_owned(), "/pkg/{name}_bg.wasm".to_owned()],
            content_type: "application/wasm",
            cache: Cache::Forever,
            bytes: read(&wasm)?,
        },
    ];
    for path in files_below(&package.join("snippets"))? {
        if has_extension(&path, "js") {
            assets.push(Asset {
                paths: vec![format!("/pkg/{}", relative(&path, package)?)],
                content_type: "text/javascript; charset=utf-8",
                cache: Cache::Never,
                bytes: read(&path)?,
            });
        }
    }
    Ok(assets)
}

/// The first 12 hexadecimal digits of SHA-256 over every path and content.
fn hash(assets: &[Asset]) -> String {
    let mut digest = Sha256::new();
    for asset in assets {
        for path in &asset.paths {
            digest.update(path);
        }
        digest.update(u64::try_from(asset.bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        digest.update(&asset.bytes);
    }
    digest.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The Rust source of the table, sorted by path; contents are written beside it, once each.
fn table(assets: &[Asset], name: &str, has_browser_code: bool, out: &Path) -> Result<String> {
    let mut rows = Vec::new();
    let mut source = String::new();
    writeln!(source, "/// Names the style sheet, the loader and the WebAssembly of this build.")?;
    writeln!(source, "pub(crate) const OUTPUT_NAME: &str = {name:?};")?;
    writeln!(source, "/// Whether this binary carries the islands' browser code.")?;
    writeln!(source, "pub(crate) const HAS_BROWSER_CODE: bool = {has_browser_code};")?;
    for (index, asset) in assets.iter().enumerate() {
        let plain = format!("asset-{index}");
        fs::write(out.join(&plain), &asset.bytes)?;
        let compressed = brotli(&asset.bytes)?;
        let brotli = if compressed.len() < asset.bytes.len() {
            fs::write(out.join(format!("{plain}.br")), compressed)?;
            format!("Some(include_bytes!({:?}))", format!("{plain}.br"))
        } else {
            "None".to_owned()
        };
        let (content_type, cache) = (asset.content_type, asset.cache);
        writeln!(
            source,
            "static ASSET_{index}: Asset = Asset {{ content_type: {content_type:?}, cache: Cache::{cache:?}, \
             plain: include_bytes!({plain:?}), brotli: {brotli} }};"
        )?;
        rows.extend(asset.paths.iter().map(|path| (path.replace("{name}", name), index)));
    }
    rows.sort();
    writeln!(source, "static ASSETS: &[(&str, &Asset)] = &[")?;
    for (path, index) in rows {
        writeln!(source, "    ({path:?}, &ASSET_{index}),")?;
    }
    writeln!(source, "];")?;
    Ok(source)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let best = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &best)?;
    Ok(compressed)
}

/// Every file below a folder, sorted; none where the folder does not exist.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn relative(path: &Path, folder: &Path) -> Result<String> {
    Ok(path.strip_prefix(folder)?.to_string_lossy().into_owned())
}
