//! What the check does to answers: every criterion that it backs or contradicts, and tying it by hand.

use domain::check::{BindingState, ProbeRecord, Status};
use domain::scoring::CriterionScore;
use leptos::prelude::*;
use service::assessment::Assessed;
use service::check::BoundTo;

use super::CheckShown;
use super::attest::attested;
use crate::pages::integrations::serves_words;
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Choice, ChoiceLook, Column, Drawer, PostButton, RadioGroup, Section,
    Select, StatusBadge, Table, TableLook, TextArea,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, plural};

/// What the check does to one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    NotTied,
    /// No result, or one that is too old.
    Nothing,
    Backs,
    Warns,
    /// The first failures, before they are confirmed.
    FailsOnce,
    /// A confirmed failure that somebody signed against.
    Overridden,
    Contradicts,
    /// It fails, but the answer claims no more than the check allows.
    FailsBelow,
}

pub(super) fn effects_section(check: &CheckShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let bindings = || check.page.bindings.iter().filter(|bound| check.concerns(bound));
    let tied: Vec<_> = bindings().filter(|bound| bound.tied).collect();
    let untied: Vec<_> = bindings().filter(|bound| !bound.tied).collect();
    let none = tied.is_empty().then(|| {
        let serves = serves_words(&check.page.integration.details);
        view! { <p class="small">{format!("It is tied to no criterion: its integration serves {serves}.")}</p> }
    });
    let table =
        (!tied.is_empty()).then(|| table(check, &tied, "Criteria that this check backs or contradicts"));
    let others = (!untied.is_empty()).then(|| {
        let summary = format!("{} not tied", plural(untied.len(), "binding"));
        let table =
            self::table(check, &untied, "Criteria that ask for such a check, without a tie to this one");
        view! { <div class="gap-small"><Drawer summary>{table}</Drawer></div> }
    });
    let form = (check.may_tie && !check.page.bindings.is_empty()).then(|| tie_form(check, typed, refusal));
    view! {
        <Section id="effects" title="What it does to answers">
            {none}
            {table}
            {others}
            {form}
        </Section>
    }
    .into_any()
}

fn table(check: &CheckShown, bindings: &[&BoundTo], caption: &'static str) -> AnyView {
    let columns = vec![
        Column::text("Criterion"),
        Column::text("Claimed"),
        Column::text("Counts"),
        Column::text("Effect"),
    ];
    let rows = bindings
        .iter()
        .enumerate()
        .map(|(position, bound)| {
            let before = position.checked_sub(1).map(|before| &bindings[before].criterion);
            row(check, bound, before == Some(&bound.criterion))
        })
        .collect_view();
    view! { <Table caption columns look=TableLook::Fold>{rows}</Table> }.into_any()
}

/// `again`: the row above is about the same criterion.
fn row(check: &CheckShown, bound: &BoundTo, again: bool) -> AnyView {
    let assessed = check.assessed_with(bound);
    let score = assessed.and_then(|assessed| assessed.criterion_score(&bound.criterion));
    let dash = || "–".to_owned();
    let claimed = score.and_then(CriterionScore::claimed).map_or_else(dash, |level| level.get().to_string());
    let counts = score.map_or_else(dash, |score| score.effective.get().to_string());
    let name = name(check, bound, assessed);
    let binding = format!("{} {}", bound.framework_code, bound.binding.id);
    let title = (!again).then(|| view! { <span class="sub">{bound.criterion_title.clone()}</span> });
    view! {
        <tr>
            <th scope="row">{name}{title}<span class="sub">{binding}</span></th>
            <td data-label="Claimed">{claimed}</td>
            <td class="strong" data-label="Counts">{counts}</td>
            <td>{effect_view(effect(check, bound, score))}{by_hand(check, bound)}</td>
        </tr>
    }
    .into_any()
}

fn name(check: &CheckShown, bound: &BoundTo, assessed: Option<&Assessed>) -> AnyView {
    let code = bound.criterion.to_string();
    let Some(assessed) = assessed else { return code.into_any() };
    let paths = Paths::new(&check.page.organization.slug, assessed.bundle.assessment.id);
    view! { <a href=paths.criterion(&bound.domain, &bound.criterion)>{code}</a> }.into_any()
}

