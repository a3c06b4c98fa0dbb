//! Registers: what people enter that no probe can see.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::record;
use service::register::{Look, Typed, columns, shown};
use service::{OrgId, RegisterEntryId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Csv, Segments};
use super::inventory::Imported;
use super::organization::{Created, created};
use super::paging::{Page, PageQuery, Paging};
use super::problem::Problem;
use super::time;

/// Which register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Register)]
pub(super) enum RegisterName {
    Incidents,
    MeasureValidations,
    ConsentTests,
    Credentials,
    ContractFeeds,
    LogicChanges,
}

impl From<RegisterName> for record::Register {
    fn from(name: RegisterName) -> Self {
        match name {
            RegisterName::Incidents => Self::Incidents,
            RegisterName::MeasureValidations => Self::MeasureValidations,
            RegisterName::ConsentTests => Self::ConsentTests,
            RegisterName::Credentials => Self::Credentials,
            RegisterName::ContractFeeds => Self::ContractFeeds,
            RegisterName::LogicChanges => Self::LogicChanges,
        }
    }
}

impl From<record::Register> for RegisterName {
    fn from(register: record::Register) -> Self {
        match register {
            record::Register::Incidents => Self::Incidents,
            record::Register::MeasureValidations => Self::MeasureValidations,
            record::Register::ConsentTests => Self::ConsentTests,
            record::Register::Credentials => Self::Credentials,
            record::Register::ContractFeeds => Self::ContractFeeds,
            record::Register::LogicChanges => Self::LogicChanges,
        }
    }
}

/// The cells of an entry by the columns of its register; days as `2026-11-20`, instants in UTC.
///
/// | register | columns |
/// |---|---|
/// | `incidents` | `title`, `integration`, `criticality` (critical, normal), `cause` (certificate, software, network, partner, data, other), `began_at`, `detected_at`, `reported_at`, `restored_at`, `objective_hours`, `seen` (an incident's id), `notes` |
/// | `measure-validations` | `measure`, `contract`, `version`, `specification_dated`, `logic_changed`, `validator`, `validated`, `charts`, `agreeing`, `test_deck` (passed, failed), `payer_compared`, `completeness_pct`, `gaps_recomputed`, `differences` |
/// | `consent-tests` | `suite`, `ran`, `release`, `production_release`, `permit_cases`, `permit_passed`, `deny_cases`, `deny_passed`, `tester`, `notes` |
/// | `credentials` | `credential`, `kind` (api-client, file-account, engine-channel, other), `integration`, `issued`, `last_used`, `disabled`, `notes` |
/// | `contract-feeds` | `contract`, `attribution`, `claims`, `quality` (each yes or no: whether the contract provides it), `attribution_feed`, `claims_feed`, `quality_feed` (the integration that brings it), `notes` |
/// | `logic-changes` | `change`, `source` (contract, specification), `dated`, `in_production`, `notes` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, Value>, example = json!({
    "measure": "CBP", "contract": "MA 12", "version": "2026", "validator": "Quality team",
    "validated": "2026-10-12", "charts": 40, "agreeing": 39, "test_deck": "passed"
}))]
pub(super) struct Cells(BTreeMap<String, Value>);

impl Cells {
    /// As a form would send them; what is neither text nor number nor null is named.
    fn typed(self) -> Result<Typed, Problem> {
        let text = |(name, value): (String, Value)| {
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    let pointer = format!("/cells/{}", name.replace('~', "~0").replace('/', "~1"));
                    return Err(Problem::field(&pointer, "Send a text, a number or null."));
                }
            };
            Ok((name, text))
        };
        self.0.into_iter().map(text).collect()
    }
}

/// An entry of a register.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct RegisterEntry {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    organization: String,
    register: RegisterName,
    cells: Cells,
    /// 1 for a new one, one more with every correction; a correction sends the one it saw.
    revision: i64,
    /// Who entered it.
    by: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    changed_at: String,
    /// Since when it counts no more.
    #[schema(format = DateTime)]
    withdrawn_at: Option<String>,
    withdrawn_reason: Option<String>,
}

impl From<record::RegisterEntry> for RegisterEntry {
    fn from(entry: record::RegisterEntry) -> Self {
        let register = entry.content.register();
        let looks = columns(register).iter().map(|column| column.look);
        let cells = shown(&entry.content).into_iter().zip(looks);
        let cells = cells.map(|((name, text), look)| (name.to_owned(), json_of(look, text))).collect();
        Self {
            id: entry.id.to_string(),
            organization: entry.org.to_string(),
            register: register.into(),
            cells: Cells(cells),
            revision: entry.revision,
            by: entry.by_name,
            created_at: time::shown(entry.created_at),
            changed_at: time::shown(entry.changed_at),
            withdrawn_at: entry.withdrawn_at.map(time::shown),
            withdrawn_reason: entry.withdrawn_reason,
        }
    }
}

/// Numbers as numbers; null where nothing is known.
fn json_of(look: Look, text: String) -> Value {
    let number = matches!(look, Look::Count | Look::Number | Look::Percent);
    match text.parse::<serde_json::Number>() {
        _ if text.is_empty() => Value::Null,
        Ok(read) if number => Value::Number(read),
        _ => Value::String(text),
    }
}

/// A new entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEntry {
    cells: Cells,
}

/// An entry said better: all of its cells.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Correction {
    cells: Cells,
    /// The revision that the writer saw.
    #[schema(example = 1)]
    revision: i64,
}

