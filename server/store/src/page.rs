//! Where a page of a list begins: ids are in order of time, so the last one seen says where the next page starts.

/// Before every id.
pub(crate) const FIRST: &str = "";
/// After every id.
pub(crate) const LAST: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/// What ids of the next page are greater than.
pub(crate) fn after(id: Option<impl ToString>) -> String {
    id.map_or_else(|| FIRST.to_owned(), |id| id.to_string())
}

/// What ids of the next page are less than.
pub(crate) fn before(id: Option<impl ToString>) -> String {
    id.map_or_else(|| LAST.to_owned(), |id| id.to_string())
}
