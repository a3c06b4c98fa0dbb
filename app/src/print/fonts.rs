//! The fonts of the report: those that are part of the program and, for a sign that none of them has, those of the machine.
//! What no font has shows as a box, and the report says so.
//!
//! **Invariants.** A report that needs no other sign is set in the program's own fonts, and is the same file on every
//! machine. The machine's fonts are looked for once, when a report first needs one; a font of theirs is in memory
//! while a report is set with it, and until the next one is.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo, is_default_ignorable};
use typst::utils::LazyHash;

/// Latin, Greek and Cyrillic in two weights; Arabic and Hebrew, in which people may write too.
const OWN: [&[u8]; 4] = [
    include_bytes!("../../../style/fonts/print/IBMPlexSans-Regular.ttf"),
    include_bytes!("../../../style/fonts/print/IBMPlexSans-SemiBold.ttf"),
    include_bytes!("../../../style/fonts/print/IBMPlexSansArabic-Regular.ttf"),
    include_bytes!("../../../style/fonts/print/IBMPlexSansHebrew-Regular.ttf"),
];

/// Where systems keep the fonts that are there for everybody.
const FOLDERS: [&str; 5] = [
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:\\Windows\\Fonts",
];

/// Files that are looked at, how large one may be in bytes, how many fonts may be in it, and how deep it may lie.
const MOST_FILES: usize = 5_000;
const LARGEST_FILE: u64 = 128 << 20;
const MOST_IN_ONE: u32 = 64;
const DEEPEST: usize = 6;

static OWN_FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::new(&OWN, &[]));
static ALL_FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let folders = FOLDERS.map(Path::new);
    let fonts = Fonts::new(&OWN, &folders);
    tracing::info!(
        fonts = fonts.found.len(),
        "looked for fonts of this machine, for a report with other letters"
    );
    fonts
});

/// Fonts with an index of what each has.
pub(super) struct Fonts {
    book: LazyHash<FontBook>,
    /// The first of the index, in its order.
    own: Vec<Font>,
    /// The others.
    found: Vec<Found>,
}

/// A font of the machine.
struct Found {
    file: PathBuf,
    /// Its place in the file, which may be a collection.
    place: u32,
}

/// The fonts to set a text with, and what of it none of them has.
pub(super) fn for_text(text: &str) -> (&'static Fonts, BTreeSet<char>) {
    let signs: BTreeSet<char> = text.chars().filter(|sign| is_drawn(*sign)).collect();
    let own: &'static Fonts = &OWN_FONTS;
    let lacking = own.without(signs);
    if lacking.is_empty() {
        return (own, lacking);
    }
    let all: &'static Fonts = &ALL_FONTS;
    let missing = all.without(lacking);
    (all, missing)
}

/// Whether it takes a font that has it. ASCII is in all of ours.
fn is_drawn(sign: char) -> bool {
    !sign.is_ascii() && !sign.is_whitespace() && !sign.is_control() && !is_default_ignorable(sign)
}

/// What to say of signs that no font has; nothing where there are none.
pub(super) fn boxes(missing: &BTreeSet<char>) -> Option<String> {
    const NAMED: usize = 3;
    let mut names: Vec<String> =
        missing.iter().take(NAMED).map(|sign| format!("U+{:04X}", u32::from(*sign))).collect();
    if missing.len() > NAMED {
        names.push(format!("{} more", missing.len() - NAMED));
    }
    let last = names.pop()?;
    let names = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
    Some(format!(
        "Boxes stand for letters that no font of the server has: {names}. The report in the browser shows them, and this \
         file does once a font that has them is installed there."
    ))
}

impl Fonts {
    /// These fonts, and those in the files below the folders. One that is called as one of these is left out: ours come
    /// first, whatever the machine has.
    pub(super) fn new(own: &[&'static [u8]], folders: &[&Path]) -> Self {
        let read = |bytes: &&'static [u8]| {
            Font::new(Bytes::new(*bytes), 0).expect("the fonts are part of the program")
        };
        let own: Vec<Font> = own.iter().map(read).collect();
        let mut book = FontBook::from_fonts(&own);
        let names: Vec<String> = own.iter().map(|font| font.info().family.clone()).collect();
        let mut found = Vec::new();
        for file in files_below(folders) {
            let Ok(content) = fs::read(&file) else { continue };
            for place in 0..fonts_in(&content) {
                let Some(info) = FontInfo::new(&content, place) else { continue };
                if !info.is_last_resort() && !names.contains(&info.family) {
                    book.push(info);
                    found.push(Found { file: file.clone(), place });
                }
            }
        }
        Self { book: LazyHash::new(book), own, found }
    }

