//! Cells: what a column may hold, reading one from a row and binding one to a statement.

use domain::live::Fraction;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::history::{DAY, HOUR};

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Flag(bool),
    Number(i64),
    Text(String),
    Null,
}

/// A cell that holds what it may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row} of {table}: {column} {problem}")]
pub struct BadCell {
    pub table: String,
    /// From 1.
    pub row: usize,
    pub column: String,
    pub problem: &'static str,
}

/// Whether a text can be read back as what it stands for.
pub(super) type Reads = fn(&str) -> bool;
/// Whether a number can.
pub(super) type Within = fn(i64) -> bool;

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The row's own identifier; rows of other tables refer to it.
    Id,
    /// The organization.
    Org,
    /// The identifier of a row of this other table that comes along.
    Refers(&'static str),
    MaybeRefers(&'static str),
    Person,
    MaybePerson,
    Framework,
    Text(Reads),
    MaybeText(Reads),
    Number(Within),
    MaybeNumber(Within),
    Flag,
}

/// A column with what it holds.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// How a framework is called outside a database.
pub(super) fn framework_name(code: &str, version: &str) -> String {
    format!("{code} {version}")
}

/// Any text that both databases keep.
pub(super) fn plain(text: &str) -> bool {
    !text.contains('\0')
}

/// A code, a date or an enum.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> bool {
    plain(text) && serde_json::from_value::<T>(serde_json::Value::String(text.to_owned())).is_ok()
}

/// JSON of something.
pub(super) fn json<T: DeserializeOwned>(text: &str) -> bool {
    plain(text) && !text.contains("\\u0000") && serde_json::from_str::<T>(text).is_ok()
}

/// An identifier that no row of the file has to hold.
pub(super) fn identifier(text: &str) -> bool {
    // As it is written everywhere: lower case, with hyphens.
    uuid::Uuid::parse_str(text).is_ok_and(|id| id.to_string() == text)
}

/// A SHA-256 in lower-case hexadecimal digits.
pub(super) fn sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A text of a type with `FromStr`.
pub(super) fn parsed<T: std::str::FromStr>(text: &str) -> bool {
    plain(text) && text.parse::<T>().is_ok()
}

pub(super) fn whole(_: i64) -> bool {
    true
}

/// A number that the type has.
pub(super) fn within<T: TryFrom<i64>>(number: i64) -> bool {
    T::try_from(number).is_ok()
}

/// An instant that every date library can show: years 1 to 9999, about.
pub(super) fn instant(number: i64) -> bool {
    (-62_135_596_800_000..=253_370_764_800_000).contains(&number)
}

/// The number of an hour that begins at such an instant.
pub(super) fn hour(number: i64) -> bool {
    number.checked_mul(HOUR).is_some_and(instant)
}

/// The same of a day.
pub(super) fn day(number: i64) -> bool {
    number.checked_mul(DAY).is_some_and(instant)
}

pub(super) fn scope(text: &str) -> bool {
    matches!(text, "domain" | "criterion")
}

pub(super) fn action_state(text: &str) -> bool {
    matches!(text, "open" | "in_progress" | "done" | "dropped")
}

/// As [`Fraction`] writes one.
pub(super) fn fraction(text: &str) -> bool {
    plain(text) && Fraction::from(text.to_owned()).exact().is_some()
}

/// Reads a row's cells in the order of the columns.
pub(super) fn read<R: Row>(row: &R, columns: &[Column]) -> Result<Vec<Cell>, sqlx::Error>
where
    usize: ColumnIndex<R>,
    for<'r> Option<String>: Decode<'r, R::Database>,
    Option<String>: Type<R::Database>,
    for<'r> Option<i64>: Decode<'r, R::Database>,
    Option<i64>: Type<R::Database>,
    for<'r> bool: Decode<'r, R::Database>,
    bool: Type<R::Database>,
{
    let cells = columns.iter().enumerate().map(|(index, column)| {
        Ok(match column.kind {
            Kind::Number(_) | Kind::MaybeNumber(_) => {
                row.try_get::<Option<i64>, _>(index)?.map_or(Cell::Null, Cell::Number)
            }
            Kind::Flag => Cell::Flag(row.try_get::<bool, _>(index)?),
            _ => row.try_get::<Option<String>, _>(index)?.map_or(Cell::Null, Cell::Text),
        })
    });
    cells.collect()
}

/// Binds a row's cells. Each is bound with the type of its column, NULL too.
macro_rules! bound {
    ($query:expr, $cells:expr, $columns:expr) => {{
        let mut query = $query;
        for (cell, column) in $cells.iter().zip($columns) {
            query = match (cell, column.kind) {
                (Cell::Number(number), _) => query.bind(*number),
                (Cell::Flag(flag), _) => query.bind(*flag),
                (Cell::Text(text), _) => query.bind(text.clone()),
                (Cell::Null, Kind::Number(_) | Kind::MaybeNumber(_)) => query.bind(None::<i64>),
                (Cell::Null, _) => query.bind(None::<String>),
            };
        }
        query
    }};
}
pub(super) use bound;

/// Whether the cell is of the column's kind, apart from what it refers to.
pub(super) fn fits(cell: &Cell, kind: Kind) -> Result<(), &'static str> {
    let good = match (kind, cell) {
        (
            Kind::MaybeRefers(_) | Kind::MaybePerson | Kind::MaybeText(_) | Kind::MaybeNumber(_),
            Cell::Null,
        )
        | (Kind::Flag, Cell::Flag(_)) => true,
        (
            Kind::Id | Kind::Org | Kind::Refers(_) | Kind::MaybeRefers(_) | Kind::Person | Kind::MaybePerson,
            Cell::Text(text),
        ) => identifier(text),
        (Kind::Framework, Cell::Text(text)) => plain(text),
        (Kind::Text(reads) | Kind::MaybeText(reads), Cell::Text(text)) => reads(text),
        (Kind::Number(within) | Kind::MaybeNumber(within), Cell::Number(number)) => within(*number),
        _ => false,
    };
    if good { Ok(()) } else { Err("holds what this program does not understand") }
}
