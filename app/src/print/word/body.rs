//! What stands between the first page and the last, and where it is found.

use std::collections::BTreeMap;

use super::table::Table;
use super::text::{Look, Paragraph, Style};
use crate::print::model::Link;

/// The elements of a document, with its bookmarks and the addresses that it leads to.
#[derive(Debug, Default)]
pub(super) struct Body {
    xml: String,
    bookmarks: usize,
    /// Titles of sections, with their bookmarks.
    sections: Vec<(String, String)>,
    /// Bookmarks of criteria, by their codes.
    criteria: BTreeMap<String, String>,
    addresses: Vec<String>,
}

impl Body {
    pub(super) fn paragraph(&mut self, paragraph: &Paragraph) {
        self.xml.push_str(&paragraph.xml());
    }

    pub(super) fn table(&mut self, table: Table) {
        self.xml.push_str(&table.xml());
    }

    /// Elements of this program's own.
    pub(super) fn element(&mut self, xml: &str) {
        self.xml.push_str(xml);
    }

    /// Begins a section: its title, and one quiet line below.
    pub(super) fn section(&mut self, title: &str, aside: Option<&str>) {
        // Word knows its own bookmarks of headings by this name.
        let name = format!("_Toc{:06}", self.sections.len() + 1);
        let number = self.bookmark();
        self.paragraph(&Paragraph::of(Style::Heading1, title).bookmarked(number, &name));
        self.sections.push((title.to_owned(), name));
        if let Some(aside) = aside {
            self.paragraph(&Paragraph::of(Style::Aside, aside));
        }
    }

    /// A bookmark's number.
    fn bookmark(&mut self) -> usize {
        self.bookmarks += 1;
        self.bookmarks
    }

    /// A paragraph that names a criterion, as the place where others lead to.
    pub(super) fn of_criterion(&mut self, code: &str, paragraph: Paragraph) -> Paragraph {
        let number = self.bookmark();
        // A code may have letters that the name of a bookmark may not.
        let name = format!("criterion_{number}");
        self.criteria.insert(code.to_owned(), name.clone());
        paragraph.bookmarked(number, &name)
    }

    /// A criterion's code, which leads to where it stands in this document if it does.
    pub(super) fn to_criterion(&self, code: &str, paragraph: Paragraph) -> Paragraph {
        match self.criteria.get(code) {
            Some(bookmark) => paragraph.inside(bookmark, Look::Strong, code),
            None => paragraph.strong(code),
        }
    }

    /// An address with what stands before it. One that is not of the web leads nowhere.
    pub(super) fn link(&mut self, paragraph: Paragraph, link: &Link) -> Paragraph {
        let paragraph = paragraph.plain(link.words).plain(" ");
        if !["https://", "http://"].iter().any(|scheme| link.address.starts_with(scheme)) {
            return paragraph.plain(&link.address);
        }
        self.addresses.push(link.address.clone());
        paragraph.outside(&relation(self.addresses.len()), &link.address)
    }

    /// Takes out what was written so far, to write something before it.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.xml)
    }

    pub(super) fn xml(&self) -> &str {
        &self.xml
    }

    /// Titles of sections, with their bookmarks.
    pub(super) fn sections(&self) -> &[(String, String)] {
        &self.sections
    }

    /// The addresses that it leads to, with their relations.
    pub(super) fn addresses(&self) -> impl Iterator<Item = (String, &str)> {
        self.addresses.iter().enumerate().map(|(at, address)| (relation(at + 1), address.as_str()))
    }
}

fn relation(number: usize) -> String {
    format!("rIdLink{number}")
}
