//! A client into the database, in the importer's transaction: every cell is looked at before it is bound.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::{LATER, TABLES, Table};
use super::value::{Column, Kind, bound, fits};
use super::{BadCell, Cell, KeptClient, NewClient, Rows, framework_ids, free_slug};
use crate::column::Text;
use crate::db::{Link, on_link, row, run, statements};
use crate::error::StoreError;
use crate::frameworks;
use crate::ids::{FrameworkId, OrgId, UnixMillis, UserId};
use crate::record::{Audit, Role};
use crate::{audit, logos, retention, users};

statements! {
    Both PUBLISHED = "SELECT hash FROM frameworks WHERE code = $1 AND version = $2";
    Both OWN = "INSERT INTO memberships (org_id, user_id, role, since) VALUES ($1, $2, $3, $4)";
    Both NAME_PERSON = "INSERT INTO imported_people (user_id, org_id) VALUES ($1, $2)";
}

/// What the cells of the file may refer to.
struct Known {
    org: String,
    people: BTreeMap<String, UserId>,
    frameworks: BTreeMap<String, FrameworkId>,
    /// Identifiers of the rows so far, by table.
    ids: BTreeMap<&'static str, BTreeSet<String>>,
}

pub(super) async fn client(
    link: &mut Link<'_>,
    new: &NewClient,
    audit: impl FnOnce(&str) -> Audit + Send,
) -> Result<KeptClient, StoreError> {
    let now = UnixMillis::now();
    let Some(org) = organization_of(new) else {
        return Ok(KeptClient::Refused(whole("organizations", "has to be one row")));
    };
    if row!(link, (OrgId,), super::ORGANIZATION_THERE, org)?.is_some() {
        return Ok(KeptClient::HereAlready);
    }
    if let Some(other) = bring_frameworks(link, new, now).await? {
        return Ok(KeptClient::OtherFramework(other));
    }
    let Some(slug) = free_slug(link, org, &new.slug).await? else {
        return Ok(KeptClient::Refused(whole("organizations", "has a name that too many have")));
    };
    let mut known = Known {
        org: org.to_string(),
        people: BTreeMap::new(),
        frameworks: framework_ids(link).await?,
        ids: BTreeMap::new(),
    };
    // Somebody who came along once and had an account then is twice in the file, and once here.
    let mut marked: BTreeMap<&str, UserId> = BTreeMap::new();
    for person in &new.rows.people {
        let mark = person.mark.as_deref();
        let user = if let Some(same) = mark.and_then(|mark| marked.get(mark)) {
            *same
        } else {
            let address = mark.map(|mark| users::marked(org, mark));
            let user = users::nobody(person.name.clone(), address, now);
            match users::insert(link, &user).await {
                // Whoever is known by the same mark came along with the same client, a moment ago.
                Err(StoreError::Duplicate { .. }) => return Ok(KeptClient::HereAlready),
                inserted => inserted?,
            }
            user.id
        };
        marked.extend(mark.map(|mark| (mark, user)));
        known.people.insert(person.id.to_string(), user);
    }
    let mut rows = 0;
    for table in TABLES {
        let Some(given) = new.rows.tables.get(table.name) else {
            if LATER.iter().any(|(later, _)| *later == table.name) {
                continue;
            }
            return Ok(KeptClient::Refused(whole(table.name, "is missing")));
        };
        match keep_table(link, table, given, &mut known, &slug).await {
            Ok(kept) => rows += kept,
            Err(Refusal::Cell(bad)) => return Ok(KeptClient::Refused(bad)),
            // An identifier that is taken: of the same records, which came another way.
            Err(Refusal::Store(StoreError::Duplicate { .. })) => return Ok(KeptClient::HereAlready),
            Err(Refusal::Store(StoreError::NotFound { .. })) => {
                return Ok(KeptClient::Refused(whole(table.name, "names what the file does not hold")));
            }
            Err(Refusal::Store(other)) => return Err(other),
        }
    }
    retention::gather_organization(link, org).await?;
    let named: BTreeSet<UserId> = known.people.into_values().collect();
    for user in named {
        run!(link, NAME_PERSON, user, org)?;
    }
    if let Some(logo) = &new.logo {
        logos::keep(link, org, logo, new.owner, now).await?;
    }
    run!(link, OWN, org, new.owner, Text(Role::Owner), now)?;
    audit::append(link, &audit(&slug)).await?;
    Ok(KeptClient::Done { slug, rows })
}

