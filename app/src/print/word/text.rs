//! Paragraphs, and the stretches of text in them.

use crate::print::printable;

/// How a paragraph looks: a style of `parts/styles.xml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Title,
    /// A section.
    Heading1,
    /// A part of a section.
    Heading2,
    Text,
    /// A name, a tab, and what is to be said of it.
    Pair,
    Note,
    /// A quiet line.
    Aside,
    ContentsTitle,
    Contents,
    Header,
    Footer,
    PageNumber,
    /// In a table: the name of a column.
    Head,
    NumberHead,
    SmallHead,
    Cell,
    /// A quiet line below another.
    Sub,
    Number,
    NumberSub,
    /// In the middle of a small cell.
    Small,
}

impl Style {
    const fn id(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Heading1 => "Heading1",
            Self::Heading2 => "Heading2",
            Self::Text => "Normal",
            Self::Pair => "Pair",
            Self::Note => "Note",
            Self::Aside => "Aside",
            Self::ContentsTitle => "TOCHeading",
            Self::Contents => "TOC1",
            Self::Header => "Header",
            Self::Footer => "Footer",
            Self::PageNumber => "NumberOfPage",
            Self::Head => "Head",
            Self::NumberHead => "NumberHead",
            Self::SmallHead => "SmallHead",
            Self::Cell => "Cell",
            Self::Sub => "Sub",
            Self::Number => "Number",
            Self::NumberSub => "NumberSub",
            Self::Small => "Small",
        }
    }
}

/// How a stretch of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Strong,
    Quiet,
    /// One of the five numbers.
    Figure,
    /// On a dark ground.
    Light,
    Link,
}

impl Look {
    const fn id(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("Strong"),
            Self::Quiet => Some("Quiet"),
            Self::Figure => Some("Figure"),
            Self::Light => Some("Light"),
            Self::Link => Some("Hyperlink"),
        }
    }
}

/// A paragraph, written from its beginning on.
#[derive(Debug, Clone)]
pub(super) struct Paragraph {
    style: Style,
    /// It is read from the right: its first text begins so.
    is_from_right: Option<bool>,
    xml: String,
}

impl Paragraph {
    pub(super) fn new(style: Style) -> Self {
        Self { style, is_from_right: None, xml: String::new() }
    }

    /// One with a plain text in it.
    pub(super) fn of(style: Style, text: &str) -> Self {
        Self::new(style).plain(text)
    }

    pub(super) fn plain(self, text: &str) -> Self {
        self.say(Look::Plain, text)
    }

    pub(super) fn strong(self, text: &str) -> Self {
        self.say(Look::Strong, text)
    }

    pub(super) fn quiet(self, text: &str) -> Self {
        self.say(Look::Quiet, text)
    }

    /// A text letter by letter, with its lines.
    pub(super) fn say(mut self, look: Look, text: &str) -> Self {
        let is_from_right = is_from_right(text);
        self.is_from_right.get_or_insert(is_from_right);
        self.xml.push_str("<w:r>");
        if look.id().is_some() || is_from_right {
            self.xml.push_str("<w:rPr>");
            if let Some(id) = look.id() {
                self.xml.extend(["<w:rStyle w:val=\"", id, "\"/>"]);
            }
            if is_from_right {
                self.xml.push_str("<w:rtl/>");
            }
            self.xml.push_str("</w:rPr>");
        }
        for (number, line) in printable::text(text).split('\n').enumerate() {
            if number > 0 {
                self.xml.push_str("<w:br/>");
            }
            self.xml.extend(["<w:t xml:space=\"preserve\">", &escaped(line), "</w:t>"]);
        }
        self.xml.push_str("</w:r>");
        self
    }

    pub(super) fn tab(mut self) -> Self {
        self.xml.push_str("<w:r><w:tab/></w:r>");
        self
    }

    /// A text that leads to a bookmark of this document.
    pub(super) fn inside(mut self, bookmark: &str, look: Look, text: &str) -> Self {
        self.xml.extend(["<w:hyperlink w:anchor=\"", bookmark, "\" w:history=\"1\">"]);
        self = self.say(look, text);
        self.xml.push_str("</w:hyperlink>");
        self
    }

    /// An address that leads outside by this relation.
    pub(super) fn outside(mut self, relation: &str, address: &str) -> Self {
        self.xml.extend(["<w:hyperlink r:id=\"", relation, "\" w:history=\"1\">"]);
        self = self.say(Look::Link, address);
        self.xml.push_str("</w:hyperlink>");
        self
    }

    /// The same with a bookmark around all that it says.
    pub(super) fn bookmarked(mut self, number: usize, name: &str) -> Self {
        self.xml = format!(
            "<w:bookmarkStart w:id=\"{number}\" w:name=\"{name}\"/>{}<w:bookmarkEnd w:id=\"{number}\"/>",
            self.xml
        );
        self
    }

    /// Elements of this program's own: a field, a picture.
    pub(super) fn element(mut self, xml: &str) -> Self {
        self.xml.push_str(xml);
        self
    }

    pub(super) fn xml(&self) -> String {
        let Self { style, is_from_right, xml } = self;
        let bidi = if *is_from_right == Some(true) { "<w:bidi/>" } else { "" };
        format!("<w:p><w:pPr><w:pStyle w:val=\"{}\"/>{bidi}</w:pPr>{xml}</w:p>", style.id())
    }
}

/// A text as it stands between tags or in quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text as a value of an attribute or of a property: without ends of lines and what is no sign.
pub(super) fn line(text: &str) -> String {
    escaped(&printable::text(text).replace('\n', " "))
}

/// Whether its first letter is of a script that is written from the right (Unicode, blocks 0590 to 08FF, FB1D to FDFF, FE70
/// to FEFF).
fn is_from_right(text: &str) -> bool {
    let first = text.chars().find(|c| c.is_alphabetic());
    first.is_some_and(
        |c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'),
    )
}
