//! What changed between two versions of a framework.

use axum::Json;
use axum::extract::State;
use domain::FrameworkCode;
use domain::framework::diff::{Change, Diff, Edit, What};
use domain::framework::draft::Draft;
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Bearer, Queried, Segments};
use super::problem::Problem;

/// What changed, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "clients read the field by this name")]
#[schema(as = FrameworkChanges)]
pub(super) struct Changes {
    #[schema(example = "1.0.0")]
    from: String,
    #[schema(example = "1.1.0")]
    to: String,
    changes: Vec<Changed>,
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FrameworkChange)]
struct Changed {
    /// `framework`, `profile`, `evidence_class`, `floor`, `rung`, `domain` or `criterion`.
    #[schema(example = "criterion")]
    subject: &'static str,
    /// Empty for the framework and its floor.
    #[schema(example = "PAT-1")]
    code: String,
    title: String,
    /// `added`, `removed` or `changed`.
    #[schema(example = "changed")]
    what: &'static str,
    /// Of something that changed.
    edits: Vec<Edited>,
}

/// A part before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FrameworkEdit)]
struct Edited {
    #[schema(example = "gate 8.1")]
    part: String,
    before: String,
    after: String,
}

impl Changes {
    pub(super) fn of(from: &str, to: &str, diff: &Diff) -> Self {
        let changes = diff.changes.iter().map(Into::into).collect();
        Self { from: from.to_owned(), to: to.to_owned(), changes }
    }
}

impl From<&Change> for Changed {
    fn from(change: &Change) -> Self {
        let (what, edits) = match &change.what {
            What::Added => ("added", Vec::new()),
            What::Removed => ("removed", Vec::new()),
            What::Changed(edits) => ("changed", edits.iter().map(Into::into).collect()),
        };
        Self {
            subject: change.subject.word(),
            code: change.code.clone(),
            title: change.title.clone(),
            what,
            edits,
        }
    }
}

impl From<&Edit> for Edited {
    fn from(edit: &Edit) -> Self {
        Self { part: edit.part.clone(), before: edit.before.clone(), after: edit.after.clone() }
    }
}

/// The version to compare with.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    #[param(example = "1.0.0")]
    from: Option<String>,
}

/// What changed since another version of a framework
#[utoipa::path(
    get, path = "/frameworks/{code}/{version}/changes", tag = "frameworks",
    params(("code" = String, Path, example = "B7"), ("version" = String, Path, example = "1.1.0"), ChangesQuery),
    responses(
        (status = 200, body = Changes), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn get(
    _bearer: Bearer,
    Segments((code, version)): Segments<(String, String)>,
    Queried(ChangesQuery { from }): Queried<ChangesQuery>,
    State(service): State<Service>,
) -> Result<Json<Changes>, Problem> {
    let from = from.ok_or_else(|| Problem::field("/from", "Say in `from` which version to compare with."))?;
    let code = FrameworkCode::from(code);
    let (older, newer) =
        (service.framework(&code, Some(&from)).await?, service.framework(&code, Some(&version)).await?);
    let diff = Diff::between(&Draft::from(&*older), &Draft::from(&*newer));
    Ok(Json(Changes::of(&from, &version, &diff)))
}
