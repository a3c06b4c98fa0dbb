//! Counts the lines of NDJSON as they stream by. One line at a time is looked at; none is kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Error, Write};

use domain::check::{Message, Severity};
use serde::Deserialize;

use super::manifest::File;
use super::requirement;
use crate::failure::{Failure, Layer};
use crate::http::{Drain, bytes_in_words};
use crate::limits::Limits;
use crate::report::Report;

/// The most resource types of one file that are told apart: it should hold one.
const TYPES: usize = 8;
/// The longest name of a resource type, in letters; FHIR's own have less than half as many.
const NAME: usize = 64;

/// What the lines of one file add up to.
#[derive(Default)]
pub(super) struct Lines {
    rows: u64,
    /// Lines by resource type, of the first few that came.
    types: BTreeMap<String, u64>,
    /// Lines that are no resource, and where the first of them is, counted from 1.
    broken: u64,
    first_broken: u64,
    read: u64,
    pending: Vec<u8>,
    /// Bytes of one line.
    most: usize,
    overlong: bool,
    /// Bytes of all files so far, and how many there may be.
    poured: u64,
    most_poured: u64,
    overfull: bool,
}

/// The one member that is looked at.
#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Cow<'a, str>,
}

impl Lines {
    /// After other files that had so many bytes together.
    pub(super) fn after(poured: u64, limits: &Limits) -> Self {
        let (most, most_poured) = (limits.line_bytes, limits.export_decoded_bytes);
        Self { most, poured, most_poured, ..Self::default() }
    }

    /// The last line may lack its line break.
    pub(super) fn finish(mut self) -> Self {
        let last = std::mem::take(&mut self.pending);
        self.look_at(&last);
        self
    }

    fn look_at(&mut self, line: &[u8]) {
        self.read += 1;
        let bare = if self.read == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        let bare = bare.trim_ascii();
        if bare.is_empty() {
            return;
        }
        self.rows += 1;
        match serde_json::from_slice::<Resource<'_>>(bare) {
            Ok(resource) if is_name(&resource.kind) => self.count(resource.kind),
            _ => {
                self.broken += 1;
                if self.broken == 1 {
                    self.first_broken = self.read;
                }
            }
        }
    }

    fn count(&mut self, kind: Cow<'_, str>) {
        if let Some(known) = self.types.get_mut(kind.as_ref()) {
            *known += 1;
        } else if self.types.len() < TYPES {
            self.types.insert(kind.into_owned(), 1);
        }
    }
}

/// Whether this may be the name of a resource type.
fn is_name(kind: &str) -> bool {
    (1..=NAME).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_alphabetic())
}

impl Write for Lines {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.poured = self.poured.saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
        if self.poured > self.most_poured {
            self.overfull = true;
            return Err(Error::other("files without end"));
        }
        let mut rest = data;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            if self.pending.is_empty() {
                self.look_at(line);
            } else {
                self.pending.extend_from_slice(line);
                let whole = std::mem::take(&mut self.pending);
                self.look_at(&whole);
                // Its memory serves the next line.
                self.pending = whole;
                self.pending.clear();
            }
            rest = after;
        }
        if self.pending.len() + rest.len() > self.most {
            self.overlong = true;
            return Err(Error::other("a line without end"));
        }
        self.pending.extend_from_slice(rest);
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drain for Lines {
    fn refusal(&self) -> Option<Failure> {
        let text = if self.overlong {
            let most = bytes_in_words(self.most);
            format!("line {} is longer than {most}, which is more than a check reads", self.read + 1)
        } else if self.overfull {
            let most = bytes_in_words(usize::try_from(self.most_poured).unwrap_or(usize::MAX));
            format!("the files hold more than {most} together, which is more than a check reads")
        } else {
            return None;
        };
        Some(Failure::answered(Layer::Parse, text))
    }
}

/// What the files of an export add up to.
#[derive(Default)]
pub(super) struct Counts {
    rows: u64,
    poured: u64,
    types: BTreeMap<String, (u64, u64)>,
    problems: Vec<(String, Severity, String)>,
}