/// The identifier of the one organization.
fn organization_of(new: &NewClient) -> Option<OrgId> {
    let table = new.rows.tables.get("organizations")?;
    match (table.rows.as_slice(), table.columns.first().map(String::as_str)) {
        ([row], Some("id")) => match row.first() {
            Some(Cell::Text(id)) => id.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn whole(table: &str, problem: &'static str) -> BadCell {
    BadCell { table: table.to_owned(), row: 0, column: "it".to_owned(), problem }
}

/// Adds the framework versions that are missing; the name of one that is here with other content.
async fn bring_frameworks(
    link: &mut Link<'_>,
    new: &NewClient,
    at: UnixMillis,
) -> Result<Option<String>, StoreError> {
    let mut cited = false;
    for (framework, hash) in &new.frameworks {
        let published = row!(link, (String,), PUBLISHED, Text(&framework.code), &*framework.version)?;
        match published {
            Some((kept,)) if kept == *hash => {}
            Some(_) => return Ok(Some(format!("{} {}", framework.code, framework.version))),
            None => {
                if !cited {
                    frameworks::add_missing_citations(link, &new.citations).await?;
                    cited = true;
                }
                frameworks::add(link, framework, hash, at).await?;
            }
        }
    }
    Ok(None)
}

enum Refusal {
    Cell(BadCell),
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn keep_table(
    link: &mut Link<'_>,
    table: &'static Table,
    given: &Rows,
    known: &mut Known,
    slug: &str,
) -> Result<usize, Refusal> {
    let columns = table.columns.iter().map(|column| column.name);
    if !given.columns.iter().map(String::as_str).eq(columns) {
        return Err(Refusal::Cell(whole(table.name, "has other columns than this program knows")));
    }
    for (index, row) in given.rows.iter().enumerate() {
        let bad = |column: &str, problem| {
            let (table, column) = (table.name.to_owned(), column.to_owned());
            Refusal::Cell(BadCell { table, row: index + 1, column, problem })
        };
        if row.len() != table.columns.len() {
            return Err(bad("it", "has more or fewer cells than columns"));
        }
        let mut cells = Vec::with_capacity(row.len());
        for (cell, column) in row.iter().zip(table.columns) {
            let kept = arriving(cell, column, table, known).map_err(|problem| bad(column.name, problem))?;
            cells.push(if table.name == "organizations" && column.name == "slug" {
                Cell::Text(slug.to_owned())
            } else {
                kept
            });
        }
        let done = on_link!(link, |connection, Db| {
            bound!(sqlx::query::<Db>(table.insert), cells, table.columns)
                .execute(&mut **connection)
                .await
                .map(drop)
        });
        done.map_err(StoreError::from)?;
    }
    Ok(given.rows.len())
}

/// A cell as it is kept here. It may refer to nothing but what the file itself brought.
fn arriving(
    cell: &Cell,
    column: &Column,
    table: &'static Table,
    known: &mut Known,
) -> Result<Cell, &'static str> {
    fits(cell, column.kind)?;
    let Cell::Text(text) = cell else { return Ok(cell.clone()) };
    match column.kind {
        Kind::Id if !known.ids.entry(table.name).or_default().insert(text.clone()) => {
            return Err("is the same as in an earlier row");
        }
        Kind::Org if *text != known.org => return Err("names another organization"),
        Kind::Refers(other) | Kind::MaybeRefers(other)
            if !known.ids.get(other).is_some_and(|ids| ids.contains(text)) =>
        {
            return Err("refers to a row that the file does not hold");
        }
        Kind::Person | Kind::MaybePerson => {
            let user = known.people.get(text).ok_or("names nobody of the file")?;
            return Ok(Cell::Text(user.to_string()));
        }
        Kind::Framework => {
            let id = known.frameworks.get(text).ok_or("names a framework that the file does not hold")?;
            return Ok(Cell::Text(id.to_string()));
        }
        _ => {}
    }
    Ok(cell.clone())
}
