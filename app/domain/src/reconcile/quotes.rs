//! Watches quotes (RFC 4180, section 2): a CSV reader that goes on at a broken one would take half a file for one field.
//!
//! Tolerated is a quote inside a field that does not begin with one (`5" pipe`); it stands for itself.

use memchr::{memchr, memchr_iter};

use super::ReadError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Quoted,
    /// Behind a quote inside a quoted field: its end, or the first of two that stand for one.
    AfterQuote,
}

/// Sees every byte of a file once.
#[derive(Debug)]
pub(super) struct QuoteWatch {
    state: State,
    delimiter: u8,
    /// Whether the next byte begins a field.
    at_field_start: bool,
    /// The line of the next byte, from 1.
    line: u64,
    /// The line in which the latest quoted field began.
    opened: u64,
}

impl QuoteWatch {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { state: State::Outside, delimiter, at_field_start: true, line: 1, opened: 0 }
    }

    pub(super) fn watch(&mut self, mut bytes: &[u8]) -> Result<(), ReadError> {
        while !bytes.is_empty() {
            match self.state {
                State::Outside => {
                    let Some(quote) = memchr(b'"', bytes) else {
                        self.pass(bytes);
                        return Ok(());
                    };
                    self.pass(&bytes[..quote]);
                    if self.at_field_start {
                        self.opened = self.line;
                        self.state = State::Quoted;
                    }
                    bytes = &bytes[quote + 1..];
                }
                State::Quoted => {
                    let end = memchr(b'"', bytes);
                    let inside = &bytes[..end.unwrap_or(bytes.len())];
                    self.line += lines(inside);
                    let Some(quote) = end else { return Ok(()) };
                    self.state = State::AfterQuote;
                    bytes = &bytes[quote + 1..];
                }
                State::AfterQuote => {
                    match bytes[0] {
                        b'"' => self.state = State::Quoted,
                        b'\n' | b'\r' => self.leave(bytes[0]),
                        byte if byte == self.delimiter => self.leave(byte),
                        _ => return Err(ReadError::TextAfterQuote { opened: self.opened, line: self.line }),
                    }
                    bytes = &bytes[1..];
                }
            }
        }
        Ok(())
    }

    /// The end of the file.
    pub(super) fn finish(&self) -> Result<(), ReadError> {
        match self.state {
            State::Quoted => Err(ReadError::OpenQuote { opened: self.opened }),
            State::Outside | State::AfterQuote => Ok(()),
        }
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    fn leave(&mut self, byte: u8) {
        self.state = State::Outside;
        self.at_field_start = true;
        self.line += u64::from(byte == b'\n');
    }

    fn pass(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last() {
            self.line += lines(bytes);
            self.at_field_start = matches!(last, b'\n' | b'\r') || *last == self.delimiter;
        }
    }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(text: &str) -> Result<(), ReadError> {
        let whole = {
            let mut watch = QuoteWatch::new(b',');
            watch.watch(text.as_bytes()).and_then(|()| watch.finish())
        };
        let mut watch = QuoteWatch::new(b',');
        let by_byte = text.bytes().try_for_each(|byte| watch.watch(&[byte])).and_then(|()| watch.finish());
        assert_eq!(whole, by_byte, "{text}");
        whole
    }

    #[test]
    fn quotes_as_the_standard_has_them_pass() {
        for text in [
            "a,b\n1,2\n",
            "\"a\",\"b\"\r\n\"1\n2\",\"say \"\"no\"\"\"",
            "5\" pipe,x",
            "\"\",\"\"\n",
            "\"a\"",
            "a,5\"\n",
        ] {
            assert_eq!(watched(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_broken_quote_is_named_with_its_lines() {
        assert_eq!(watched("a,b\n1,\"2\n3,4\n"), Err(ReadError::OpenQuote { opened: 2 }));
        assert_eq!(watched("a\n\"x\"y\n"), Err(ReadError::TextAfterQuote { opened: 2, line: 2 }));
        let swallowed = watched("a,b\n\"1,2\n3,\"4\"\n");
        assert_eq!(swallowed, Err(ReadError::TextAfterQuote { opened: 2, line: 3 }));
    }
}
