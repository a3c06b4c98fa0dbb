//! Health checks as they are set up.

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Link, Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{CheckId, IncidentId, IntegrationId, OrgId};
use crate::page;
use crate::record::{Aimed, Audit, Check, CheckPage, Closing, Glance, TokenMade};
use crate::{feeds, history};

/// The columns of a check as [`Check`] reads them.
macro_rules! check_columns {
    () => {
        "id, org_id, integration_id, kind, parameters, interval_seconds, enabled, created_at, next_due_at"
    };
}
pub(crate) use check_columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", check_columns!(), " FROM checks ", $rest)
    };
}

statements! {
    Both INSERT = "INSERT INTO checks (id, org_id, integration_id, kind, parameters, interval_seconds, enabled, \
        created_at, next_due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    Both UPDATE = "UPDATE checks SET parameters = $2, interval_seconds = $3, enabled = $4, next_due_at = $5, \
        host = NULL WHERE id = $1";
    // Whoever runs it right now is too late from then on.
    Both AIM = "UPDATE checks SET parameters = $2, interval_seconds = $3, enabled = $4, next_due_at = $5, host = NULL, \
        last_run = NULL, last_started_at = 0, last_status = NULL, good_at = NULL, reported_at = NULL, judged = NULL, \
        repeats = 0, own_failures = 0, lease_owner = NULL, lease_until = 0, lease_epoch = lease_epoch + 1 WHERE id = $1";
    Both FORGET_STANDINGS = "DELETE FROM standings WHERE check_id = $1";
    Both WITHDRAW_ATTESTATIONS = "UPDATE overrides SET withdrawn_at = $2, withdrawn_by = $3 \
        WHERE check_id = $1 AND withdrawn_at IS NULL AND until_at > $2";
    Both NOTE_AIM = "INSERT INTO aims (check_id, at, target, target_before) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (check_id, at) DO UPDATE SET target = excluded.target";
    Both AIMS = "SELECT at, target, target_before FROM aims WHERE check_id = $1 ORDER BY at DESC LIMIT $2";
    // Whoever takes a run of the target before into account right now looks again.
    Both FORGET_WATCH = "UPDATE watches SET fails = 0, successes = 0, history = 0, known = 0, flapping = FALSE, \
        failing_since = NULL, incident_id = NULL, revision = revision + 1 WHERE check_id = $1";
    Both END_INCIDENT = "UPDATE incidents SET closed_at = CASE WHEN $2 < opened_at THEN opened_at ELSE $2 END, \
        closing = $3 WHERE check_id = $1 AND closed_at IS NULL RETURNING id";
    Both FORGET_FINALIZED = "DELETE FROM finalized_items WHERE check_id = $1";
    Both FORGET_FIGURES = "DELETE FROM reported_figures WHERE check_id = $1";
    Both FORGET_REPORT = "UPDATE feeds SET reported_at = NULL, observations = $2, observed_at = NULL, missed = TRUE \
        WHERE check_id = $1";
    Both BY_ID = select!("WHERE id = $1");
    Both OF_ORGANIZATION = select!("WHERE org_id = $1 ORDER BY id");
    Both GLANCES = "SELECT id, integration_id, kind, enabled, last_status FROM checks WHERE org_id = $1 ORDER BY id";
    Both BESIDE_ASSESSMENT = select!(
        "WHERE org_id = (SELECT org_id FROM assessments WHERE id = $1) ORDER BY id"
    );
    // As serde writes `domain::check::Parameter::Secret`; within a text the quotes would be escaped.
    Both SEALED_AFTER = select!(
        "WHERE id > $1 AND parameters LIKE '%\"type\":\"secret\"%' ORDER BY id LIMIT $2"
    );
    Both REPLACE_PARAMETERS = "UPDATE checks SET parameters = $3 WHERE id = $1 AND parameters = $2";
    Both OF_INTEGRATION = select!("WHERE integration_id = $1 ORDER BY id");
    Both OF_INTEGRATION_AFTER = select!("WHERE integration_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    Both ANY_FAILS = "SELECT c.id FROM checks c JOIN standings s ON s.check_id = c.id \
        WHERE c.integration_id = $1 AND c.id >= $2 AND c.id <= $3 AND s.status = 'FAIL' LIMIT 1";
    Both ANY_FAILS_OF_ORGANIZATION = "SELECT c.id FROM checks c JOIN standings s ON s.check_id = c.id \
        WHERE c.org_id = $1 AND s.status = 'FAIL' LIMIT 1";
    Both DELETE = "DELETE FROM checks WHERE id = $1";
}

from_row! {
    Check {
        id, org = "org_id", integration = "integration_id", kind: text, parameters, interval_seconds, enabled,
        created_at, next_due_at,
    }
}

from_row! {
    Aimed { at, target, before = "target_before" }
    Glance { id, integration = "integration_id", kind: text, enabled, status: maybe_text = "last_status" }
}

/// Writes a check by one of the statements that change it; whether there is one.
async fn write(link: &mut Link<'_>, statement: &'static str, check: &Check) -> Result<bool, StoreError> {
    let updated = run!(
        link,
        statement,
        check.id,
        &*check.parameters,
        check.interval_seconds,
        check.enabled,
        check.next_due_at
    )?;
    Ok(updated > 0)
}

impl Store {
    /// Keeps a new check, with the token by which a system reports to it, where there is one already: both or none, and
    /// [`StoreError::Duplicate`] where another check has this token.
    pub async fn create_check(
        &self,
        check: Check,
        token: Option<TokenMade>,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(
            link,
            INSERT,
            check.id,
            check.org,
            check.integration,
            Text(&check.kind),
            &*check.parameters,
            check.interval_seconds,
            check.enabled,
            check.created_at,
            check.next_due_at
        )
        .or_missing("integration")?;
        audit::append(link, &audit).await?;
        if let Some(token) = &token {
            feeds::put_token(link, check.id, token).await?;
        }
        writing.commit().await
    }

    /// Writes parameters, interval, whether it is enabled and when it is due next; whether there is such a check.
    /// Its kind and its integration never change. A new token goes with it as with [`create_check`](Self::create_check).
    pub async fn update_check(
        &self,
        check: Check,
        token: Option<TokenMade>,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if !write(link, UPDATE, &check).await? {
            return Ok(false);
        }
        audit::append(link, &audit).await?;
        if let Some(token) = &token {
            feeds::put_token(link, check.id, token).await?;
        }
        writing.commit().await?;
        Ok(true)
    }

    /// The same for a check that looks at another target from now on. What it saw and was told of the one before says
    /// nothing of this one: how it stood, what was attested against its failures, what was reported, and a run that is
    /// under way are gone, and an incident or an outage that was open ends. The runs stay, with a mark where the new target
    /// begins.
    pub async fn aim_check(
        &self,
        check: Check,
        aimed: &Aimed,
        token: Option<TokenMade>,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        if !write(link, AIM, &check).await? {
            return Ok(false);
        }
        let id = check.id;
        run!(link, NOTE_AIM, id, aimed.at, &*aimed.target, &*aimed.before)?;
        run!(link, FORGET_STANDINGS, id)?;
        run!(link, WITHDRAW_ATTESTATIONS, id, audit.at, audit.actor)?;
        run!(link, FORGET_FINALIZED, id)?;
        run!(link, FORGET_FIGURES, id)?;
        run!(link, FORGET_REPORT, id, Json(domain::check::Observations::new()))?;
        run!(link, FORGET_WATCH, id)?;
        history::end_outage(link, id, aimed.at).await?;
        let closing = Text(Closing::AimedElsewhere);
        let ended = rows!(link, (IncidentId,), END_INCIDENT, id, aimed.at, closing)?;
        audit::append(link, &audit).await?;
        if let Some(token) = &token {
            feeds::put_token(link, id, token).await?;
        }
        for (incident,) in ended {
            audit::append(link, &audit.following("incident.closed", incident)).await?;
        }
        writing.commit().await?;
        Ok(true)
    }

    /// When a check was aimed at which other target, latest first.
    pub async fn aims(&self, check: CheckId, limit: u32) -> Result<Vec<Aimed>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Aimed, AIMS, check, i64::from(limit))?)
    }

    pub async fn check(&self, id: CheckId) -> Result<Option<Check>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Check, BY_ID, id)?)
    }

    /// Oldest first.
    pub async fn checks_of(&self, org: OrgId) -> Result<Vec<Check>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Check, OF_ORGANIZATION, org)?)
    }

    /// Where each check of an organization stands, oldest first.
    pub async fn glances_of(&self, org: OrgId) -> Result<Vec<Glance>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Glance, GLANCES, org)?)
    }

    /// Oldest first.
    pub async fn checks_of_integration(&self, integration: IntegrationId) -> Result<Vec<Check>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Check, OF_INTEGRATION, integration)?)
    }

    /// Oldest first, from the one after `after`.
    pub async fn checks_of_integration_after(
        &self,
        integration: IntegrationId,
        after: Option<CheckId>,
        limit: u32,
    ) -> Result<Vec<Check>, StoreError> {
        let mut lease = self.read().await?;
        let (after, limit) = (page::after(after), i64::from(limit));
        Ok(rows!(&mut lease.link(), Check, OF_INTEGRATION_AFTER, integration, after, limit)?)
    }

    /// Whether a check of a page fails for any binding.
    pub async fn any_fails(&self, page: CheckPage) -> Result<bool, StoreError> {
        let mut lease = self.read().await?;
        let CheckPage { integration, from, to } = page;
        Ok(row!(&mut lease.link(), (CheckId,), ANY_FAILS, integration, from, to)?.is_some())
    }

    /// Whether any check of an organization fails for any binding.
    pub async fn any_fails_of(&self, org: OrgId) -> Result<bool, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (CheckId,), ANY_FAILS_OF_ORGANIZATION, org)?.is_some())
    }

    /// The checks of every organization that have a secret, oldest first, from the one after `after`.
    pub async fn sealed_checks_after(
        &self,
        after: Option<CheckId>,
        limit: u32,
    ) -> Result<Vec<Check>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Check, SEALED_AFTER, page::after(after), i64::from(limit))?)
    }

    /// Puts the same parameters, sealed anew, in the place of `known`; whether these were still there. Says nothing
    /// new, so the audit log has no line for it.
    pub async fn replace_parameters(
        &self,
        id: CheckId,
        known: &str,
        parameters: &str,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let replaced = run!(&mut writing.link(), REPLACE_PARAMETERS, id, known, parameters)?;
        writing.commit().await?;
        Ok(replaced > 0)
    }

    /// Deletes the check with its runs, standings and ties; whether there was such a check.
    pub async fn delete_check(&self, id: CheckId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), DELETE, id)?;
        audit::commit_change(writing, changed, &audit).await
    }
}
