//! Channels, rules and maintenance windows of an organization.

use crate::audit;
use crate::column::{Json, Text, from_row};
use crate::db::{Store, row, rows, run, statements};
use crate::error::{Naming, StoreError};
use crate::ids::{AlertRuleId, ChannelId, MaintenanceId, OrgId, UnixMillis};
use crate::organizations::HOLD;
use crate::record::{AlertRule, Audit, Channel, MaintenanceWindow};
use crate::{page, room};

macro_rules! select_channel {
    ($rest:literal) => {
        concat!("SELECT id, org_id, name, target, secret, paused, created_at FROM alert_channels ", $rest)
    };
}

macro_rules! select_rule {
    ($rest:literal) => {
        concat!(
            "SELECT id, org_id, channel_id, criterion, domain, severity, remind_seconds, created_at \
             FROM alert_rules ",
            $rest
        )
    };
}

macro_rules! select_window {
    ($rest:literal) => {
        concat!(
            "SELECT id, org_id, integration_id, reason, starts_at, ends_at, by_id, created_at \
             FROM maintenance_windows ",
            $rest
        )
    };
}

statements! {
    Both INSERT_CHANNEL = "INSERT INTO alert_channels (id, org_id, name, target, secret, paused, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    Both UPDATE_CHANNEL = "UPDATE alert_channels SET name = $2, target = $3, secret = $4, paused = $5 WHERE id = $1";
    Both PAUSE_CHANNEL = "UPDATE alert_channels SET paused = $2 WHERE id = $1 AND paused IS NULL";
    Both DELETE_CHANNEL = "DELETE FROM alert_channels WHERE id = $1";
    Both CHANNELS = "SELECT COUNT(*) FROM alert_channels WHERE org_id = $1";
    Both CHANNEL_BY_ID = select_channel!("WHERE id = $1");
    Both CHANNELS_OF_ORGANIZATION = select_channel!("WHERE org_id = $1 ORDER BY id");
    Both SEALED_AFTER = select_channel!("WHERE secret IS NOT NULL AND id > $1 ORDER BY id LIMIT $2");
    Both REPLACE_SECRET = "UPDATE alert_channels SET secret = $3 WHERE id = $1 AND secret = $2";
    Both INSERT_RULE = "INSERT INTO alert_rules (id, org_id, channel_id, criterion, domain, severity, remind_seconds, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Both DELETE_RULE = "DELETE FROM alert_rules WHERE id = $1";
    Both RULES = "SELECT COUNT(*) FROM alert_rules WHERE org_id = $1";
    Both RULE_BY_ID = select_rule!("WHERE id = $1");
    Both RULES_OF_ORGANIZATION = select_rule!("WHERE org_id = $1 ORDER BY id");
    Both INSERT_WINDOW = "INSERT INTO maintenance_windows (id, org_id, integration_id, reason, starts_at, ends_at, \
        by_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    Both END_WINDOW = "UPDATE maintenance_windows SET ends_at = $2 WHERE id = $1 AND ends_at > $2";
    Both WINDOW_BY_ID = select_window!("WHERE id = $1");
    Both WINDOWS_OF_ORGANIZATION = select_window!("WHERE org_id = $1 AND ends_at > $2 ORDER BY starts_at, id");
}

from_row! {
    Channel { id, org = "org_id", name, target: json, secret, paused, created_at }
    AlertRule {
        id, org = "org_id", channel = "channel_id", criterion: maybe_text, domain: maybe_text, severity: text,
        remind_seconds, created_at,
    }
    MaintenanceWindow {
        id, org = "org_id", integration = "integration_id", reason, starts_at, ends_at, by = "by_id", created_at,
    }
}

impl Store {
    /// [`StoreError::Full`] where the organization has `most` already.
    pub async fn create_channel(&self, channel: Channel, most: u32, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD, channel.org)?;
        room::for_one(row!(link, (i64,), CHANNELS, channel.org)?, most)?;
        run!(
            link,
            INSERT_CHANNEL,
            channel.id,
            channel.org,
            &*channel.name,
            Json(&channel.target),
            channel.secret.as_deref(),
            channel.paused.as_deref(),
            channel.created_at
        )
        .or_missing("organization")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Writes everything but the organization and the time; whether there is such a channel.
    pub async fn update_channel(&self, channel: Channel, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let updated = run!(
            link,
            UPDATE_CHANNEL,
            channel.id,
            &*channel.name,
            Json(&channel.target),
            channel.secret.as_deref(),
            channel.paused.as_deref()
        )?;
        audit::commit_change(writing, updated, &audit).await
    }