impl Counts {
    pub(super) fn add(&mut self, index: usize, file: &File, lines: Lines) {
        self.rows += lines.rows;
        self.poured = lines.poured;
        let of_type = self.types.entry(file.kind.clone()).or_default();
        of_type.0 += lines.rows;
        of_type.1 += 1;
        let at = format!("output[{index}]");
        if lines.broken > 0 {
            let text = format!(
                "expected a FHIR resource in each line; {} of {} lines hold none, the first is line {}",
                lines.broken, lines.rows, lines.first_broken
            );
            self.problems.push((at.clone(), Severity::Error, text));
        }
        let strangers: Vec<_> =
            lines.types.keys().filter(|kind| **kind != file.kind).take(3).cloned().collect();
        if !strangers.is_empty() {
            let text = format!("expected {} alone in this file, got {} too", file.kind, strangers.join(", "));
            self.problems.push((at.clone(), Severity::Warning, text));
        }
        if let Some(told) = file.count
            && u64::try_from(told) != Ok(lines.rows)
        {
            let text = format!("the manifest counts {told} resources, the file has {} lines", lines.rows);
            self.problems.push((at, Severity::Warning, text));
        }
    }

    /// Bytes of the files so far, after decompression.
    pub(super) fn poured(&self) -> u64 {
        self.poured
    }

    pub(super) fn rows(&self) -> i64 {
        i64::try_from(self.rows).unwrap_or(i64::MAX)
    }

    /// Says what was counted and what was wrong with it.
    pub(super) fn judge(self, report: &mut Report) {
        for (kind, (rows, files)) in &self.types {
            let kind = if kind.is_empty() { "no type" } else { kind };
            report.note(format!("{kind}: {rows} lines in {files} files"));
        }
        for (at, severity, text) in self.problems {
            let message = requirement(Message::new(severity, text).at(at));
            if severity == Severity::Error { report.fail(message) } else { report.say(message) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(pieces: &[&[u8]]) -> Lines {
        let mut lines = Lines::after(0, &Limits { line_bytes: 1000, ..Limits::default() });
        for piece in pieces {
            lines.write_all(piece).unwrap();
        }
        lines.finish()
    }

    #[test]
    fn lines_are_counted_however_they_are_cut() {
        let text = b"\xEF\xBB\xBF{\"resourceType\":\"Patient\"}\r\n\n{\"id\":1,\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Group\"}";
        for size in 1..text.len() {
            let pieces: Vec<_> = text.chunks(size).collect();
            let lines = counted(&pieces);
            assert_eq!((lines.rows, lines.broken), (3, 0), "in pieces of {size}");
            assert_eq!(lines.types["Patient"], 2);
        }
    }

    #[test]
    fn a_line_that_is_no_resource_is_found() {
        let lines = counted(&[b"{\"resourceType\":\"Patient\"}\n{\"a\":1}\nnothing\n"]);
        assert_eq!((lines.rows, lines.broken, lines.first_broken), (3, 2, 2));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut lines = Lines::after(0, &Limits { line_bytes: 10, ..Limits::default() });
        assert!(lines.write_all(&[b'a'; 20]).is_err());
        assert!(lines.refusal().unwrap().text.contains("line 1 is longer"));
    }

    #[test]
    fn files_without_end_are_refused_together() {
        let limits = Limits { export_decoded_bytes: 30, ..Limits::default() };
        assert!(Lines::after(0, &limits).write_all(&[b'\n'; 30]).is_ok());
        let mut next = Lines::after(30, &limits);
        assert!(next.write_all(b"\n").is_err());
        assert!(next.refusal().unwrap().text.contains("the files hold more than"));
    }

    #[test]
    fn of_many_types_a_few_are_told_apart_and_a_name_that_is_none_is_no_resource() {
        let mut lines = Lines::after(0, &Limits::default());
        for n in 0..1000 {
            let letters: String =
                format!("{n:03}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
            writeln!(lines, "{{\"resourceType\":\"{letters}\"}}").unwrap();
        }
        for name in ["", "Patient 1", &"a".repeat(65)] {
            writeln!(lines, "{{\"resourceType\":\"{name}\"}}").unwrap();
        }
        let lines = lines.finish();
        assert_eq!((lines.rows, lines.types.len(), lines.broken, lines.first_broken), (1003, TYPES, 3, 1001));
    }
}
