//! Reads one CSV file as it comes, chunk by chunk, and keeps what [`SideTable`] needs.

mod header;
mod row;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use thiserror::Error;

use super::quotes::QuoteWatch;
use super::{Plan, Side, SideTable};
use header::Header;
pub use header::columns;
use row::RowReader;

/// The longest row, in bytes. Longer ones come from a quote that is never closed.
const LONGEST_ROW: usize = 1 << 20;

/// Why a file cannot be reconciled. Rows that merely do not fit are no error: they are set aside and counted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    #[error("the file is empty: its first line must name the columns")]
    Empty,
    #[error("the file is in UTF-16: save it as CSV in UTF-8")]
    Utf16,
    #[error("this is a workbook or an archive, not a CSV file: save the sheet as CSV")]
    Archive,
    #[error("there is no column `{name}`; the file has {}", .there.join(", "))]
    NoColumn { name: String, there: Vec<String> },
    #[error("there are several columns `{name}`: give each a name of its own")]
    Ambiguous { name: String },
    #[error(
        "a quoted field that begins in line {opened} is never closed: add the missing quote, or double a quote that belongs to the text"
    )]
    OpenQuote { opened: u64 },
    #[error(
        "in line {line}, text follows a closing quote; the quoted field begins in line {opened}. A quote is missing there, or one that belongs to the text is not doubled"
    )]
    TextAfterQuote { opened: u64, line: u64 },
    #[error(
        "the row that ends after line {line} is longer than 1 MiB: probably a quote is missing before it"
    )]
    RowTooLong { line: u64 },
    #[error("the file has more than 4 billion rows: split it")]
    TooManyRows,
}

/// Reads the file of one side. Feed it chunks of any size, then [`SideReader::finish`].
#[derive(Debug)]
pub struct SideReader {
    plan: Plan,
    side: Side,
    bytes: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The first line is not complete yet.
    Head(Vec<u8>),
    Body(Box<Body>),
}

#[derive(Debug)]
struct Body {
    core: Reader,
    quotes: QuoteWatch,
    /// The fields of the row that is being read, one after the other.
    text: Vec<u8>,
    filled: usize,
    /// Where each field ends in `text`.
    ends: Vec<usize>,
    ended: usize,
    /// `None` until the header is read.
    rows: Option<RowReader>,
}

impl SideReader {
    pub fn new(plan: &Plan, side: Side) -> Self {
        Self { plan: plan.clone(), side, bytes: 0, state: State::Head(Vec::new()) }
    }

    /// The next bytes of the file. After an error the reader is of no further use.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), ReadError> {
        self.bytes += chunk.len() as u64;
        match &mut self.state {
            State::Body(body) => body.feed(chunk, &self.plan, self.side),
            State::Head(head) => {
                head.extend_from_slice(chunk);
                if header::is_complete(head) {
                    self.begin()
                } else if head.len() > LONGEST_ROW {
                    Err(ReadError::RowTooLong { line: 1 })
                } else {
                    Ok(())
                }
            }
        }
    }

    /// How many bytes were fed, for showing progress.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The end of the file.
    pub fn finish(mut self) -> Result<SideTable, ReadError> {
        if let State::Head(_) = self.state {
            self.begin()?;
        }
        match self.state {
            State::Body(body) => body.finish(&self.plan, self.side),
            State::Head(_) => Err(ReadError::Empty),
        }
    }

    /// Looks at the head for what the file is, and reads it.
    fn begin(&mut self) -> Result<(), ReadError> {
        let State::Head(head) = &mut self.state else { return Ok(()) };
        let head = std::mem::take(head);
        let start = header::start(&head)?;
        let delimiter = header::delimiter(start);
        let mut body = Box::new(Body {
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            quotes: QuoteWatch::new(delimiter),
            text: vec![0; 4096],
            filled: 0,
            ends: vec![0; 64],
            ended: 0,
            rows: None,
        });
        body.feed(start, &self.plan, self.side)?;
        self.state = State::Body(body);
        Ok(())
    }
}

impl Body {
    fn feed(&mut self, chunk: &[u8], plan: &Plan, side: Side) -> Result<(), ReadError> {
        self.quotes.watch(chunk)?;
        self.read(chunk, plan, side)
    }

    fn finish(mut self, plan: &Plan, side: Side) -> Result<SideTable, ReadError> {
        self.quotes.finish()?;
        // No bytes are the end: what there is of a last row becomes one.
        self.read(&[], plan, side)?;
        Ok(self.rows.ok_or(ReadError::Empty)?.finish())
    }

    fn read(&mut self, mut input: &[u8], plan: &Plan, side: Side) -> Result<(), ReadError> {
        let at_end = input.is_empty();
        loop {
            let (result, read, wrote, ended) =
                self.core.read_record(input, &mut self.text[self.filled..], &mut self.ends[self.ended..]);
            input = &input[read..];
            self.filled += wrote;
            self.ended += ended;
            match result {
                ReadRecordResult::InputEmpty if !at_end => return Ok(()),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() < LONGEST_ROW => {
                    self.text.resize(2 * self.text.len(), 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < LONGEST_ROW => {
                    self.ends.resize(2 * self.ends.len(), 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(ReadError::RowTooLong { line: self.quotes.line() });
                }
                ReadRecordResult::Record => {
                    let fields = Fields { text: &self.text[..self.filled], ends: &self.ends[..self.ended] };
                    match &mut self.rows {
                        Some(rows) => rows.read(plan, &fields)?,
                        None => self.rows = Some(RowReader::new(plan, &Header::find(plan, side, &fields)?)),
                    }
                    self.filled = 0;
                    self.ended = 0;
                }
                ReadRecordResult::End => return Ok(()),
            }
        }
    }
}

/// The fields of one row, unquoted.
struct Fields<'a> {
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Fields<'a> {
    fn count(&self) -> usize {
        self.ends.len()
    }

    /// A field without the space around it.
    fn get(&self, place: usize) -> &'a [u8] {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        self.text[start..self.ends[place]].trim_ascii()
    }
}
