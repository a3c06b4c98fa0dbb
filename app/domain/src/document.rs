//! Reading TOML content with errors that name the line and the key.
//!
//! A [`Document`] collects every problem of a file instead of stopping at the first: whoever writes a framework by hand
//! sees them all at once. Reading a key that is missing or of the wrong type records the problem and yields a harmless
//! value; [`Document::finish`] then refuses the whole file.

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;

use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

mod loose;

pub(crate) use loose::figure;

/// Neither database is given such a text.
const NUL: &str = "must not hold a NUL character";

/// A problem in a content file: where it is and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Counted from 1.
    pub line: usize,
    /// The key as a dotted path, for example `domain.criterion.weight`; empty where the file is not TOML at all.
    pub key: String,
    /// A sentence.
    pub problem: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "line {}: {}", self.line, self.problem)
        } else {
            write!(f, "line {}, {}: {}", self.line, self.key, self.problem)
        }
    }
}

/// Every problem of a content file, in the order of its lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadErrors(pub Vec<ReadError>);

impl fmt::Display for ReadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadErrors {}

/// The lines of a file and the problems found in it so far.
pub(crate) struct Document {
    line_starts: Vec<usize>,
    errors: RefCell<Vec<ReadError>>,
}

impl Document {
    /// Parses `source` and hands its root table to `read`; the result stands only when no problem was recorded.
    pub(crate) fn read<T>(
        source: &str,
        read: impl FnOnce(&Self, &mut Fields<'_, '_>) -> T,
    ) -> Result<T, ReadErrors> {
        let mut line_starts = vec![0];
        line_starts.extend(source.match_indices('\n').map(|(at, _)| at + 1));
        let document = Self { line_starts, errors: RefCell::default() };
        let (root, problems) = DeTable::parse_recoverable(source);
        for problem in &problems {
            document.report(problem.span().map_or(0, |span| span.start), "", problem.message());
        }
        if problems.is_empty() {
            let mut fields = Fields::new(&document, root.get_ref(), 0, String::new());
            let result = read(&document, &mut fields);
            fields.refuse_unknown();
            document.finish(result)
        } else {
            Err(ReadErrors(document.errors.into_inner()))
        }
    }

    fn finish<T>(self, result: T) -> Result<T, ReadErrors> {
        let mut errors = self.errors.into_inner();
        if errors.is_empty() {
            return Ok(result);
        }
        errors.sort_by_key(|error| error.line);
        Err(ReadErrors(errors))
    }

    /// Whether no problem was found so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.errors.borrow().is_empty()
    }

    /// Records a problem at a byte of the file.
    pub(crate) fn report(&self, at: usize, key: impl Into<String>, problem: impl Into<String>) {
        let line = self.line_starts.partition_point(|start| *start <= at);
        self.errors.borrow_mut().push(ReadError { line, key: key.into(), problem: problem.into() });
    }
}

/// A text with the place it stands at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placed {
    pub(crate) text: String,
    pub(crate) at: usize,
}

/// One entry of a table whose keys are the author's own, for example a profile or a gate.
pub(crate) struct Entry<'t, 'i> {
    pub(crate) name: &'t str,
    /// Byte of the key.
    pub(crate) at: usize,
    pub(crate) value: &'t Spanned<DeValue<'i>>,
}

/// A table being read: remembers which keys were asked for, so that the others are refused.
pub(crate) struct Fields<'t, 'i> {
    document: &'t Document,
    table: &'t DeTable<'i>,
    at: usize,
    path: String,
    known: Vec<&'static str>,
}

impl<'t, 'i> Fields<'t, 'i> {
    fn new(document: &'t Document, table: &'t DeTable<'i>, at: usize, path: String) -> Self {
        Self { document, table, at, path, known: Vec::new() }
    }

    /// The table of an entry, or a problem where it is none.
    pub(crate) fn of_entry(document: &'t Document, entry: &Entry<'t, 'i>, path: String) -> Option<Self> {
        let Some(table) = entry.value.get_ref().as_table() else {
            document.report(entry.at, path, "must be a table");
            return None;
        };
        Some(Self::new(document, table, entry.at, path))
    }

    /// The dotted path of a key of this table.
    pub(crate) fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Where a key stands, or the table where the key is missing.
    pub(crate) fn place(&self, name: &str) -> usize {
        self.table.get_key_value(name).map_or(self.at, |(key, _)| key.span().start)
    }

    /// Records a problem with a key of this table.
    pub(crate) fn report(&self, name: &str, problem: impl Into<String>) {
        self.document.report(self.place(name), self.key(name), problem);
    }

