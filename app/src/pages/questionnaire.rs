//! The questionnaire of one domain: its domains, its criteria, and the live score.
//!
//! All criteria are one form that works without scripts: whichever button is pressed, everything that was answered is
//! sent, and what was not touched stays as it is. The form is an element by itself that the fields name, since the
//! criteria hold other forms. The island [`AutoSave`] around them saves as people answer, and replaces the parts that
//! [`update`] draws anew. A part that is replaced has an id, and is drawn by the same function for the page and for the
//! island.

mod anchors;
mod arithmetic;
mod card;
mod conflict;
mod criterion;
mod domains;
mod live;
mod marks;
mod note;
mod offer;
mod prepared;
mod proof;
mod typed;

use domain::check::Status;
use domain::framework::{Criterion, Domain};
use domain::scoring::{CriterionScore, Standing};
use leptos::prelude::*;
use service::Permission;
use service::assessment::Assessed;
use service::record::{AnswerRevision, AssessmentState};

pub(crate) use arithmetic::{OverallSum, of_assessment as overall_arithmetic};
pub(crate) use typed::{Typed, TypedAnswer, TypedEvidence};

use crate::api::{Look, Update};
use crate::islands::{AutoSave, FORM};
use crate::ui::{ButtonKind, ButtonLink, Note, PageHead, SaveState, Tag};
use crate::words::{Paths, Seen, anchor, assessment_state_word};

/// All that the page of a domain shows.
pub(crate) struct Sheet {
    pub(crate) assessed: Assessed,
    /// The domain's place in the framework.
    pub(crate) domain: usize,
    pub(crate) paths: Paths,
    pub(crate) seen: Seen,
    pub(crate) typed: Typed,
}

impl Sheet {
    fn domain(&self) -> &Domain {
        &self.assessed.framework.domains[self.domain]
    }

    /// The scores of the domain's criteria, in the same order as the criteria.
    fn scores(&self) -> &[CriterionScore] {
        let before: usize =
            self.assessed.framework.domains[..self.domain].iter().map(|domain| domain.criteria.len()).sum();
        &self.assessed.score.criteria[before..before + self.domain().criteria.len()]
    }

    /// The criteria that concern the organization, which are those on the page.
    fn asked(&self) -> impl Iterator<Item = (&Criterion, &CriterionScore)> {
        let all = self.domain().criteria.iter().zip(self.scores());
        all.filter(|(_, score)| score.standing != Standing::OutOfProfile)
    }

    /// The reader's role allows it, and the assessment is not locked.
    fn may_answer(&self) -> bool {
        self.assessed.may(Permission::Answer) && self.is_open()
    }

    fn is_open(&self) -> bool {
        self.assessed.bundle.assessment.state.is_open()
    }
}

/// Without scripts nothing is saved by itself.
fn by_hand(sheet: &Sheet) -> Option<AnyView> {
    let words = "Each button saves all that you answered on this page. Save before you follow a link or add evidence.";
    let hint = || view! { <noscript><p class="small measure gap-below">{words}</p></noscript> }.into_any();
    sheet.may_answer().then(hint)
}

/// The page's content.
pub(crate) fn questionnaire(sheet: &Sheet) -> AnyView {
    let domain = sheet.domain();
    let total: u32 = sheet.assessed.framework.domains.iter().map(|domain| u32::from(domain.weight)).sum();
    let assessment = &sheet.assessed.bundle.assessment;
    let state = format!("{}, {}", assessment.title, assessment_state_word(assessment.state));
    let weight = domain.weight.to_string();
    let criteria = criteria(sheet);
    let id = assessment.id.to_string();
    // From here the page is told what others answer.
    let (feed, since) = (sheet.paths.live(), sheet.assessed.computed_at.0.to_string());
    let known = assessment_state_word(assessment.state);
    let code = domain.code.to_string();
    let action = sheet.paths.domain(&domain.code);
    let title = view! { {domain.code.to_string()}" "<span class="light">{domain.title.clone()}</span> };
    view! {
        <PageHead title=title under=domain.purpose.clone()>
            <Tag>"Weight " <b>{weight}</b> {format!(" of {total}")}</Tag>
            <Tag>{state}</Tag>
        </PageHead>
        {read_only(sheet)}
        {astray(sheet)}
        <div class="bench">
            <a class="live-bar" id="live-bar" href="#live">{live::bar(sheet)}</a>
            <section class="side domains" aria-label="Domains">
                <nav aria-label="Domains of the questionnaire" id="domains" inner_html=domains::list(sheet)></nav>
            </section>
            <div>
                <div class="news" id="news" role="status"></div>
                {by_hand(sheet)}
                <AutoSave>
                    <div
                        id="answers" data-assessment=id data-domain=code data-live=feed data-since=since
                        data-state=known
                    >
                        <form method="post" action=action id=FORM autocomplete="off"></form>
                        {criteria}
                    </div>
                </AutoSave>
                {left_out(sheet)}
                {next(sheet)}
            </div>
            <section class="live stack" id="live" aria-label="Score" inner_html=live::panel(sheet)></section>
        </div>
    }
    .into_any()
}