/// Why an entry counts no more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Entered twice" }))]
pub(super) struct EntryWithdrawal {
    reason: String,
}

/// The entries of a register, the latest entered first
///
/// Those that were withdrawn stay in the list, with the reason.
#[utoipa::path(
    get, path = "/organizations/{id}/registers/{register}", tag = "registers",
    params(("id" = String, Path, format = "uuid"), ("register" = RegisterName, Path), PageQuery),
    responses((status = 200, body = Page<RegisterEntry>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn list(
    Bearer(actor): Bearer,
    Segments((id, register)): Segments<(OrgId, RegisterName)>,
    paging: Paging<RegisterEntryId>,
    State(service): State<Service>,
) -> Result<Json<Page<RegisterEntry>>, Problem> {
    let found = service.register_page(&actor, id, register.into(), paging.after, paging.wanted()).await?;
    Ok(Json(paging.page(found.entries, |entry| entry.id.to_string(), RegisterEntry::from)))
}

/// Add an entry to a register
///
/// Checks that are computed from the register run at once.
#[utoipa::path(
    post, path = "/organizations/{id}/registers/{register}", tag = "registers",
    params(("id" = String, Path, format = "uuid"), ("register" = RegisterName, Path)), request_body = NewEntry,
    responses(
        (status = 201, body = RegisterEntry), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn add(
    Bearer(actor): Bearer,
    Segments((id, register)): Segments<(OrgId, RegisterName)>,
    State(service): State<Service>,
    Body(body): Body<NewEntry>,
) -> Result<Created<RegisterEntry>, Problem> {
    let typed = body.cells.typed()?;
    let entry = service.add_to_register(&actor, id, register.into(), &typed).await.map_err(in_cells)?;
    Ok(created(format!("/api/v1/register-entries/{}", entry.id), entry.into()))
}

/// A register as CSV: the entries that count, the oldest first
#[utoipa::path(
    get, path = "/organizations/{id}/registers/{register}/table", tag = "registers",
    params(("id" = String, Path, format = "uuid"), ("register" = RegisterName, Path)),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 401, body = Problem),
        (status = 404, body = Problem)
    )
)]
pub(super) async fn export(
    Bearer(actor): Bearer,
    Segments((id, register)): Segments<(OrgId, RegisterName)>,
    State(service): State<Service>,
) -> Result<Response, Problem> {
    let csv = service.export_register(&actor, id, register.into()).await?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], csv).into_response())
}

/// Add the lines of a CSV file to a register, whole or not at all
///
/// The first line names the columns. A line that says what an entry says already adds nothing. Each problem names its line
/// and its column.
#[utoipa::path(
    post, path = "/organizations/{id}/registers/{register}/import", tag = "registers",
    params(("id" = String, Path, format = "uuid"), ("register" = RegisterName, Path)),
    request_body(content = String, content_type = "text/csv", description = "A table with a line of column names"),
    responses(
        (status = 200, body = Imported), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn import(
    Bearer(actor): Bearer,
    Segments((id, register)): Segments<(OrgId, RegisterName)>,
    State(service): State<Service>,
    Csv(file): Csv,
) -> Result<Json<Imported>, Problem> {
    Ok(Json(service.import_register(&actor, id, register.into(), &file).await?.into()))
}

/// An entry of a register
#[utoipa::path(
    get, path = "/register-entries/{id}", tag = "registers", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = RegisterEntry), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn get(
    Bearer(actor): Bearer,
    Segments(id): Segments<RegisterEntryId>,
    State(service): State<Service>,
) -> Result<Json<RegisterEntry>, Problem> {
    Ok(Json(service.register_entry(&actor, id).await?.into()))
}

/// Correct an entry
///
/// The audit log keeps what it said before. Checks that are computed from the register run at once.
#[utoipa::path(
    put, path = "/register-entries/{id}", tag = "registers", params(("id" = String, Path, format = "uuid")),
    request_body = Correction,
    responses(
        (status = 200, body = RegisterEntry), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn correct(
    Bearer(actor): Bearer,
    Segments(id): Segments<RegisterEntryId>,
    State(service): State<Service>,
    Body(body): Body<Correction>,
) -> Result<Json<RegisterEntry>, Problem> {
    let typed = body.cells.typed()?;
    let corrected = service.correct_in_register(&actor, id, body.revision, &typed).await;
    Ok(Json(corrected.map_err(in_cells)?.into()))
}

/// Withdraw an entry: it stays in the register and counts no more
#[utoipa::path(
    post, path = "/register-entries/{id}/withdrawal", tag = "registers",
    params(("id" = String, Path, format = "uuid")), request_body = EntryWithdrawal,
    responses(
        (status = 200, body = RegisterEntry), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn withdraw(
    Bearer(actor): Bearer,
    Segments(id): Segments<RegisterEntryId>,
    State(service): State<Service>,
    Body(body): Body<EntryWithdrawal>,
) -> Result<Json<RegisterEntry>, Problem> {
    Ok(Json(service.withdraw_from_register(&actor, id, &body.reason).await?.into()))
}

/// The use case names a column; it stands in the body's `cells`.
fn in_cells(error: service::Error) -> Problem {
    let service::Error::Invalid(fields) = error else { return error.into() };
    let within = fields.into_iter().map(|mut field| {
        field.field = format!("cells.{}", field.field);
        field
    });
    service::Error::Invalid(within.collect()).into()
}
