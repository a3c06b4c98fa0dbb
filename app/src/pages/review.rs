//! The review of an assessment: whose turn it is, what stands between the two raters, how far every domain is.

mod criterion;
mod decide;
mod domain;
mod history;
mod state;
mod typed;

use ::domain::CriterionCode;
use ::domain::scoring::{EvidenceState, Standing};
use leptos::prelude::*;
use service::record::{AssessmentState, Claim, Evidence};
use service::review::{Decided, Difference, ReviewPage};
use service::{Permission, UserId};

pub(crate) use criterion::rating_fields;
pub(crate) use domain::{ReviewDomain, review_domain_page};
pub(crate) use history::{history_page, snapshot_page};
pub(crate) use state::at_risk_note;
pub(crate) use typed::TypedRating;

use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonLink, ButtonSize, Column, Drawer, PageHead, PostButton, Section, Table, TableLook,
    TextArea, date_of,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, anchor, assessment_state_word};

/// All that the page shows.
pub(crate) struct ReviewSheet {
    pub(crate) page: ReviewPage,
    pub(crate) paths: Paths,
    pub(crate) reader: UserId,
    /// The fields of a form, as typed where it came back.
    pub(crate) typed: Fields,
    pub(crate) refusal: Option<Refusal>,
    /// What came of many decisions, where some could not be done.
    pub(crate) decided: Option<Decided>,
}

impl ReviewSheet {
    /// The reader may rate and sign, and it is the time for it.
    fn may_rate(&self) -> bool {
        let assessed = &self.page.assessed;
        assessed.may(Permission::Judge) && assessed.bundle.assessment.state == AssessmentState::InReview
    }
}

/// The page's content.
pub(crate) fn review_page(sheet: &ReviewSheet) -> AnyView {
    let assessment = &sheet.page.assessed.bundle.assessment;
    let under = format!("{}, {}", assessment.title, assessment_state_word(assessment.state));
    let (history, answers) = (sheet.paths.history(), sheet.paths.assessment().to_owned());
    view! {
        <PageHead title="Review" under=under>
            <ButtonLink href=answers>"Assessment"</ButtonLink>
            <ButtonLink href=history>"History"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=sheet.refusal.clone()/>
        {sheet.decided.as_ref().map(decide::outcome)}
        <div class="stack-wide">
            {state::state_section(sheet)}
            {differences_section(sheet)}
            {decide::not_applicable_section(sheet)}
            {decide::evidence_section(sheet)}
            {domains_section(sheet)}
        </div>
    }
    .into_any()
}

/// A claim in words: `3 Operational`.
fn claim_words(sheet: &ReviewSheet, claim: &Claim) -> String {
    match claim {
        Claim::Level(level) => {
            let name = &sheet.page.assessed.framework.levels[usize::from(level.get())];
            format!("{} {name}", level.get())
        }
        Claim::NotApplicable { .. } => "Not applicable".to_owned(),
    }
}

/// What was written with a claim: its reason where it has one, and its rationale.
fn said_with(claim: &Claim, rationale: &str) -> String {
    match claim {
        Claim::NotApplicable { reason } if rationale.is_empty() || rationale == reason => reason.clone(),
        Claim::NotApplicable { reason } => format!("{reason} {rationale}"),
        Claim::Level(_) => rationale.to_owned(),
    }
}

/// Nothing where the raters agree.
fn differences_section(sheet: &ReviewSheet) -> Option<AnyView> {
    if sheet.page.differences.is_empty() {
        return None;
    }
    let columns = vec![
        Column::text("Criterion"),
        Column::text("Organization"),
        Column::text("Assessor"),
        Column::text("Settled"),
    ];
    let rows =
        sheet.page.differences.iter().map(|difference| difference_row(sheet, difference)).collect_view();
    let rule = "Two levels apart or more, or only one of them says that it does not apply";
    Some(
        view! {
            <Section id="differences" title="Where the ratings differ" aside=view! { <p>{rule}</p> }>
                <Table caption="Criteria on which the two raters differ" columns look=TableLook::Fold>{rows}</Table>
            </Section>
        }
        .into_any(),
    )
}

