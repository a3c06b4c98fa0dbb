//! Registers: what people enter that no probe can see. Checks of the group *register* are computed from them, so each
//! write has those checks run again at once.
//!
//! An entry is corrected or withdrawn, never deleted: the audit log says what it said before.

mod change;
mod columns;
mod consent;
mod contract;
mod credential;
mod incident;
mod measure;
mod reading;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::KindCode;
use serde_json::json;
use store::record::{Incident, Register, RegisterContent, RegisterEntry, Role};
use store::{IncidentId, OrgId, RegisterEntryId, UnixMillis};

use crate::inventory::Imported;
use crate::service::org_audit;
use crate::sheet;
use crate::{Actor, Error, FieldError, Permission, Service};

pub use columns::{Column, Look, columns};
use reading::Reading;

/// What was typed or sent, by the names of the register's columns; what is absent is empty.
pub type Typed = BTreeMap<String, String>;

/// Incidents that a check saw and that an entry can tell more of: the latest so many.
const SEEN_OFFERED: u32 = 100;

/// A register as its page shows it.
pub struct RegisterPage {
    pub role: Role,
    /// The latest entered first; those that were withdrawn too.
    pub entries: Vec<RegisterEntry>,
    /// Incidents that checks saw, the latest first; of other registers nothing.
    pub seen: Vec<Incident>,
    /// Whether a check is computed from this register.
    pub checked: bool,
}

/// The kind of check that is computed from a register.
pub(crate) fn kind_of(register: Register) -> KindCode {
    KindCode::from(match register {
        Register::Incidents => "incident.sla",
        Register::MeasureValidations => "measure.validation",
        Register::ConsentTests => "consent.test",
        Register::Credentials | Register::ContractFeeds | Register::LogicChanges => "inventory.coverage",
    })
}

/// What an entry says, column by column, as it is typed; empty text where nothing is known.
pub fn shown(content: &RegisterContent) -> Vec<(&'static str, String)> {
    let cells = match content {
        RegisterContent::Incidents(incident) => incident::shown(incident),
        RegisterContent::MeasureValidations(validation) => measure::shown(validation),
        RegisterContent::ConsentTests(test) => consent::shown(test),
        RegisterContent::Credentials(credential) => credential::shown(credential),
        RegisterContent::ContractFeeds(feeds) => contract::shown(feeds),
        RegisterContent::LogicChanges(change) => change::shown(change),
    };
    columns(content.register()).iter().map(|column| column.name).zip(cells).collect()
}

/// What was typed, as an entry; or all that is wrong with it.
fn read(register: Register, typed: &Typed, now: UnixMillis) -> Result<RegisterContent, Vec<FieldError>> {
    let mut reading = Reading::new(columns(register), typed, now);
    let content = match register {
        Register::Incidents => RegisterContent::Incidents(incident::read(&mut reading)),
        Register::MeasureValidations => RegisterContent::MeasureValidations(measure::read(&mut reading)),
        Register::ConsentTests => RegisterContent::ConsentTests(consent::read(&mut reading)),
        Register::Credentials => RegisterContent::Credentials(credential::read(&mut reading)),
        Register::ContractFeeds => RegisterContent::ContractFeeds(contract::read(&mut reading)),
        Register::LogicChanges => RegisterContent::LogicChanges(change::read(&mut reading)),
    };
    reading.end(content)
}

impl Service {
    pub async fn register_page(
        &self,
        actor: &Actor,
        org: OrgId,
        register: Register,
        before: Option<RegisterEntryId>,
        limit: u32,
    ) -> Result<RegisterPage, Error> {
        let role = self.authorize(actor, org, Permission::Read, "The organization").await?;
        let entries = self.store().register_entries(org, register, before, limit).await?;
        let seen = match register {
            Register::Incidents => self.store().incidents_of(org, None, SEEN_OFFERED).await?,
            _ => Vec::new(),
        };
        let kind = kind_of(register);
        let checked = self.store().checks_of(org).await?.iter().any(|check| check.kind == kind);
        Ok(RegisterPage { role, entries, seen, checked })
    }

