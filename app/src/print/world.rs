//! All that the compiler may see: the templates, one document of values, one logo, the fonts.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt as _, World};

const MAIN: &str = "report.typ";
const TEMPLATES: [(&str, &str); 4] = [
    (MAIN, include_str!("typ/report.typ")),
    ("parts.typ", include_str!("typ/parts.typ")),
    ("charts.typ", include_str!("typ/charts.typ")),
    ("sections.typ", include_str!("typ/sections.typ")),
];

/// Latin, Greek and Cyrillic in two weights; Arabic and Hebrew, in which people may write too.
const FONTS: [&[u8]; 4] = [
    include_bytes!("../../../style/fonts/print/IBMPlexSans-Regular.ttf"),
    include_bytes!("../../../style/fonts/print/IBMPlexSans-SemiBold.ttf"),
    include_bytes!("../../../style/fonts/print/IBMPlexSansArabic-Regular.ttf"),
    include_bytes!("../../../style/fonts/print/IBMPlexSansHebrew-Regular.ttf"),
];

/// What is the same for every report.
struct Fixed {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    templates: Vec<Source>,
    main: FileId,
    content: FileId,
    logo: FileId,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let read = |bytes| Font::new(Bytes::new(bytes), 0).expect("the fonts are part of the program");
    let fonts: Vec<Font> = FONTS.map(read).to_vec();
    let templates = TEMPLATES.map(|(name, text)| Source::new(file(name), text.to_owned()));
    // Cells that name their row or column are marked as such by a part of the library that is not final yet.
    let features = [Feature::A11yExtras].into_iter().collect();
    Fixed {
        library: LazyHash::new(Library::builder().with_features(features).build()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        templates: templates.to_vec(),
        main: file(MAIN),
        content: file("report.json"),
        logo: file("logo.png"),
    }
});

fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names are part of the program");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// One report to be set.
pub(super) struct Paper {
    content: Bytes,
    logo: Option<Bytes>,
}

impl Paper {
    /// `content` is what `report.json` holds, `logo` a PNG.
    pub(super) fn new(content: String, logo: Option<Vec<u8>>) -> Self {
        Self { content: Bytes::from_string(content), logo: logo.map(Bytes::new) }
    }
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &FIXED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FIXED.book
    }

    fn main(&self) -> FileId {
        FIXED.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        FIXED.templates.iter().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match &self.logo {
            _ if id == FIXED.content => Ok(self.content.clone()),
            Some(logo) if id == FIXED.logo => Ok(logo.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FIXED.fonts.get(index).cloned()
    }

    /// There is no clock: the report says when it was computed.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