/// Why nothing can be changed here, if so.
fn read_only(sheet: &Sheet) -> Option<AnyView> {
    let title = match (sheet.is_open(), sheet.may_answer()) {
        (_, true) => return None,
        (true, false) => "Your role here reads this assessment and does not answer it",
        (false, false) => match sheet.assessed.bundle.assessment.state {
            AssessmentState::InReview => "This assessment is in review and is locked",
            AssessmentState::Final => "This assessment is final and is locked",
            _ => "This assessment was submitted and is locked",
        },
    };
    let href = sheet.paths.review();
    Some(
        view! { <div class="gap-below"><Note title=title><p><a href=href>"How the review stands"</a></p></Note></div> }
            .into_any(),
    )
}

/// What was typed for criteria that are not on the page, and why it was not taken.
fn astray(sheet: &Sheet) -> Option<AnyView> {
    let asked = |typed: &TypedAnswer| sheet.asked().any(|(criterion, _)| criterion.code == typed.criterion);
    let astray = sheet.typed.answers.iter().filter(|typed| !asked(typed)).map(not_taken).collect_view();
    (!astray.is_empty()).then(|| astray.into_any())
}

fn not_taken(typed: &TypedAnswer) -> AnyView {
    let fields = ["level", "reason", "rationale"];
    let why = typed.note.clone().or_else(|| fields.into_iter().find_map(|field| typed.errors.of(field)));
    let texts = conflict::quotes([&typed.reason, &typed.rationale]);
    view! {
        <div class="gap-below">
            <Note status=Status::Fail title="Your answer was not saved" alert=true><p>{why}</p>{texts}</Note>
        </div>
    }
    .into_any()
}

fn criteria(sheet: &Sheet) -> AnyView {
    sheet
        .asked()
        .map(|(criterion, score)| criterion::criterion(sheet, criterion, score))
        .collect_view()
        .into_any()
}

/// The criteria that do not concern organizations of this profile.
fn left_out(sheet: &Sheet) -> Option<AnyView> {
    let left_out: Vec<_> = sheet
        .domain()
        .criteria
        .iter()
        .zip(sheet.scores())
        .filter(|(_, score)| score.standing == Standing::OutOfProfile)
        .map(|(criterion, _)| format!("{} {}", criterion.code, criterion.title))
        .collect();
    (!left_out.is_empty()).then(|| {
        let text = format!("Not asked of organizations of your profile: {}.", left_out.join("; "));
        view! { <p class="fine gap-below">{text}</p> }.into_any()
    })
}

fn next(sheet: &Sheet) -> AnyView {
    let back = sheet.paths.assessment().to_owned();
    let forward = match sheet.assessed.framework.domains.get(sheet.domain + 1) {
        Some(next) => {
            let words = format!("Next: {}, {}", next.code, next.title);
            view! { <ButtonLink kind=ButtonKind::Main href=sheet.paths.domain(&next.code)>{words}</ButtonLink> }.into_any()
        }
        None => {
            view! { <ButtonLink kind=ButtonKind::Main href=sheet.paths.findings()>"Next: findings"</ButtonLink> }.into_any()
        }
    };
    view! {
        <div class="row row-apart">
            <ButtonLink href=back>"All domains"</ButtonLink>
            {forward}
        </div>
    }
    .into_any()
}

/// What changes on the page when the criterion at `index` of the domain was answered.
pub(crate) fn update(sheet: &Sheet, index: usize) -> Update {
    let mut update = own_update(sheet, index);
    update.fragments.extend(around(sheet));
    update
}

/// The part of it that is the criterion's own.
fn own_update(sheet: &Sheet, index: usize) -> Update {
    let criterion = &sheet.domain().criteria[index];
    let score = &sheet.scores()[index];
    let answer = sheet.assessed.own_answer(&criterion.code);
    let id = anchor(&criterion.code);
    let html = |view: AnyView| view.to_html();
    let rails = anchors::Rails::of(&sheet.assessed, score).each();
    let saving = card::saving(sheet, answer);
    Update {
        revision: answer.map_or(0, |answer| answer.revision),
        status: html(view! { <SaveState saving/> }.into_any()),
        anchors: rails.iter().map(|rail| (rail.class.to_owned(), html(rail.flag()))).collect(),
        fragments: vec![
            (format!("{id}-note"), note::note(sheet, criterion, score).to_string()),
            (format!("{id}-marks"), marks::marks(sheet, criterion, score).to_string()),
        ],
    }
}

/// What changes around the criteria, whichever of them was answered.
fn around(sheet: &Sheet) -> Vec<(String, String)> {
    vec![
        ("domains".to_owned(), domains::list(sheet).to_string()),
        ("live-bar".to_owned(), live::bar(sheet).to_html()),
        ("live".to_owned(), live::panel(sheet)),
    ]
}

/// What the page shows anew after others have answered these criteria or withdrawn the answer, or criteria of other domains.
pub(crate) fn look_at<'a>(
    sheet: &Sheet,
    criteria: impl Iterator<Item = &'a str>,
    withdrawals: &[AnswerRevision],
) -> Look {
    let place = |code: &str| sheet.domain().criteria.iter().position(|own| own.code.as_str() == code);
    let offers = criteria.filter_map(place).filter_map(|index| offer::offer(sheet, index, withdrawals));
    Look { offers: offers.collect(), fragments: around(sheet) }
}

/// The choice between two answers, for the island.
pub(crate) fn conflict_html(sheet: &Sheet, index: usize, typed: &TypedAnswer) -> String {
    conflict::conflict(sheet, &sheet.domain().criteria[index], typed).to_html()
}
