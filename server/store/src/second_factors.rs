//! Second factors of accounts: sealed secrets, the step that was used last, and recovery codes as hashes.
//!
//! **Invariant.** What proves the factor is spent in the transaction of what it allows: of two at once, one succeeds.

use crate::audit;
use crate::column::from_row;
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::UserId;
use crate::page;
use crate::record::{Audit, Proof, SecondFactor};

macro_rules! select_factor {
    ($rest:literal) => {
        concat!(
            "SELECT f.user_id, f.secret, f.since, (SELECT COUNT(*) FROM recovery_codes r WHERE r.user_id = f.user_id) \
            AS codes_left FROM second_factors f ",
            $rest
        )
    };
}

statements! {
    Both OF_USER = select_factor!("WHERE f.user_id = $1");
    Both AFTER = select_factor!("WHERE f.user_id > $1 ORDER BY f.user_id LIMIT $2");
    Both REPLACE_SECRET = "UPDATE second_factors SET secret = $3 WHERE user_id = $1 AND secret = $2";
    // One that is on stays as it is.
    Both BEGIN = "INSERT INTO second_factors (user_id, secret, since, last_step, codes_at) VALUES ($1, $2, NULL, 0, NULL) \
        ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret WHERE second_factors.since IS NULL";
    Both ABANDON = "DELETE FROM second_factors WHERE user_id = $1 AND since IS NULL";
    Both TURN_ON = "UPDATE second_factors SET since = $3, last_step = $4, codes_at = $3 \
        WHERE user_id = $1 AND secret = $2 AND since IS NULL";
    Both TAKE_STEP = "UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND since IS NOT NULL AND last_step < $2";
    Both TAKE_CODE = "DELETE FROM recovery_codes WHERE user_id = $1 AND hash = $2";
    // Holds the row too: of two at once, the later replaces the codes of the earlier.
    Both DATE_CODES = "UPDATE second_factors SET codes_at = $2 WHERE user_id = $1 AND since IS NOT NULL";
    Both DROP_CODES = "DELETE FROM recovery_codes WHERE user_id = $1";
    Both ADD_CODE = "INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)";
    Both DELETE = "DELETE FROM second_factors WHERE user_id = $1";
}

from_row! {
    SecondFactor { user = "user_id", secret, since, codes_left: int }
}

/// Spends the proof, and writes the line of what it allows; whether it was good still.
async fn spend(link: &mut Link<'_>, user: UserId, proof: &Proof, audit: &Audit) -> Result<bool, StoreError> {
    let spent = match proof {
        Proof::Step(step) => run!(link, TAKE_STEP, user, *step)?,
        Proof::RecoveryCode { hash } => run!(link, TAKE_CODE, user, &**hash)?,
    };
    if spent == 0 {
        return Ok(false);
    }
    audit::append(link, audit).await?;
    if let Proof::RecoveryCode { .. } = proof {
        audit::append(link, &audit.following("second_factor.recovery_code_used", user)).await?;
    }
    Ok(true)
}

async fn set_codes(link: &mut Link<'_>, user: UserId, hashes: &[String]) -> Result<(), StoreError> {
    run!(link, DROP_CODES, user)?;
    for hash in hashes {
        run!(link, ADD_CODE, user, &**hash)?;
    }
    Ok(())
}

impl Store {
    /// The account's, on or being set up.
    pub async fn second_factor(&self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), SecondFactor, OF_USER, user)?)
    }

    /// Keeps a secret that is being set up, in place of one that was; whether it did, which it does not where one is on.
    pub async fn begin_second_factor(
        &self,
        user: UserId,
        secret: &str,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), BEGIN, user, secret).or_missing("account")?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Forgets one that is being set up; whether there was one.
    pub async fn abandon_second_factor(&self, user: UserId, audit: Audit) -> Result<bool, StoreError> {
        self.drop_second_factor(ABANDON, user, audit).await
    }

    /// Turns on what is being set up, if its secret is still the one that was `seen`; whether it did. `step` counts as
    /// used.
    pub async fn turn_on_second_factor(
        &self,
        user: UserId,
        seen: &str,
        step: i64,
        codes: &[String],
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if run!(link, TURN_ON, user, seen, audit.at, step)? == 0 {
            return Ok(false);
        }
        set_codes(link, user, codes).await?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// Spends a proof for what the audit line says, and nothing else; whether it was good still.
    pub async fn pass_second_factor(
        &self,
        user: UserId,
        proof: &Proof,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        if !spend(&mut writing.link(), user, proof, &audit).await? {
            return Ok(false);
        }
        writing.commit().await?;
        Ok(true)
    }

    /// Puts new recovery codes in place of what is left of the old ones, for a proof; whether it was good still.
    pub async fn renew_recovery_codes(
        &self,
        user: UserId,
        proof: &Proof,
        codes: &[String],
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if run!(link, DATE_CODES, user, audit.at)? == 0 || !spend(link, user, proof, &audit).await? {
            return Ok(false);
        }
        set_codes(link, user, codes).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// Removes the factor with its codes, for a proof; whether it was good still.
    pub async fn turn_off_second_factor(
        &self,
        user: UserId,
        proof: &Proof,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if !spend(link, user, proof, &audit).await? {
            return Ok(false);
        }
        run!(link, DELETE, user)?;
        writing.commit().await?;
        Ok(true)
    }

    /// Removes the factor with its codes, on or being set up, without a proof; whether there was one.
    pub async fn reset_second_factor(&self, user: UserId, audit: Audit) -> Result<bool, StoreError> {
        self.drop_second_factor(DELETE, user, audit).await
    }

    async fn drop_second_factor(
        &self,
        statement: &'static str,
        user: UserId,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), statement, user)?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Those of every account, from the one after `after`.
    pub async fn second_factors_after(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<SecondFactor>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), SecondFactor, AFTER, page::after(after), i64::from(limit))?)
    }

    /// Puts a secret sealed anew in place of the one that was read; whether it still was that one.
    pub async fn replace_second_factor_secret(
        &self,
        user: UserId,
        seen: &str,
        sealed: &str,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let replaced = run!(&mut writing.link(), REPLACE_SECRET, user, seen, sealed)?;
        writing.commit().await?;
        Ok(replaced > 0)
    }
}
