//! Accounts.

use crate::audit;
use crate::column::from_row;
use crate::db::{Link, Store, row, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{OrgId, UnixMillis, UserId};
use crate::record::{Audit, User};
use crate::sessions;

/// The columns of an account, from `users u`, as [`User`] reads them.
macro_rules! user_columns {
    () => {
        "u.id AS user_id, u.email, u.name AS user_name, u.password_hash, u.admin, u.time_zone, \
         u.created_at AS user_created_at"
    };
}
pub(crate) use user_columns;

statements! {
    // Those who can sign in.
    Both COUNT = "SELECT COUNT(*) FROM users WHERE id NOT IN (SELECT user_id FROM imported_people)";
    Both INSERT = "INSERT INTO users (id, email, name, password_hash, admin, time_zone, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Postgres LOCK_USERS = "LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE";
    // Changes nothing, and makes whoever does the same wait until this transaction ends.
    Both HOLD = "UPDATE users SET admin = admin WHERE id = $1";
    Both BY_ID = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.id = $1");
    Both BY_EMAIL = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.email = $1");
    Both SET_PROFILE = "UPDATE users SET name = $2, time_zone = $3 WHERE id = $1";
    Both SET_PASSWORD = "UPDATE users SET password_hash = $2 WHERE id = $1";
}

from_row! {
    User {
        id = "user_id", email, name = "user_name", password_hash, admin, time_zone,
        created_at = "user_created_at",
    }
}

/// Begins what stands in place of an address where somebody is a name only; no address begins so.
const NAME_ONLY: &str = "imported:";

/// What stands in place of the address of somebody whom an organization's records name, and who is known by this mark.
pub(crate) fn marked(org: OrgId, mark: &str) -> String {
    format!("{NAME_ONLY}{org}:{mark}")
}

pub(crate) fn is_name_only(email: &str) -> bool {
    email.starts_with(NAME_ONLY)
}

/// Somebody whom imported rows name: no address, and no password that would open anything. `marked` is what [`marked`]
/// makes of a mark, where there is one.
pub(crate) fn nobody(name: String, marked: Option<String>, at: UnixMillis) -> User {
    let id = UserId::new();
    User {
        id,
        email: marked.unwrap_or_else(|| format!("{NAME_ONLY}{id}")),
        name,
        password_hash: String::new(),
        admin: false,
        time_zone: "UTC".to_owned(),
        created_at: at,
    }
}

pub(crate) async fn insert(link: &mut Link<'_>, user: &User) -> Result<(), StoreError> {
    run!(
        link,
        INSERT,
        user.id,
        user.email.to_lowercase(),
        &*user.name,
        &*user.password_hash,
        user.admin,
        &*user.time_zone,
        user.created_at
    )
    .or_duplicate("an account with this e-mail address")?;
    Ok(())
}

async fn count(link: &mut Link<'_>) -> Result<u64, StoreError> {
    Ok(row!(link, (i64,), COUNT)?.map_or(0, |(count,)| count.unsigned_abs()))
}

impl Store {
    pub async fn user_count(&self) -> Result<u64, StoreError> {
        count(&mut self.read().await?.link()).await
    }

    /// Creates the account only when there is none yet; whether it did. Of two at once, one succeeds.
    pub async fn create_first_user(&self, user: User, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if let Link::Postgres(_) = link {
            run!(link, LOCK_USERS)?;
        }
        if count(link).await? > 0 {
            return Ok(false);
        }
        insert(link, &user).await?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// [`StoreError::Duplicate`] when the e-mail address is taken, in whatever letter case.
    pub async fn create_user(&self, user: User, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        insert(link, &user).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), User, BY_ID, id)?)
    }

    /// In whatever letter case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), User, BY_EMAIL, email.to_lowercase())?)
    }

    pub async fn set_profile(
        &self,
        id: UserId,
        name: &str,
        time_zone: &str,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if run!(link, SET_PROFILE, id, name, time_zone)? == 0 {
            return Err(StoreError::NotFound { what: "account" });
        }
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Every session of the account ends with the old password.
    pub async fn set_password(&self, id: UserId, hash: &str, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if run!(link, SET_PASSWORD, id, hash)? == 0 {
            return Err(StoreError::NotFound { what: "account" });
        }
        sessions::end_all(link, id, None).await?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }
}