fn difference_row(sheet: &ReviewSheet, difference: &Difference) -> AnyView {
    let code = &difference.criterion;
    let framework = &sheet.page.assessed.framework;
    let href = framework
        .domain_of(code)
        .map(|domain| format!("{}#{}", sheet.paths.review_domain(domain.code.as_str()), anchor(code)));
    let title = framework.criterion(code).map(|criterion| criterion.title.clone());
    let side = |claim: &Claim, rationale: &str, by: &str| {
        let said = said_with(claim, rationale);
        let by = if said.is_empty() { by.to_owned() } else { format!("{by}: “{said}”") };
        view! { {claim_words(sheet, claim)}<span class="sub">{by}</span> }.into_any()
    };
    let (own, assessor) = (&difference.own, &difference.assessor);
    let settled = match &difference.settled {
        Some(settled) => {
            let words = format!(
                "“{}” {}, {}",
                settled.note,
                settled.by_name,
                crate::ui::day(date_of(settled.at.timestamp()))
            );
            view! { <span class="small">{words}</span> }.into_any()
        }
        None if sheet.may_rate() => settle_form(sheet, difference),
        None => view! { <strong>"Open"</strong> }.into_any(),
    };
    view! {
        <tr id=format!("difference-{}", anchor(code))>
            <th scope="row"><a href=href>{code.to_string()}</a><span class="sub">{title}</span></th>
            <td class="wide" data-label="Organization">{side(&own.claim, &own.rationale, &own.by_name)}</td>
            <td class="wide" data-label="Assessor">{side(&assessor.claim, &assessor.rationale, &assessor.by_name)}</td>
            <td class="wide">{settled}</td>
        </tr>
    }
    .into_any()
}

/// The id of the note that closes a difference: every difference of the page has one.
pub(crate) fn settle_field(criterion: &CriterionCode) -> String {
    format!("settle-{}", anchor(criterion))
}

fn settle_form(sheet: &ReviewSheet, difference: &Difference) -> AnyView {
    let code = difference.criterion.to_string();
    let back = sheet.typed.get("settle") == code;
    let id = settle_field(&difference.criterion);
    let value = if back { sheet.typed.get("note").to_owned() } else { String::new() };
    let error = error_of(sheet.refusal.as_ref(), &id);
    let label = format!("How {code} was settled");
    let summary = format!("Close {code} with a note");
    let action = format!("{}/settle", sheet.paths.review());
    let (own, assessor) = (difference.own.revision.to_string(), difference.assessor.revision.to_string());
    view! {
        <Drawer summary=summary open=back>
            <form method="post" action=action novalidate=true>
                <input type="hidden" name="settle" value=code/>
                <input type="hidden" name="own" value=own/>
                <input type="hidden" name="assessor" value=assessor/>
                <TextArea id=id name="note" label=label rows=2 value=value error=error/>
                <p class="row gap-small"><Button size=ButtonSize::Small>"Close it"</Button></p>
            </form>
        </Drawer>
    }
    .into_any()
}

fn domains_section(sheet: &ReviewSheet) -> AnyView {
    let columns = vec![
        Column::text("Domain"),
        Column::number("Answered"),
        Column::number("Rated"),
        Column::number("Not applicable, to decide"),
        Column::number("Evidence, to review"),
    ];
    let assessed = &sheet.page.assessed;
    let rows = assessed.framework.domains.iter().zip(&assessed.score.domains).map(|(domain, score)| {
        let codes = || domain.criteria.iter().map(|criterion| &criterion.code);
        let rated = codes().filter(|code| assessed.assessor_answer(code).is_some()).count();
        let pending = codes().filter(|code| {
            let standing = assessed.criterion_score(code).map(|score| score.standing);
            standing == Some(Standing::PendingNotApplicable)
        });
        let waits = |item: &&Evidence| {
            item.state == EvidenceState::Submitted && codes().any(|code| item.criteria.contains(code))
        };
        let waiting = assessed.bundle.evidence.iter().filter(waits).count();
        let href = sheet.paths.review_domain(domain.code.as_str());
        view! {
            <tr>
                <th scope="row">
                    <a href=href><span class="code">{domain.code.to_string()}</span></a>" "
                    <span class="sub">{domain.title.clone()}</span>
                </th>
                <td class="num" data-label="Answered">{format!("{} of {}", score.answered, score.applicable)}</td>
                <td class="num" data-label="Rated">{rated.to_string()}</td>
                <td class="num" data-label="Not applicable, to decide">{pending.count().to_string()}</td>
                <td class="num" data-label="Evidence, to review">{waiting.to_string()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let agree = sheet.may_rate().then(|| {
        view! {
            <div class="gap-above">
                <PostButton action=format!("{}/agree", sheet.paths.review())>
                    "Agree with every claim not rated yet"
                </PostButton>
            </div>
        }
    });
    view! {
        <Section id="domains" title="Domains">
            <Table caption="How far the review of every domain is" columns look=TableLook::Fold>{rows}</Table>
            {agree}
        </Section>
    }
    .into_any()
}
