//! Bearer tokens of the API.

use crate::audit;
use crate::column::from_row;
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{TokenId, UnixMillis, UserId};
use crate::record::{ApiToken, Audit, User};
use crate::users::user_columns;

/// `last_used_at` is exact to this many milliseconds, so that not every request writes.
const TOUCH_EVERY: i64 = 10 * 60 * 1000;

statements! {
    Both INSERT = "INSERT INTO api_tokens (id, user_id, name, hash, created_at, last_used_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    Both BY_HASH = concat!(
        "SELECT ", user_columns!(), ", t.last_used_at FROM api_tokens t JOIN users u ON u.id = t.user_id \
        WHERE t.hash = $1"
    );
    Both TOUCH = "UPDATE api_tokens SET last_used_at = $2 \
        WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < $3)";
    Both OF_USER = "SELECT id, user_id, name, created_at, last_used_at FROM api_tokens WHERE user_id = $1 ORDER BY id";
    Both DELETE = "DELETE FROM api_tokens WHERE id = $1 AND user_id = $2";
}

from_row! {
    ApiToken { id, user = "user_id", name, created_at, last_used_at }
    Bearer { user: flat, last_used_at }
}

/// Whoever presents a token.
struct Bearer {
    user: User,
    last_used_at: Option<UnixMillis>,
}

impl Store {
    /// Keeps the token's hash, never the token.
    pub async fn create_token(&self, token: ApiToken, hash: &str, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, INSERT, token.id, token.user, &*token.name, hash, token.created_at, token.last_used_at)
            .or_duplicate("such a token")
            .or_missing("account")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// The account that the token belongs to; notes now and then that it was used.
    pub async fn user_by_token_hash(&self, hash: &str, now: UnixMillis) -> Result<Option<User>, StoreError> {
        let bearer = row!(&mut self.read().await?.link(), Bearer, BY_HASH, hash)?;
        let Some(bearer) = bearer else { return Ok(None) };
        let touched_before = UnixMillis(now.0 - TOUCH_EVERY);
        if bearer.last_used_at.is_none_or(|used| used < touched_before) {
            let mut writing = self.write().await?;
            run!(&mut writing.link(), TOUCH, hash, now, touched_before)?;
            writing.commit().await?;
        }
        Ok(Some(bearer.user))
    }

    /// Oldest first.
    pub async fn tokens_of(&self, user: UserId) -> Result<Vec<ApiToken>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), ApiToken, OF_USER, user)?)
    }

    /// Whether the account had such a token.
    pub async fn delete_token(&self, id: TokenId, user: UserId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), DELETE, id, user)?;
        audit::commit_change(writing, changed, &audit).await
    }
}