    /// The value of a key; asking makes the key a known one.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<&'t DeValue<'i>> {
        self.known.push(name);
        self.table.get(name).map(Spanned::get_ref)
    }

    fn required(&mut self, name: &'static str) -> Option<&'t DeValue<'i>> {
        let value = self.value(name);
        if value.is_none() {
            self.document.report(self.at, self.key(name), "is missing");
        }
        value
    }

    /// A required text; it may be empty.
    pub(crate) fn text(&mut self, name: &'static str) -> String {
        let Some(value) = self.required(name) else { return String::new() };
        let Some(text) = value.as_str() else {
            self.report(name, "must be a text in quotes");
            return String::new();
        };
        if text.contains('\0') {
            self.report(name, NUL);
        }
        text.to_owned()
    }

    /// A required text that says something.
    pub(crate) fn filled_text(&mut self, name: &'static str) -> String {
        let text = self.text(name);
        if text.trim().is_empty() && self.table.get(name).is_some_and(|value| value.get_ref().is_str()) {
            self.report(name, "must not be empty");
        }
        text
    }

    /// A required code: letters, digits, `.`, `-` and `_`, so that it can stand in an address and on a command line.
    pub(crate) fn code(&mut self, name: &'static str) -> String {
        let code = self.filled_text(name);
        if !code.trim().is_empty() && !is_code(&code) {
            self.report(name, format!("`{code}` is not a code: use letters, digits, `.`, `-` and `_`"));
        }
        code
    }

    /// A text that may be left out.
    pub(crate) fn optional_text(&mut self, name: &'static str) -> Option<String> {
        self.value(name)?;
        self.known.pop();
        Some(self.text(name))
    }

    /// A required whole number in a range.
    pub(crate) fn whole(&mut self, name: &'static str, range: RangeInclusive<i64>) -> i64 {
        if self.required(name).is_none() {
            return *range.start();
        }
        self.known.pop();
        let least = *range.start();
        self.optional_whole(name, range).unwrap_or(least)
    }

    /// A whole number in a range that may be left out.
    pub(crate) fn optional_whole(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        match whole(value, range) {
            Ok(number) => Some(number),
            Err(problem) => {
                self.report(name, problem);
                None
            }
        }
    }

    /// A truth value that may be left out.
    pub(crate) fn optional_truth(&mut self, name: &'static str) -> Option<bool> {
        let truth = self.value(name)?.as_bool();
        if truth.is_none() {
            self.report(name, "must be true or false");
        }
        truth
    }

    /// A required truth value.
    pub(crate) fn truth(&mut self, name: &'static str) -> bool {
        if self.required(name).is_none() {
            return false;
        }
        self.known.pop();
        self.optional_truth(name).unwrap_or(false)
    }

    /// An exact number that may be left out.
    pub(crate) fn optional_decimal(&mut self, name: &'static str) -> Option<Decimal> {
        let number = decimal(self.value(name)?);
        if number.is_none() {
            self.report(name, "must be a number");
        }
        number
    }

    /// A required list of texts, each with its place.
    pub(crate) fn texts(&mut self, name: &'static str) -> Vec<Placed> {
        let Some(value) = self.required(name) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.report(name, "must be a list of texts");
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            let at = item.span().start;
            match item.get_ref().as_str() {
                Some(text) => {
                    if text.contains('\0') {
                        self.document.report(at, self.key(name), NUL);
                    }
                    texts.push(Placed { text: text.to_owned(), at });
                }
                None => self.document.report(at, self.key(name), "holds something that is not a text"),
            }
        }
        texts
    }

    /// A required list of exactly `N` texts that each say something.
    pub(crate) fn fixed_texts<const N: usize>(&mut self, name: &'static str) -> [String; N] {
        let before = self.document.errors.borrow().len();
        let texts = self.texts(name);
        if self.document.errors.borrow().len() == before && texts.len() != N {
            self.report(name, format!("must hold {N} texts; here are {}", texts.len()));
        }
        for blank in texts.iter().filter(|placed| placed.text.trim().is_empty()) {
            self.document.report(blank.at, self.key(name), "holds an empty text");
        }
        let mut texts = texts.into_iter();
        std::array::from_fn(|_| texts.next().map(|placed| placed.text).unwrap_or_default())
    }

    /// The tables of a list of tables, in order; none where the key is missing.
    pub(crate) fn tables(&mut self, name: &'static str) -> Vec<Fields<'t, 'i>> {
        let Some(value) = self.value(name) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.report(name, format!("must be a list of tables: [[{}]]", self.key(name)));
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => {
                    tables.push(Fields::new(self.document, table, item.span().start, self.key(name)));
                }
                None => self.document.report(item.span().start, self.key(name), "must be a table"),
            }
        }
        tables
    }

    /// A required table.
    pub(crate) fn table(&mut self, name: &'static str) -> Option<Fields<'t, 'i>> {
        let value = self.required(name)?;
        let Some(table) = value.as_table() else {
            self.report(name, "must be a table");
            return None;
        };
        Some(Fields::new(self.document, table, self.place(name), self.key(name)))
    }

    /// The entries of a table whose keys are the author's own, in the order of the file.
    pub(crate) fn entries(&self) -> Vec<Entry<'t, 'i>> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| Entry { name: key.get_ref().as_ref(), at: key.span().start, value })
            .collect();
        entries.sort_by_key(|entry| entry.at);
        entries
    }

    /// Refuses every key that nobody asked for.
    pub(crate) fn refuse_unknown(&self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref().as_ref();
            if !self.known.contains(&name) {
                self.document.report(key.span().start, self.key(name), "is not a key of this table");
            }
        }
    }
}

/// Whether a text can serve as a code.
fn is_code(text: &str) -> bool {
    text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// A whole number in a range, or what is wrong with the value.
pub(crate) fn whole(value: &DeValue<'_>, range: RangeInclusive<i64>) -> Result<i64, String> {
    let (least, most) = range.clone().into_inner();
    let wanted =
        if most == i64::MAX { format!("{least} or more") } else { format!("between {least} and {most}") };
    let Some(number) = value.as_integer() else {
        return Err(format!("must be a whole number {wanted}"));
    };
    match i64::from_str_radix(number.as_str(), number.radix()) {
        Ok(whole) if range.contains(&whole) => Ok(whole),
        _ => Err(format!("must be a whole number {wanted}, not {number}")),
    }
}

/// The exact number that a value writes down.
pub(crate) fn decimal(value: &DeValue<'_>) -> Option<Decimal> {
    match value {
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Decimal::from)
        }
        DeValue::Float(number) => {
            let text = number.as_str();
            Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
        }
        _ => None,
    }
}
