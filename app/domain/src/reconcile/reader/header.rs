//! The first bytes and the first line of a file: what it is, and where its columns are.

use csv_core::{ReadRecordResult, ReaderBuilder};

use crate::decode;
use crate::reconcile::{Encoding, Plan, ReadError, Side};

use super::Fields;

/// What may separate fields. Where several stand in the header as often, the first one counts.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Where the columns of a plan are in a file.
pub(super) struct Header {
    pub(super) columns: usize,
    pub(super) key: Vec<usize>,
    pub(super) member: Option<usize>,
    pub(super) fields: Vec<usize>,
    /// What the names of the columns say of the file's encoding.
    pub(super) encoding: Encoding,
}

impl Header {
    /// Finds the plan's columns among the names of the first line: first by the very name, then by its letters and
    /// digits alone, so that `Service Date` is `service_date`.
    pub(super) fn find(plan: &Plan, side: Side, first: &Fields<'_>) -> Result<Self, ReadError> {
        let mut encoding = Encoding::Utf8;
        let name_at = |place: usize| {
            let (name, is_other) = decode::text(first.get(place));
            if is_other {
                encoding = Encoding::Latin1;
            }
            name.into_owned()
        };
        let there: Vec<String> = (0..first.count()).map(name_at).collect();
        let find = |name: &str| find(&there, name);
        let on_side = |column: &crate::reconcile::Column| find(column.on(side));
        Ok(Self {
            columns: there.len(),
            key: plan.key.iter().map(on_side).collect::<Result<_, _>>()?,
            member: plan.member.as_ref().map(on_side).transpose()?,
            fields: plan.fields.iter().map(|field| on_side(&field.column)).collect::<Result<_, _>>()?,
            encoding,
        })
    }
}

/// The names of the columns, from the first bytes of a file: its first line, as far as it is there.
pub fn columns(head: &[u8]) -> Result<Vec<String>, ReadError> {
    let start = start(head)?;
    let mut core = ReaderBuilder::new().delimiter(delimiter(start)).build();
    let (mut text, mut ends) = (vec![0; start.len()], vec![0; start.len() + 1]);
    let (result, _, mut filled, mut ended) = core.read_record(start, &mut text, &mut ends);
    if result != ReadRecordResult::Record {
        let (_, _, more, fields) = core.read_record(&[], &mut text[filled..], &mut ends[ended..]);
        filled += more;
        ended += fields;
    }
    if ended == 0 {
        return Err(ReadError::Empty);
    }
    let fields = Fields { text: &text[..filled], ends: &ends[..ended] };
    Ok((0..ended).map(|place| decode::text(fields.get(place)).0.into_owned()).collect())
}

fn find(there: &[String], name: &str) -> Result<usize, ReadError> {
    let places = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
        there.iter().enumerate().filter(|(_, column)| same(column)).map(|(place, _)| place).collect()
    };
    let wanted = letters(name);
    let mut found = places(&|column| column == name);
    if found.is_empty() && !wanted.is_empty() {
        found = places(&|column| letters(column) == wanted);
    }
    match found[..] {
        [place] => Ok(place),
        [] => Err(ReadError::NoColumn { name: name.to_owned(), there: there.to_vec() }),
        _ => Err(ReadError::Ambiguous { name: name.to_owned() }),
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the head holds the whole first line that is not blank.
pub(super) fn is_complete(head: &[u8]) -> bool {
    let mut quoted = false;
    let mut seen = false;
    head.iter().any(|byte| {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => return seen,
            _ => {}
        }
        seen = true;
        false
    })
}

/// The head behind a byte order mark.
pub(super) fn start(head: &[u8]) -> Result<&[u8], ReadError> {
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(ReadError::Utf16),
        // Excel's workbooks are ZIP archives; gzip begins with 1f 8b.
        [b'P', b'K', 3, 4, ..] | [0x1f, 0x8b, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(ReadError::Archive),
        [0xef, 0xbb, 0xbf, rest @ ..] => Ok(rest),
        head => Ok(head),
    }
}

/// What separates the fields of the first line.
pub(super) fn delimiter(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for byte in head.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                if let Some(place) = DELIMITERS.iter().position(|delimiter| delimiter == byte) {
                    counts[place] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    DELIMITERS[counts.iter().position(|count| *count == most).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_what_the_header_has_most_of() {
        for (head, expected) in [
            ("a,b\n", b','),
            ("a;b;c\n1,2", b';'),
            ("a\tb", b'\t'),
            ("a|b", b'|'),
            ("\"a;b;c\",d", b','),
            ("a", b','),
        ] {
            assert_eq!(delimiter(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn columns_are_read_from_the_first_bytes() {
        let columns = |head: &[u8]| columns(head).unwrap();
        assert_eq!(columns(b"\xef\xbb\xbfid;\"Full; name\"\r\n1;2\r\n"), ["id", "Full; name"]);
        assert_eq!(columns(b"\n\nid,name"), ["id", "name"]);
        assert_eq!(columns(b"id"), ["id"]);
        assert_eq!(super::columns(b"\n"), Err(ReadError::Empty));
    }

    #[test]
    fn a_column_is_found_by_its_name_or_by_its_letters() {
        let there = ["Service Date", "amount", "Amount", "x", "x"].map(str::to_owned);
        assert_eq!(find(&there, "service_date"), Ok(0));
        assert_eq!(find(&there, "amount"), Ok(1));
        assert_eq!(find(&there, "AMOUNT"), Err(ReadError::Ambiguous { name: "AMOUNT".to_owned() }));
        assert_eq!(find(&there, "x"), Err(ReadError::Ambiguous { name: "x".to_owned() }));
        assert!(matches!(find(&there, "claim"), Err(ReadError::NoColumn { .. })));
    }
}