    /// Stops using a channel for a reason of its own; whether it was in use.
    pub async fn pause_channel(&self, id: ChannelId, why: &str, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), PAUSE_CHANNEL, id, why)?;
        audit::commit_change(writing, changed, &audit).await
    }

    /// Deletes a channel with its rules and its messages; whether there was one.
    pub async fn delete_channel(&self, id: ChannelId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), DELETE_CHANNEL, id)?;
        audit::commit_change(writing, changed, &audit).await
    }

    pub async fn channel(&self, id: ChannelId) -> Result<Option<Channel>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), Channel, CHANNEL_BY_ID, id)?)
    }

    /// Oldest first.
    pub async fn channels_of(&self, org: OrgId) -> Result<Vec<Channel>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Channel, CHANNELS_OF_ORGANIZATION, org)?)
    }

    /// Channels of every organization that have a secret, from the one after `after`.
    pub async fn sealed_channels_after(
        &self,
        after: Option<ChannelId>,
        limit: u32,
    ) -> Result<Vec<Channel>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), Channel, SEALED_AFTER, page::after(after), i64::from(limit))?)
    }

    /// Puts a secret sealed anew in place of the one that was read; whether it still was that one.
    pub async fn replace_channel_secret(
        &self,
        id: ChannelId,
        seen: &str,
        sealed: &str,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let replaced = run!(&mut writing.link(), REPLACE_SECRET, id, seen, sealed)?;
        writing.commit().await?;
        Ok(replaced > 0)
    }

    /// [`StoreError::Full`] where the organization has `most` already.
    pub async fn create_rule(&self, rule: AlertRule, most: u32, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(link, HOLD, rule.org)?;
        room::for_one(row!(link, (i64,), RULES, rule.org)?, most)?;
        run!(
            link,
            INSERT_RULE,
            rule.id,
            rule.org,
            rule.channel,
            rule.criterion.as_ref().map(Text),
            rule.domain.as_ref().map(Text),
            Text(rule.severity),
            rule.remind_seconds,
            rule.created_at
        )
        .or_missing("channel")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Whether there was such a rule.
    pub async fn delete_rule(&self, id: AlertRuleId, audit: Audit) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), DELETE_RULE, id)?;
        audit::commit_change(writing, changed, &audit).await
    }

    pub async fn rule(&self, id: AlertRuleId) -> Result<Option<AlertRule>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), AlertRule, RULE_BY_ID, id)?)
    }

    /// Oldest first.
    pub async fn rules_of(&self, org: OrgId) -> Result<Vec<AlertRule>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), AlertRule, RULES_OF_ORGANIZATION, org)?)
    }

    pub async fn create_window(&self, window: MaintenanceWindow, audit: Audit) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        run!(
            link,
            INSERT_WINDOW,
            window.id,
            window.org,
            window.integration,
            &*window.reason,
            window.starts_at,
            window.ends_at,
            window.by,
            window.created_at
        )
        .or_missing("integration")?;
        audit::append(link, &audit).await?;
        writing.commit().await
    }

    /// Ends a window earlier than planned; whether it had not ended yet.
    pub async fn end_window(
        &self,
        id: MaintenanceId,
        at: UnixMillis,
        audit: Audit,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write().await?;
        let changed = run!(&mut writing.link(), END_WINDOW, id, at)?;
        audit::commit_change(writing, changed, &audit).await
    }

    pub async fn window(&self, id: MaintenanceId) -> Result<Option<MaintenanceWindow>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), MaintenanceWindow, WINDOW_BY_ID, id)?)
    }

    /// Those that end after `now`, the next first.
    pub async fn windows_of(
        &self,
        org: OrgId,
        now: UnixMillis,
    ) -> Result<Vec<MaintenanceWindow>, StoreError> {
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), MaintenanceWindow, WINDOWS_OF_ORGANIZATION, org, now)?)
    }
}
