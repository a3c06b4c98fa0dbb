//! Files as they are: ragged, with a BOM, in Latin-1, with broken quotes, of one key only.

use std::fmt::Write as _;

use domain::reconcile::{Encoding, ReadError, Side};

use crate::{plan, read, reconciled};

fn refused(file: &[u8]) -> ReadError {
    let plan = plan(&["id"], &["name"]);
    let [whole, in_bytes] = [usize::MAX, 1].map(|chunk| read(&plan, Side::Left, file, chunk).unwrap_err());
    assert_eq!(whole.to_string().split(" line").next(), in_bytes.to_string().split(" line").next());
    whole
}

#[test]
fn a_ragged_row_is_set_aside_counted_and_located() {
    let found =
        reconciled(&plan(&["id"], &["name"]), b"id,name\n1,a\n2\n3,c,extra\n\n4,d\n", b"id,name\n2,b\n4,d\n");
    assert_eq!((found.left.rows, found.left.keys, found.left.ragged), (4, 2, 2));
    assert_eq!(found.left.samples.ragged, [3, 4]);
    assert_eq!((found.matched, found.right.only), (1, 1));
}

#[test]
fn a_row_without_its_key_matches_nothing() {
    let found = reconciled(&plan(&["id"], &["name"]), b"id,name\n,a\n1,b\n", b"id,name\n,a\n1,b\n");
    assert_eq!((found.matched, found.left.without_key, found.left.only), (1, 1, 0));
    assert_eq!(found.left.samples.without_key, [2]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    let found = reconciled(&plan(&["id"], &["name"]), b"\xef\xbb\xbfid,name\n1,a\n", b"id,name\r\n1,a\r\n");
    assert_eq!((found.matched, found.fields[0].agreeing), (1, 1));
}

#[test]
fn latin_1_compares_with_utf_8_and_is_named() {
    let utf8 = "id,name\n1,Müller\nß,x\n".as_bytes();
    let found = reconciled(&plan(&["id"], &["name"]), b"id,name\n1,M\xfcller\n\xdf,x\n", utf8);
    assert_eq!((found.matched, found.fields[0].agreeing), (2, 2));
    assert_eq!((found.left.encoding, found.right.encoding), (Encoding::Latin1, Encoding::Utf8));
    // The names of the columns are of the file too.
    let found =
        reconciled(&plan(&["id"], &["größe"]), b"id,gr\xf6\xdfe\n1,a\n", "id,größe\n1,a\n".as_bytes());
    assert_eq!((found.matched, found.fields[0].agreeing), (1, 1));
    assert_eq!((found.left.encoding, found.right.encoding), (Encoding::Latin1, Encoding::Utf8));
}

#[test]
fn quoted_fields_may_hold_anything() {
    let found = reconciled(
        &plan(&["id"], &["name"]),
        b"\"id\",\"name\"\n\"a,1\",\"two\nlines \"\"x\"\"\"\n",
        b"id;name\na,1;\"two\nlines \"\"x\"\"\"",
    );
    assert_eq!((found.matched, found.fields[0].agreeing), (1, 1));
}

#[test]
fn broken_quotes_are_an_error_with_their_line() {
    assert_eq!(refused(b"id,name\n1,a\n2,\"b\n3,c\n"), ReadError::OpenQuote { opened: 3 });
    let swallowed = refused(b"id,name\n1,\"a\n2,b\n3,\"c\"\n");
    assert_eq!(swallowed, ReadError::TextAfterQuote { opened: 2, line: 4 });
    assert!(swallowed.to_string().contains("line 4") && swallowed.to_string().contains("line 2"));
    let mut long = b"id,name\n1,\"a\n".to_vec();
    long.resize(3 << 20, b'x');
    assert!(matches!(refused(&long), ReadError::RowTooLong { .. }));
}

#[test]
fn a_file_without_the_columns_is_refused_with_those_it_has() {
    let error = refused(b"ident,name\n1,a\n");
    assert_eq!(error.to_string(), "there is no column `id`; the file has ident, name");
    assert_eq!(refused(b"id,ID,name,name\n"), ReadError::Ambiguous { name: "name".to_owned() });
}

#[test]
fn what_is_no_csv_file_says_what_it_is() {
    assert_eq!(refused(b""), ReadError::Empty);
    assert_eq!(refused(b"\xef\xbb\xbf"), ReadError::Empty);
    assert_eq!(refused(b"\n\n"), ReadError::Empty);
    assert_eq!(refused(b"\xff\xfei\0d\0\n\0"), ReadError::Utf16);
    assert_eq!(refused(b"PK\x03\x04\x14\n"), ReadError::Archive);
}

#[test]
fn a_header_alone_is_a_file_without_rows() {
    for header in ["id,name", "id,name\n", "\r\nid,name\r\n"] {
        let found = reconciled(&plan(&["id"], &["name"]), header.as_bytes(), b"id,name\n1,a\n");
        assert_eq!((found.left.rows, found.right.only), (0, 1), "{header:?}");
    }
}

#[test]
fn a_million_rows_with_one_key_cost_no_more_than_many_keys() {
    let rows = 1_000_000;
    let mut file = String::from("id,name\n");
    for row in 0..rows {
        writeln!(file, "same,{row}").unwrap();
    }
    let plan = plan(&["id"], &["name"]);
    // Comparing every row with every other would take hours here.
    let table = |side| read(&plan, side, file.as_bytes(), 1 << 16).unwrap();
    let found = domain::reconcile::join(&plan, &table(Side::Left), &table(Side::Right));
    assert_eq!((found.matched, found.left.duplicate_keys, found.left.duplicate_rows), (1, 1, rows - 1));
    assert_eq!((found.fields[0].compared, found.fields[0].agreeing), (1, 1));
    assert_eq!(found.left.samples.duplicates, [3, 4, 5, 6, 7]);
}
