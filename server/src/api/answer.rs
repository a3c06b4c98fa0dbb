//! Answers.

use axum::Json;
use axum::extract::State;
use domain::{CriterionCode, Level};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use service::answer::{AnswerInput, rationale_problem, revision_problem};
use service::record::{self, Claim, Rater};
use service::{AssessmentId, Service};
use utoipa::ToSchema;

use super::extract::{Bearer, Body, Segments};
use super::paging::{Page, PageQuery, Paging};
use super::problem::{FieldProblem, Problem};
use super::time;

/// What one rater says of one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Answer {
    #[schema(example = "PAT-1")]
    criterion: String,
    rater: RaterName,
    /// 0 to 4; null where the criterion does not apply, and in a withdrawal.
    level: Option<u8>,
    not_applicable: bool,
    /// From this revision on there is no answer; in the history only.
    withdrawn: bool,
    /// Why it does not apply; null where it does.
    reason: Option<String>,
    rationale: String,
    /// Send it with the next change.
    revision: i64,
    /// The account that saved it.
    #[schema(format = "uuid")]
    by: String,
    by_name: String,
    #[schema(format = DateTime)]
    at: String,
}

/// The organization itself, or an assessor from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RaterName {
    Own,
    Assessor,
}

impl From<record::Answer> for Answer {
    fn from(answer: record::Answer) -> Self {
        let record::Answer { criterion, rater, claim, rationale, revision, by, by_name, at } = answer;
        let claim = Some(claim);
        record::AnswerRevision { criterion, rater, claim, rationale, revision, by, by_name, at }.into()
    }
}

impl From<record::AnswerRevision> for Answer {
    fn from(answer: record::AnswerRevision) -> Self {
        let withdrawn = answer.claim.is_none();
        let (level, reason) = match answer.claim {
            Some(Claim::Level(level)) => (Some(level.get()), None),
            Some(Claim::NotApplicable { reason }) => (None, Some(reason)),
            None => (None, None),
        };
        Self {
            criterion: answer.criterion.to_string(),
            rater: match answer.rater {
                Rater::Own => RaterName::Own,
                Rater::Assessor => RaterName::Assessor,
            },
            level,
            not_applicable: reason.is_some(),
            withdrawn,
            reason,
            rationale: answer.rationale,
            revision: answer.revision,
            by: answer.by.to_string(),
            by_name: answer.by_name,
            at: time::shown(answer.at),
        }
    }
}

/// A level, or that the criterion does not apply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(
    json!({ "level": 3, "rationale": "Live since May; 14 resources.", "revision": 0 }),
    json!({ "not_applicable": true, "reason": "We have no payer contracts.", "revision": 0 }),
))]
pub(super) struct AnswerBody {
    /// 0 to 4.
    #[serde(default, deserialize_with = "level")]
    #[schema(value_type = Option<u8>, minimum = 0, maximum = 4)]
    level: Option<Level>,
    #[serde(default)]
    not_applicable: bool,
    /// Why it does not apply; without it, the rationale says so.
    reason: Option<String>,
    /// Empty when absent.
    #[serde(default, deserialize_with = "rationale")]
    rationale: String,
    /// The revision that you saw: 0 for the first answer.
    #[serde(deserialize_with = "revision")]
    #[schema(minimum = 0)]
    revision: i64,
}

// What the use case refuses is refused here already, so that one answer names everything that is wrong.

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Level>, D::Error> {
    let found = Value::deserialize(deserializer)?;
    if found.is_null() {
        return Ok(None);
    }
    let level = found.as_i64().and_then(|whole| Level::try_from(whole).ok());
    level.map(Some).ok_or_else(|| {
        let found: String = found.to_string().chars().take(40).collect();
        D::Error::custom(format!("The level must be a whole number from 0 to 4, not {found}."))
    })
}

fn rationale<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    rationale_problem(&text).map_or(Ok(text), |problem| Err(D::Error::custom(problem)))
}

fn revision<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let seen = i64::deserialize(deserializer)?;
    revision_problem(seen).map_or(Ok(seen), |problem| Err(D::Error::custom(problem)))
}

impl AnswerBody {
    /// The use case's input, and where its `reason` stands in this body.
    pub(super) fn understood(self) -> Result<(AnswerInput, &'static str), Problem> {
        let reason_at = if self.reason.is_some() { "/reason" } else { "/rationale" };
        let claim = match (self.level, self.not_applicable) {
            (Some(_), true) => {
                let detail = "Send a level or `not_applicable`, not both.";
                let at = |pointer: &str| FieldProblem::at(pointer, detail);
                return Err(Problem::invalid(vec![at("/level"), at("/not_applicable")]));
            }
            // Not kept beside a level, and nobody is to believe that it was.
            (Some(_), false) if self.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty()) => {
                let detail =
                    "A reason says why a criterion does not apply. Beside a level, send it as `rationale`.";
                return Err(Problem::field("/reason", detail));
            }
            (Some(level), false) => Claim::Level(level),
            (None, true) => {
                Claim::NotApplicable { reason: self.reason.unwrap_or_else(|| self.rationale.clone()) }
            }
            (None, false) => {
                return Err(Problem::field("/level", "Send a level from 0 to 4, or `not_applicable: true`."));
            }
        };
        Ok((AnswerInput { claim, rationale: self.rationale, revision: self.revision }, reason_at))
    }
}