fn effect(check: &CheckShown, bound: &BoundTo, score: Option<&CriterionScore>) -> Effect {
    if !bound.tied {
        return Effect::NotTied;
    }
    let Some(standing) = &bound.standing else { return Effect::Nothing };
    let record = ProbeRecord {
        status: standing.status,
        consecutive_fails: standing.consecutive_fails,
        age_seconds: standing.concluded_at.map(|at| check.now.seconds_since(at)),
    };
    let claimed = score.and_then(CriterionScore::claimed);
    match BindingState::of_probe(&record, &check.page.kind) {
        Status::Pass => Effect::Backs,
        Status::Warn if standing.status == Status::Fail => Effect::FailsOnce,
        Status::Warn => Effect::Warns,
        Status::Unknown => Effect::Nothing,
        Status::Fail if attested(check, bound).is_some() => Effect::Overridden,
        Status::Fail if claimed.is_some_and(|claimed| claimed > bound.binding.fail_cap) => {
            Effect::Contradicts
        }
        Status::Fail => Effect::FailsBelow,
    }
}

fn effect_view(effect: Effect) -> AnyView {
    let (status, words) = match effect {
        Effect::NotTied => return view! { <span class="dim">"Not tied"</span> }.into_any(),
        Effect::Nothing => (Status::Unknown, "Says nothing"),
        Effect::Backs => (Status::Pass, "Backs"),
        Effect::Warns => (Status::Warn, "Warns"),
        Effect::FailsOnce => (Status::Warn, "Fails, not confirmed"),
        Effect::Overridden => (Status::Warn, "Fails, overridden"),
        Effect::Contradicts => (Status::Fail, "Contradicts"),
        Effect::FailsBelow => (Status::Fail, "Fails, caps nothing"),
    };
    view! { <StatusBadge status label=words.to_owned()/> }.into_any()
}

/// A decision by hand, its reason, and the way back.
fn by_hand(check: &CheckShown, bound: &BoundTo) -> Option<AnyView> {
    let tie = bound.by_hand.as_ref()?;
    let deed = if tie.tied { "Tied" } else { "Untied" };
    let back = check.may_tie.then(|| {
        let fields = vec![("binding".to_owned(), value_of(bound))];
        view! {
            <PostButton
                action=format!("{}/tie/clear", check.at()) fields kind=ButtonKind::Plain size=ButtonSize::Small
            >
                {format!("Let the rule decide on {}", bound.binding.id)}
            </PostButton>
        }
    });
    Some(view! { <span class="sub">{format!("{deed} by hand: {}", tie.reason)}</span>{back} }.into_any())
}

fn value_of(bound: &BoundTo) -> String {
    format!("{}/{}", bound.framework, bound.binding.id)
}

fn tie_form(check: &CheckShown, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let choices = check.page.bindings.iter().map(|bound| {
        let state = if bound.tied { "tied" } else { "not tied" };
        let words =
            format!("{} {} {} ({state})", bound.framework_code, bound.binding.id, bound.criterion_title);
        (value_of(bound), words)
    });
    let tied = [("yes", "Counts for it"), ("no", "Does not count for it")]
        .map(|(value, words)| Choice::new(value, words).chosen_if(typed.get("tied") == value));
    let form = view! {
        <form method="post" action=format!("{}/tie", check.at()) novalidate=true>
            <Select
                id="binding" name="binding" label="Criterion" choices=choices.collect()
                chosen=typed.get("binding").to_owned() error=error_of(refusal, "binding")
            />
            <RadioGroup
                id="tied" name="tied" legend="This check" choices=tied.to_vec()
                look=ChoiceLook::Segments error=error_of(refusal, "tied")
            />
            <TextArea
                id="reason" name="reason" label="Reason" rows=2 value=typed.get("reason").to_owned()
                hint="Why it differs from the rule, for example that this is a test endpoint. It stays visible."
                error=error_of(refusal, "reason")
            />
            <p class="row gap-above"><Button>"Save the tie"</Button></p>
        </form>
    }
    .into_any();
    let open = refusal.is_some();
    view! {
        <div class="gap-small no-print"><Drawer summary="Add or remove a tie" open=open id="tie">{form}</Drawer></div>
    }
    .into_any()
}
