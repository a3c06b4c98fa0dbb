//! The content that Rung ships with: four frameworks, the check kinds, and the sources that criteria cite.

use std::sync::LazyLock;

use crate::check::CheckKinds;
use crate::framework::{Citations, Framework};

/// The sources of the four frameworks, by file name.
pub const FRAMEWORK_SOURCES: [(&str, &str); 4] = [
    ("b7.toml", include_str!("../frameworks/b7.toml")),
    ("bl7.toml", include_str!("../frameworks/bl7.toml")),
    ("ccr.toml", include_str!("../frameworks/ccr.toml")),
    ("vbr.toml", include_str!("../frameworks/vbr.toml")),
];

/// The source of the check kinds.
pub const CHECK_KINDS_SOURCE: &str = include_str!("../frameworks/check-kinds.toml");

/// The source of the citations.
pub const CITATIONS_SOURCE: &str = include_str!("../frameworks/citations.toml");

static CHECK_KINDS: LazyLock<CheckKinds> =
    LazyLock::new(|| CheckKinds::read(CHECK_KINDS_SOURCE).expect("the built-in check kinds are tested"));

static CITATIONS: LazyLock<Citations> =
    LazyLock::new(|| Citations::read(CITATIONS_SOURCE).expect("the built-in citations are tested"));

static FRAMEWORKS: LazyLock<[Framework; 4]> = LazyLock::new(|| {
    FRAMEWORK_SOURCES.map(|(_, source)| {
        Framework::read(source, check_kinds(), citations()).expect("the built-in frameworks are tested")
    })
});

/// The 31 kinds of health checks.
pub fn check_kinds() -> &'static CheckKinds {
    &CHECK_KINDS
}

/// The sources that criteria cite.
pub fn citations() -> &'static Citations {
    &CITATIONS
}

/// The frameworks B7, BL7, CCR and VBR.
pub fn frameworks() -> &'static [Framework] {
    FRAMEWORKS.as_slice()
}