/// Answer a criterion
///
/// Durable once it is acknowledged. It replaces the answer on file, whose `rationale` is gone unless it is sent again; the
/// history keeps it. A `revision` that somebody else's answer has overtaken changes nothing: 409, with their answer as
/// `current`.
#[utoipa::path(
    put, path = "/assessments/{id}/answers/{criterion}", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = AnswerBody,
    responses(
        (status = 200, body = Answer), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)
    )
)]
pub(super) async fn put(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    State(service): State<Service>,
    Body(body): Body<AnswerBody>,
) -> Result<Json<Answer>, Problem> {
    let (input, reason_at) = body.understood()?;
    let saved = service.save_answer(&actor, id, &criterion, input).await;
    let saved = saved.map_err(|error| Problem::from(error).with_pointer("/reason", reason_at))?;
    Ok(Json(saved.into()))
}

/// Every answer to a criterion, newest first
#[utoipa::path(
    get, path = "/assessments/{id}/answers/{criterion}", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1"), PageQuery),
    responses((status = 200, body = Page<Answer>), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn history(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    paging: Paging<String>,
    State(service): State<Service>,
) -> Result<Json<Page<Answer>>, Problem> {
    let found = service.answer_history(&actor, id, &criterion).await?;
    let key = |answer: &record::AnswerRevision| match answer.rater {
        Rater::Own => format!("own-{}", answer.revision),
        Rater::Assessor => format!("assessor-{}", answer.revision),
    };
    Ok(Json(paging.slice(found, key, Answer::from)?))
}

/// Which earlier answer to bring back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnswerRestoring, example = json!({ "restore": 2, "revision": 5 }))]
pub(super) struct RestoreBody {
    /// The revision to bring back.
    restore: i64,
    /// The revision that you saw: the answer on file.
    revision: i64,
}

/// Bring an earlier answer of the organization back, as a new revision
///
/// Nothing that was said in between is lost. A `revision` that somebody else's answer has overtaken changes nothing:
/// 409, with their answer as `current`.
#[utoipa::path(
    post, path = "/assessments/{id}/answers/{criterion}/restore", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = RestoreBody,
    responses(
        (status = 200, body = Answer), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn restore(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    State(service): State<Service>,
    Body(body): Body<RestoreBody>,
) -> Result<Json<Answer>, Problem> {
    let restored = service.restore_answer(&actor, id, &criterion, body.restore, body.revision).await?;
    Ok(Json(restored.into()))
}

/// Which answer to take back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnswerWithdrawal, example = json!({ "revision": 1 }))]
pub(super) struct WithdrawBody {
    /// The revision that you saw: the answer on file.
    revision: i64,
}

/// Take the organization's answer back: the criterion is unanswered again
///
/// Nothing that was said is lost: the withdrawal is a revision of its own, and an earlier answer can be brought back. A
/// `revision` that somebody else's answer has overtaken changes nothing: 409, with what is on file as `current`.
#[utoipa::path(
    post, path = "/assessments/{id}/answers/{criterion}/withdraw", tag = "assessments",
    params(("id" = String, Path, format = "uuid"), ("criterion" = String, Path, example = "PAT-1")),
    request_body = WithdrawBody,
    responses(
        (status = 200, body = Answer), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(super) async fn withdraw(
    Bearer(actor): Bearer,
    Segments((id, criterion)): Segments<(AssessmentId, CriterionCode)>,
    State(service): State<Service>,
    Body(body): Body<WithdrawBody>,
) -> Result<Json<Answer>, Problem> {
    Ok(Json(service.withdraw_answer(&actor, id, &criterion, body.revision).await?.into()))
}

#[cfg(test)]
mod tests {
    use super::super::extract::read;
    use super::*;

    fn understood(body: &str) -> Result<(AnswerInput, &'static str), Problem> {
        read::<AnswerBody>(body.as_bytes())?.understood()
    }

    fn pointers(body: &str) -> Vec<String> {
        let Err(problem) = understood(body) else { panic!("{body} was understood") };
        let problem = serde_json::to_value(problem).unwrap();
        problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_level_is_a_whole_number_from_0_to_4() {
        for level in ["-1", "5", "2.5", "\"3\"", "true", "[3]"] {
            assert_eq!(pointers(&format!(r#"{{"level":{level},"revision":0}}"#)), ["/level"], "{level}");
        }
        assert!(understood(r#"{"level":4,"revision":0}"#).is_ok());
        assert_eq!(pointers(r#"{"revision":0}"#), ["/level"]);
        assert_eq!(
            pointers(r#"{"level":1,"not_applicable":true,"revision":0}"#),
            ["/level", "/not_applicable"]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let long = "x".repeat(20_001);
        for (rationale, revision) in [("5", "\"first\""), (&*format!("\"{long}\""), "-1")] {
            let body = format!(r#"{{"level":9,"rationale":{rationale},"revision":{revision}}}"#);
            assert_eq!(pointers(&body), ["/level", "/rationale", "/revision"], "{revision}");
        }
    }

    #[test]
    fn the_rationale_is_the_reason_where_no_reason_is_sent() {
        let (input, at) =
            understood(r#"{"not_applicable":true,"rationale":"No payers.","revision":0}"#).unwrap();
        assert_eq!(input.claim, Claim::NotApplicable { reason: "No payers.".to_owned() });
        assert_eq!(at, "/rationale");
    }

    #[test]
    fn a_reason_beside_a_level_is_not_dropped_in_silence() {
        assert_eq!(pointers(r#"{"level":2,"reason":"No payers.","revision":0}"#), ["/reason"]);
        for nothing in ["null", "\"\""] {
            assert!(
                understood(&format!(r#"{{"level":2,"reason":{nothing},"revision":0}}"#)).is_ok(),
                "{nothing}"
            );
        }
    }
}
