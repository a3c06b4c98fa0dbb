//! One organization with all that is kept of it, as tables of plain cells: out of one database and into another.
//!
//! What a table brings along is said once, in [`tables`]: its columns, what each cell may hold, and what it refers to.
//! Identifiers stay as they are, so that a second import meets the first; people become names without an account, and
//! frameworks are named by code and version, since both have other identifiers elsewhere.
//!
//! Left out on purpose: accounts, memberships, sessions, tokens and the audit log; alert channels, rules and messages,
//! which hold addresses and secrets; links that others can open; runs that no standing rests on, and hours whose days are
//! gathered for good.

mod keep;
mod tables;
mod turn;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use domain::Framework;
use domain::framework::Citation;
use serde::{Deserialize, Serialize};

use crate::db::{Link, Store, on_link, row, rows, statements};
use crate::error::StoreError;
use crate::ids::{FrameworkId, OrgId, UserId};
use crate::record::{Audit, Logo};
use crate::users;

pub(crate) use keep::STATEMENTS as KEEP_STATEMENTS;
pub(crate) use tables::STATEMENTS as TABLE_STATEMENTS;
pub use tables::{EXPORTED, LATER, LEFT_OUT};
pub use turn::ImportTurn;
pub(crate) use turn::STATEMENTS as TURN_STATEMENTS;
pub use value::{BadCell, Cell};

use value::{Column, Kind};

statements! {
    Both FRAMEWORKS = "SELECT id, code, version FROM frameworks";
    Both PERSON = "SELECT id, name, email FROM users WHERE id = $1";
    Both MEMBERS = "SELECT u.name, m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 \
        ORDER BY u.name, m.role";
    Both TAKEN = "SELECT slug FROM organizations WHERE id = $1 OR slug = $2";
    Both MARKED = "SELECT id FROM users WHERE email = $1";
    Both ORGANIZATION_THERE = "SELECT id FROM organizations WHERE id = $1";
}

/// A table: names of columns and, for each row, a cell for each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// Somebody whom rows name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedPerson {
    pub id: UserId,
    pub name: String,
    /// By what the same person is found again in another installation, where that can be: it is no address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// Who belonged to the organization where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedMember {
    pub name: String,
    pub role: String,
}

/// All rows of one organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientRows {
    /// By the name of the table.
    pub tables: BTreeMap<String, Rows>,
    /// Everybody whom the rows name.
    pub people: Vec<NamedPerson>,
    pub members: Vec<NamedMember>,
}

/// An organization's rows on their way out.
pub struct LeavingClient {
    pub rows: ClientRows,
    /// Of those people who have accounts here; they stay here, and only marks are made of them.
    pub addresses: BTreeMap<UserId, String>,
    /// The frameworks that the rows name.
    pub frameworks: Vec<FrameworkId>,
}

/// A client as it is to be kept.
pub struct NewClient {
    pub rows: ClientRows,
    /// Framework versions that the rows name; those that are missing here are added. With the hash of their content.
    pub frameworks: Vec<(Framework, String)>,
    /// What the frameworks cite; those that are missing here are added.
    pub citations: Vec<Citation>,
    pub logo: Option<Logo>,
    /// Who owns the organization from now on.
    pub owner: UserId,
    /// The address to use, unless it is taken.
    pub slug: String,
}

/// How the import of a client ended.
#[derive(Debug, PartialEq, Eq)]
pub enum KeptClient {
    /// The organization's address, which may be another where it was taken.
    Done { slug: String, rows: usize },
    /// The organization is here already; nothing was changed.
    HereAlready,
    /// A framework of this code and version is here with other content; nothing was changed.
    OtherFramework(String),
    /// A row holds what it may not; nothing was changed.
    Refused(BadCell),
}

/// Organizations that may share a name.
const MOST_NAMESAKES: u32 = 1000;

