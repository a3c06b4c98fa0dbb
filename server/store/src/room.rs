//! How many of a kind there may be. Who adds one holds the organization or the account that it belongs to, counts what
//! is there already, and writes, in one transaction: of two at once the second sees the first.

use crate::error::StoreError;

/// Whether one more goes beside as many as were counted. [`StoreError::Full`] where there are `most` already.
pub(crate) fn for_one(counted: Option<(i64,)>, most: u32) -> Result<(), StoreError> {
    match counted {
        Some((count,)) if count >= i64::from(most) => Err(StoreError::Full),
        _ => Ok(()),
    }
}
