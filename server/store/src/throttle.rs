//! Failed sign-ins, counted by whatever `service` throttles: an e-mail address, a network address.

use uuid::Uuid;

use crate::db::{Store, row, run, statements};
use crate::error::StoreError;
use crate::ids::UnixMillis;

/// Failures older than this are forgotten.
const KEPT: i64 = 24 * 60 * 60 * 1000;

statements! {
    Both COUNT = "SELECT COUNT(*) FROM sign_in_failures WHERE key = $1 AND at >= $2";
    Both INSERT = "INSERT INTO sign_in_failures (id, key, at) VALUES ($1, $2, $3)";
    Both PRUNE = "DELETE FROM sign_in_failures WHERE at < $1";
    Both CLEAR = "DELETE FROM sign_in_failures WHERE key = $1";
}

impl Store {
    /// How often it failed from `since` on.
    pub async fn sign_in_failures(&self, key: &str, since: UnixMillis) -> Result<u32, StoreError> {
        let mut lease = self.read().await?;
        let count = row!(&mut lease.link(), (i64,), COUNT, key, since)?;
        Ok(count.map_or(0, |(count,)| u32::try_from(count).unwrap_or(u32::MAX)))
    }

    /// Notes a failure, and forgets those of more than a day ago.
    pub async fn record_sign_in_failure(&self, key: &str, at: UnixMillis) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, PRUNE, at.0 - KEPT)?;
        run!(link, INSERT, Uuid::now_v7().to_string(), key, at)?;
        writing.commit().await
    }

    pub async fn clear_sign_in_failures(&self, key: &str) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        run!(&mut writing.link(), CLEAR, key)?;
        writing.commit().await
    }
}