impl Store {
    /// All rows of an organization as of one instant; `None` where there is no such organization.
    pub async fn client_rows(&self, org: OrgId) -> Result<Option<LeavingClient>, StoreError> {
        let mut reading = self.read_whole().await?;
        let link = &mut reading.link();
        if row!(link, (OrgId,), ORGANIZATION_THERE, org)?.is_none() {
            return Ok(None);
        }
        let ids = framework_ids(link).await?;
        let mut named = Named {
            frameworks: ids.iter().map(|(name, id)| (id.to_string(), name.clone())).collect(),
            ..Named::default()
        };
        let mut found = ClientRows::default();
        for table in tables::TABLES {
            let mut rows = table_rows(link, table, org).await?;
            for row in &mut rows {
                for (cell, column) in row.iter_mut().zip(table.columns) {
                    named.leaving(cell, column);
                }
                tables::without_secrets(table, row);
            }
            let columns = table.columns.iter().map(|column| column.name.to_owned()).collect();
            found.tables.insert(table.name.to_owned(), Rows { columns, rows });
        }
        let (mut addresses, unmarked) = (BTreeMap::new(), users::marked(org, ""));
        for id in &named.people {
            let Some((id, name, email)) = row!(link, (UserId, String, String), PERSON, &**id)? else {
                continue;
            };
            // Whoever came along with the organization leaves with it as they came.
            let mark = email.strip_prefix(&unmarked).map(str::to_owned);
            found.people.push(NamedPerson { id, name, mark });
            if !users::is_name_only(&email) {
                addresses.insert(id, email);
            }
        }
        found.people.sort();
        let members = rows!(link, (String, String), MEMBERS, org)?;
        found.members = members.into_iter().map(|(name, role)| NamedMember { name, role }).collect();
        reading.commit().await?;
        let frameworks = named.used.iter().filter_map(|name| ids.get(name).copied()).collect();
        Ok(Some(LeavingClient { rows: found, addresses, frameworks }))
    }

    pub async fn organization_exists(&self, org: OrgId) -> Result<bool, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (OrgId,), ORGANIZATION_THERE, org)?.is_some())
    }

    /// The name under which an organization's imported records know somebody by this mark.
    pub async fn marked_person(&self, org: OrgId, mark: &str) -> Result<Option<UserId>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), (UserId,), MARKED, users::marked(org, mark))?.map(|(id,)| id))
    }

    /// Keeps a client, all of it or nothing.
    pub async fn keep_client(
        &self,
        new: &NewClient,
        audit: impl FnOnce(&str) -> Audit + Send,
    ) -> Result<KeptClient, StoreError> {
        let mut writing = self.write().await?;
        let kept = keep::client(&mut writing.link(), new, audit).await?;
        if matches!(kept, KeptClient::Done { .. }) {
            writing.commit().await?;
        }
        Ok(kept)
    }
}

/// What the rows name that is no row of the organization.
#[derive(Default)]
struct Named {
    /// The names of all frameworks by their identifiers.
    frameworks: BTreeMap<String, String>,
    /// The names that were used.
    used: BTreeSet<String>,
    /// The identifiers of accounts.
    people: BTreeSet<String>,
}

impl Named {
    /// A cell as it leaves: people are noted, frameworks get their names.
    fn leaving(&mut self, cell: &mut Cell, column: &Column) {
        let Cell::Text(text) = cell else { return };
        match column.kind {
            Kind::Person | Kind::MaybePerson => {
                self.people.insert(text.clone());
            }
            Kind::Framework => {
                if let Some(name) = self.frameworks.get(text) {
                    text.clone_from(name);
                    self.used.insert(name.clone());
                }
            }
            _ => {}
        }
    }
}

async fn table_rows(
    link: &mut Link<'_>,
    table: &tables::Table,
    org: OrgId,
) -> Result<Vec<Vec<Cell>>, StoreError> {
    let found = on_link!(link, |connection, Db| {
        let found = sqlx::query::<Db>(table.select).bind(org).fetch_all(&mut **connection).await?;
        found.iter().map(|row| value::read(row, table.columns)).collect::<Result<Vec<_>, _>>()
    });
    Ok(found?)
}

/// The address that is free: the one given, or with a number behind it.
async fn free_slug(link: &mut Link<'_>, org: OrgId, slug: &str) -> Result<Option<String>, StoreError> {
    for number in 1..=MOST_NAMESAKES {
        let tried = if number == 1 { slug.to_owned() } else { format!("{slug}-{number}") };
        if row!(link, (String,), TAKEN, org, &*tried)?.is_none() {
            return Ok(Some(tried));
        }
    }
    Ok(None)
}

/// The identifiers of frameworks by their names.
async fn framework_ids(link: &mut Link<'_>) -> Result<BTreeMap<String, FrameworkId>, StoreError> {
    let found = rows!(link, (FrameworkId, String, String), FRAMEWORKS)?;
    let named = found.into_iter().map(|(id, code, version)| (value::framework_name(&code, &version), id));
    Ok(named.collect())
}