    /// Every register with how many of its entries count.
    pub async fn register_counts(&self, actor: &Actor, org: OrgId) -> Result<Vec<(Register, u64)>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        let counts = self.store().register_counts(org).await?;
        let of = |register| counts.iter().find(|(of, _)| *of == register).map_or(0, |(_, count)| *count);
        Ok(Register::ALL.map(|register| (register, of(register))).to_vec())
    }

    pub async fn register_entry(&self, actor: &Actor, id: RegisterEntryId) -> Result<RegisterEntry, Error> {
        self.entry_for(actor, id, Permission::Read).await
    }

    pub async fn add_to_register(
        &self,
        actor: &Actor,
        org: OrgId,
        register: Register,
        typed: &Typed,
    ) -> Result<RegisterEntry, Error> {
        self.authorize(actor, org, Permission::Operate, "The organization").await?;
        let now = UnixMillis::now();
        let content = read(register, typed, now).map_err(Error::Invalid)?;
        self.seen_must_exist(org, &content).await?;
        let entry = new_entry(actor, org, content, now);
        let details = json!({ "register": register, "entry": entry.content });
        let audit = org_audit(actor, org, "register.added", entry.id, details);
        self.store().add_register_entries(vec![entry.clone()], audit).await?;
        self.run_checks_on_records(org, &kind_of(register)).await;
        Ok(entry)
    }

    /// Says it better. `revision` is the one that the writer saw.
    pub async fn correct_in_register(
        &self,
        actor: &Actor,
        id: RegisterEntryId,
        revision: i64,
        typed: &Typed,
    ) -> Result<RegisterEntry, Error> {
        let before = self.entry_for(actor, id, Permission::Operate).await?;
        must_count(&before)?;
        let now = UnixMillis::now();
        let register = before.content.register();
        let content = read(register, typed, now).map_err(Error::Invalid)?;
        self.seen_must_exist(before.org, &content).await?;
        let details = json!({ "register": register, "was": before.content, "is": content });
        let audit = org_audit(actor, before.org, "register.corrected", id, details);
        let changed = RegisterEntry { content, revision, changed_at: now, ..before };
        if !self.store().correct_register_entry(changed.clone(), audit).await? {
            let text = "Somebody changed this entry in the meantime. Load it again, then correct what is still wrong.";
            return Err(Error::Conflict(text.to_owned()));
        }
        self.run_checks_on_records(changed.org, &kind_of(register)).await;
        Ok(RegisterEntry { revision: revision + 1, ..changed })
    }

    /// Has it count no more; it stays in the register with the reason.
    pub async fn withdraw_from_register(
        &self,
        actor: &Actor,
        id: RegisterEntryId,
        reason: &str,
    ) -> Result<RegisterEntry, Error> {
        let entry = self.entry_for(actor, id, Permission::Operate).await?;
        must_count(&entry)?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(Error::invalid("reason", "Say in 1 to 500 characters why it counts no more."));
        }
        let now = UnixMillis::now();
        let register = entry.content.register();
        let details = json!({ "register": register, "reason": reason, "was": entry.content });
        let audit = org_audit(actor, entry.org, "register.withdrawn", id, details);
        if !self.store().withdraw_register_entry(id, now, reason, audit).await? {
            return Err(withdrawn());
        }
        self.run_checks_on_records(entry.org, &kind_of(register)).await;
        Ok(RegisterEntry {
            revision: entry.revision + 1,
            changed_at: now,
            withdrawn_at: Some(now),
            withdrawn_reason: Some(reason.to_owned()),
            ..entry
        })
    }

    /// Adds the lines of a CSV file, all of it or nothing. A line that says what an entry says already adds nothing.
    pub async fn import_register(
        &self,
        actor: &Actor,
        org: OrgId,
        register: Register,
        file: &[u8],
    ) -> Result<Imported, Error> {
        self.authorize(actor, org, Permission::Operate, "The organization").await?;
        let names: Vec<&'static str> = columns(register).iter().map(|column| column.name).collect();
        let needed: Vec<&'static str> =
            columns(register).iter().filter(|column| column.needed).map(|column| column.name).collect();
        let lines = sheet::read(file, &names, &needed).map_err(Error::Invalid)?;
        let known = self.store().register_entries(org, register, None, u32::MAX).await?;
        let mut known: HashSet<_> =
            known.into_iter().filter(RegisterEntry::counts).map(|entry| entry.content).collect();
        let now = UnixMillis::now();
        let mut done = Imported::default();
        let (mut added, mut problems): (Vec<RegisterEntry>, Vec<FieldError>) = (Vec::new(), Vec::new());
        let mut contents = Vec::with_capacity(lines.len());
        for line in &lines {
            let typed = line.cells.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone())).collect();
            match read(register, &typed, now) {
                Ok(content) => contents.push((line.number, content)),
                Err(found) => problems.extend(found.into_iter().map(|problem| problem.at_line(line.number))),
            }
        }
        let told: BTreeSet<IncidentId> =
            contents.iter().filter_map(|(_, content)| seen_in(content)).collect();
        let seen = self.store().incidents_among(org, &told).await?;
        for (line, content) in contents {
            if seen_in(&content).is_some_and(|told| !seen.contains(&told)) {
                problems.push(unseen().at_line(line));
            } else if known.insert(content.clone()) {
                added.push(new_entry(actor, org, content, now));
            } else {
                done.unchanged += 1;
            }
        }
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.line);
            problems.truncate(sheet::MOST_PROBLEMS);
            return Err(Error::Invalid(problems));
        }
        done.added = added.len();
        if done.added > 0 {
            let details = json!({ "register": register, "added": done.added });
            let audit = org_audit(actor, org, "register.imported", org, details);
            self.store().add_register_entries(added, audit).await?;
            self.run_checks_on_records(org, &kind_of(register)).await;
        }
        Ok(done)
    }

    /// The entries that count, as CSV, the oldest first.
    pub async fn export_register(
        &self,
        actor: &Actor,
        org: OrgId,
        register: Register,
    ) -> Result<String, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        let mut entries = self.store().register_entries(org, register, None, u32::MAX).await?;
        entries.reverse();
        let names: Vec<&str> = columns(register).iter().map(|column| column.name).collect();
        let rows = entries.iter().filter(|entry| entry.counts());
        let rows = rows.map(|entry| shown(&entry.content).into_iter().map(|(_, cell)| cell).collect());
        Ok(sheet::write(&names, rows))
    }

    async fn entry_for(
        &self,
        actor: &Actor,
        id: RegisterEntryId,
        permission: Permission,
    ) -> Result<RegisterEntry, Error> {
        let entry = self.store().register_entry(id).await?.ok_or(Error::NotFound("The entry"))?;
        self.authorize(actor, entry.org, permission, "The entry").await?;
        Ok(entry)
    }

    /// An entry tells more of an incident of its own organization, or of none.
    async fn seen_must_exist(&self, org: OrgId, content: &RegisterContent) -> Result<(), Error> {
        let Some(seen) = seen_in(content) else { return Ok(()) };
        match self.store().incident(seen).await? {
            Some(incident) if incident.org == org => Ok(()),
            _ => Err(Error::Invalid(vec![unseen()])),
        }
    }
}

/// The incident that a check saw and that an entry tells more of.
fn seen_in(content: &RegisterContent) -> Option<IncidentId> {
    match content {
        RegisterContent::Incidents(told) => told.seen,
        _ => None,
    }
}

fn unseen() -> FieldError {
    FieldError::new("seen", "Choose one of the incidents that checks saw, or none.")
}

fn new_entry(actor: &Actor, org: OrgId, content: RegisterContent, now: UnixMillis) -> RegisterEntry {
    RegisterEntry {
        id: RegisterEntryId::new(),
        org,
        content,
        revision: 1,
        by: actor.user(),
        by_name: actor.name().to_owned(),
        created_at: now,
        changed_at: now,
        withdrawn_at: None,
        withdrawn_reason: None,
    }
}

fn must_count(entry: &RegisterEntry) -> Result<(), Error> {
    if entry.counts() { Ok(()) } else { Err(withdrawn()) }
}

fn withdrawn() -> Error {
    Error::Conflict("This entry was withdrawn. Add a new one instead.".to_owned())
}

#[cfg(test)]
mod tests;
