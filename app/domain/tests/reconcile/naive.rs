//! The engine against a join that keeps every row and compares texts.

use std::collections::BTreeMap;

use domain::reconcile::{Side, join};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{plan, read};

type Row = [String; 4];

/// Few different values, so that keys meet, repeat and are empty; and texts that need quotes.
fn row() -> impl Strategy<Value = Row> {
    let part = select(vec!["", "a", "b", "ab", "ä", "x,y", "say \"no\"", "two\nlines", "1"]);
    let number = (0_i64..400).prop_map(|cents| format!("{}.{:02}", cents / 100, cents % 100));
    let amount = prop_oneof![4 => number, 1 => Just(String::new()), 1 => Just("n/a".to_owned())];
    (part.clone(), part.clone(), amount, part)
        .prop_map(|(one, two, amount, text)| [one.to_owned(), two.to_owned(), amount, text.to_owned()])
}

fn written(rows: &[Row]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["k1", "k2", "amount", "text"]).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

/// The first row of each key, with its number.
fn by_key(rows: &[Row]) -> BTreeMap<(&str, &str), Vec<(u32, &Row)>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (number, row) in (2..).zip(rows) {
        if !row[0].is_empty() && !row[1].is_empty() {
            found.entry((row[0].as_str(), row[1].as_str())).or_default().push((number, row));
        }
    }
    found
}

/// Cents, where the text is an amount.
fn cents(text: &str) -> Option<i64> {
    text.replace('.', "").parse().ok()
}

proptest! {
    #[test]
    fn the_engine_finds_what_a_naive_join_finds(
        left in vec(row(), 0..40), right in vec(row(), 0..40), chunk in 1_usize..200
    ) {
        let plan = plan(&["k1", "k2"], &["amount:cents=50", "text"]);
        let tables = [(Side::Left, &left), (Side::Right, &right)]
            .map(|(side, rows)| read(&plan, side, &written(rows), chunk).unwrap());
        let found = join(&plan, &tables[0], &tables[1]);
        prop_assert_eq!(found.check(), Ok(()));

        let (on_left, on_right) = (by_key(&left), by_key(&right));
        for (side, rows, own, other) in
            [(&found.left, &left, &on_left, &on_right), (&found.right, &right, &on_right, &on_left)]
        {
            prop_assert_eq!(side.rows, rows.len() as u64);
            prop_assert_eq!(side.keys, own.len() as u64);
            let mut only: Vec<u32> =
                own.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(_, rows)| rows[0].0).collect();
            only.sort_unstable();
            prop_assert_eq!(side.only, only.len() as u64);
            only.truncate(5);
            prop_assert_eq!(&side.samples.only, &only);
            prop_assert_eq!(side.duplicate_keys, own.values().filter(|rows| rows.len() > 1).count() as u64);
            let mut repeated: Vec<u32> =
                own.values().flat_map(|rows| &rows[1..]).map(|(number, _)| *number).collect();
            repeated.sort_unstable();
            prop_assert_eq!(side.duplicate_rows, repeated.len() as u64);
            repeated.truncate(5);
            prop_assert_eq!(&side.samples.duplicates, &repeated);
        }

        let pairs: Vec<_> = on_left
            .iter()
            .filter_map(|(key, left)| Some((left[0].1, on_right.get(key)?[0].1)))
            .collect();
        prop_assert_eq!(found.matched, pairs.len() as u64);
        let amounts = pairs.iter().filter(|(left, right)| match (cents(&left[2]), cents(&right[2])) {
            (Some(left), Some(right)) => (left - right).abs() <= 50,
            _ => left[2].is_empty() && right[2].is_empty(),
        });
        prop_assert_eq!(found.fields[0].agreeing, amounts.count() as u64);
        let texts = pairs.iter().filter(|(left, right)| left[3] == right[3]);
        prop_assert_eq!(found.fields[1].agreeing, texts.count() as u64);
    }
}
