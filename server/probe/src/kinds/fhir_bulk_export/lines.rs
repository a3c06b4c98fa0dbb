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
use crate::report::Report;

/// What the lines of one file add up to.
#[derive(Default)]
pub(super) struct Lines {
    rows: u64,
    /// Lines by resource type.
    types: BTreeMap<String, u64>,
    /// Lines that are no resource, and where the first of them is, counted from 1.
    broken: u64,
    first_broken: u64,
    read: u64,
    pending: Vec<u8>,
    most: usize,
    overlong: bool,
}

/// The one member that is looked at.
#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Cow<'a, str>,
}

impl Lines {
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
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
        if let Ok(resource) = serde_json::from_slice::<Resource<'_>>(bare) {
            if let Some(known) = self.types.get_mut(resource.kind.as_ref()) {
                *known += 1;
            } else {
                self.types.insert(resource.kind.into_owned(), 1);
            }
        } else {
            self.broken += 1;
            if self.broken == 1 {
                self.first_broken = self.read;
            }
        }
    }
}

impl Write for Lines {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
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
        let most = bytes_in_words(self.most);
        let text = format!("line {} is longer than {most}, which is more than a check reads", self.read + 1);
        self.overlong.then(|| Failure::answered(Layer::Parse, text))
    }
}

/// What the files of an export add up to.
#[derive(Default)]
pub(super) struct Counts {
    rows: u64,
    types: BTreeMap<String, (u64, u64)>,
    problems: Vec<(String, Severity, String)>,
}

impl Counts {
    pub(super) fn add(&mut self, index: usize, file: &File, lines: Lines) {
        self.rows += lines.rows;
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
        let mut lines = Lines::new(1000);
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
        let mut lines = Lines::new(10);
        assert!(lines.write_all(&[b'a'; 20]).is_err());
        assert!(lines.refusal().unwrap().text.contains("line 1 is longer"));
    }
}
