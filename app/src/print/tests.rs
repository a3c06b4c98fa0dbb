use serde_json::Value;
use typst::World as _;
use typst::diag::FileError;
use typst::syntax::{FileId, RootedPath, VirtualPath, VirtualRoot};

use super::sample::{full, least};
use super::*;

#[test]
fn a_report_is_set_without_a_warning_whether_it_says_little_or_much() {
    for content in [least(), full()] {
        let world = world::Paper::new(&content, None);
        let compiled = typst::compile::<PagedDocument>(&world);
        let warnings: Vec<_> = compiled.warnings.iter().map(|warning| warning.message.to_string()).collect();
        assert!(warnings.is_empty(), "{warnings:?}");
        let document = compiled.output.unwrap();
        assert!(accessible(&document).is_ok());
    }
}

#[test]
fn the_compiler_sees_no_file_but_those_it_is_handed() {
    let world = world::Paper::new(&least(), None);
    let id = |name: &str| -> FileId {
        RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).unwrap()).intern()
    };
    for name in ["/etc/passwd", "Cargo.toml", "logo.png"] {
        assert!(matches!(world.file(id(name)), Err(FileError::AccessDenied)), "{name}");
        assert!(matches!(world.source(id(name)), Err(FileError::AccessDenied)), "{name}");
    }
    assert!(world.file(id("report.json")).is_ok() && world.today(None).is_none());
}

#[test]
fn a_report_is_the_same_file_every_time() {
    let set = || set(&least(), None).unwrap();
    assert_eq!(set(), set());
}

#[test]
fn a_letter_that_no_font_has_is_a_box_and_the_report_says_so() {
    // An unassigned code point, which no font of any machine has.
    let mut content = least();
    content.cover.organization = "Birch \u{378}".to_owned();
    let world = world::Paper::new(&content, None);
    let told = world.file(report()).unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    assert!(told["boxes"].as_str().unwrap().contains("U+0378"), "{told}");
    let file = set(&content, None).unwrap();
    assert!(file.starts_with(b"%PDF-1.7"));

    let plain = world::Paper::new(&least(), None).file(report()).unwrap();
    let plain: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(plain["boxes"], Value::Null);
}

fn report() -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new("report.json").unwrap()).intern()
}