    pub(super) const fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.own.len() + self.found.len()
    }

    /// The font at this place of the book. One of the machine is read anew each time.
    pub(super) fn font(&self, index: usize) -> Option<Font> {
        if let Some(own) = self.own.get(index) {
            return Some(own.clone());
        }
        let found = self.found.get(index.checked_sub(self.own.len())?)?;
        Font::new(Bytes::new(fs::read(&found.file).ok()?), found.place)
    }

    /// Those of the signs that no font has.
    pub(super) fn without(&self, mut signs: BTreeSet<char>) -> BTreeSet<char> {
        for info in (0..self.count()).filter_map(|index| self.book.info(index)) {
            if signs.is_empty() {
                break;
            }
            signs.retain(|sign| !info.coverage.contains(u32::from(*sign)));
        }
        signs
    }
}

/// How many fonts a file holds: several where it is a collection (OpenType, *otff*, "Font Collections").
fn fonts_in(content: &[u8]) -> u32 {
    match (content.get(..4), content.get(8..12)) {
        (Some(b"ttcf"), Some(&[a, b, c, d])) => u32::from_be_bytes([a, b, c, d]).min(MOST_IN_ONE),
        _ => 1,
    }
}

/// The files of fonts below these folders, in order, so that the same machine always chooses the same.
fn files_below(folders: &[&Path]) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let mut waiting: Vec<(PathBuf, usize)> = folders.iter().map(|folder| ((*folder).to_owned(), 0)).collect();
    while let Some((folder, depth)) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            // What a link leads to counts; the depth ends those that lead in circles.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if metadata.is_dir() && depth < DEEPEST {
                waiting.push((path, depth + 1));
            } else if metadata.is_file() && metadata.len() <= LARGEST_FILE && is_font(&path) {
                files.insert(path);
            }
            if files.len() == MOST_FILES {
                return files;
            }
        }
    }
    files
}

fn is_font(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ["ttf", "otf", "ttc", "otc"].contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATIN: &[u8] = OWN[0];
    const ARABIC: &[u8] = OWN[2];
    const HEBREW: &[u8] = OWN[3];

    #[test]
    fn a_letter_that_our_fonts_lack_is_taken_from_a_folder_of_fonts() {
        let folder = tempfile::tempdir().unwrap();
        let deeper = folder.path().join("truetype/plex");
        fs::create_dir_all(&deeper).unwrap();
        fs::write(deeper.join("Hebrew.TTF"), HEBREW).unwrap();
        fs::write(deeper.join("Latin.ttf"), LATIN).unwrap();
        fs::write(deeper.join("broken.otf"), b"no font").unwrap();
        fs::write(deeper.join("arabic.txt"), ARABIC).unwrap();
        let fonts = Fonts::new(&[LATIN], &[folder.path(), Path::new("/nowhere/at/all")]);
        assert_eq!(fonts.count(), 2, "ours once, and the other one");
        let signs = |text: &str| text.chars().collect::<BTreeSet<_>>();
        assert_eq!(fonts.without(signs("aשق")), signs("ق"));
        assert!(fonts.font(1).unwrap().info().coverage.contains(u32::from('ש')));
        assert!(fonts.font(2).is_none());
        fs::remove_dir_all(&deeper).unwrap();
        assert!(fonts.font(0).is_some() && fonts.font(1).is_none(), "what was removed meanwhile is no panic");
    }

    #[test]
    fn what_our_fonts_have_is_never_looked_for_elsewhere() {
        let (fonts, missing) = for_text("Größe Ω ж שלום الواجهة — “quoted” \u{200b}\u{ad}\t\n");
        assert!(missing.is_empty());
        assert_eq!(fonts.count(), OWN.len());
    }

    #[test]
    fn boxes_are_named_by_their_code_points() {
        let said = |text: &str| boxes(&text.chars().collect());
        assert_eq!(said(""), None);
        assert!(said("\u{378}").unwrap().contains("has: U+0378. "));
        assert!(said("\u{378}\u{379}").unwrap().contains("has: U+0378 and U+0379. "));
        let many = said("\u{378}\u{379}\u{380}\u{381}\u{10ffff}").unwrap();
        assert!(many.contains("has: U+0378, U+0379, U+0380 and 2 more. "), "{many}");
        // An unassigned code point, which no font of any machine has.
        assert_eq!(for_text("a\u{378}").1, BTreeSet::from(['\u{378}']));
    }
}
