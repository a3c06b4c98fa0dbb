//! All that the compiler may see: the templates, one document of values, one logo, the fonts.

use std::sync::{LazyLock, OnceLock};

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt as _, World};

use super::fonts::{self, Fonts};
use super::model::Content;
use super::printable;

const MAIN: &str = "report.typ";
const TEMPLATES: [(&str, &str); 4] = [
    (MAIN, include_str!("typ/report.typ")),
    ("parts.typ", include_str!("typ/parts.typ")),
    ("charts.typ", include_str!("typ/charts.typ")),
    ("sections.typ", include_str!("typ/sections.typ")),
];

/// What is the same for every report.
struct Fixed {
    library: LazyHash<Library>,
    templates: Vec<Source>,
    main: FileId,
    content: FileId,
    logo: FileId,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let templates = TEMPLATES.map(|(name, text)| Source::new(file(name), text.to_owned()));
    // Cells that name their row or column are marked as such by a part of the library that is not final yet.
    let features = [Feature::A11yExtras].into_iter().collect();
    Fixed {
        library: LazyHash::new(Library::builder().with_features(features).build()),
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
    fonts: &'static Fonts,
    /// The fonts so far, by their place in the book.
    loaded: Vec<OnceLock<Option<Font>>>,
}

impl Paper {
    /// `content` is what `report.json` holds, but for what is said of letters that no font has; `logo` a PNG.
    pub(super) fn new(content: &Content, logo: Option<Vec<u8>>) -> Self {
        let values = serde_json::to_value(content).expect("names and values of the program's own");
        let mut content = printable::values(values);
        let (fonts, missing) = fonts::for_text(&content.to_string());
        content["boxes"] = fonts::boxes(&missing).into();
        Self {
            content: Bytes::from_string(content.to_string()),
            logo: logo.map(Bytes::new),
            fonts,
            loaded: (0..fonts.count()).map(|_| OnceLock::new()).collect(),
        }
    }
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &FIXED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
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
        self.loaded.get(index)?.get_or_init(|| self.fonts.font(index)).clone()
    }

    /// There is no clock: the report says when it was computed.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
