//! The form of an action: a new one with the text of what it is made from, or one that is there.

use leptos::prelude::*;
use service::action::ActionView;
use service::record::{ActionState, Member};

use super::{behind, owner};
use crate::pages::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, Choice, Fact, InputLook, KeyValue, PageHead, RadioGroup, Section, Select,
    TextArea, TextInput, day, moment,
};
use crate::web::{Fields, Refusal};
use crate::words::{Paths, action_source_words, action_state_word, capitalized, cost_words};

/// Which action the form is of.
pub(crate) enum FormOf {
    /// A new one, and what it is made from: `contradiction on PAT-1`.
    New {
        from: String,
    },
    Known(Box<ActionView>),
}

/// What the page shows.
pub(crate) struct ActionForm {
    pub(crate) of: FormOf,
    /// Where it is sent.
    pub(crate) to: String,
    pub(crate) paths: Paths,
    pub(crate) members: Vec<Member>,
    /// The reader's role allows to change it.
    pub(crate) may_change: bool,
    /// What stands in the fields, and what is sent along.
    pub(crate) fields: Fields,
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) refusal: Option<Refusal>,
}

/// The page's content.
pub(crate) fn action_form_page(sheet: &ActionForm) -> AnyView {
    let (title, under) = match &sheet.of {
        FormOf::New { from } => ("Make it an action".to_owned(), format!("From the {from}.")),
        FormOf::Known(view) => {
            (view.action().content.title.clone(), capitalized(&action_source_words(&view.action().source)))
        }
    };
    let facts = match &sheet.of {
        FormOf::New { .. } => None,
        FormOf::Known(view) => Some(facts(sheet, view)),
    };
    let form = sheet.may_change.then(|| {
        let form = form(sheet);
        view! { <Section id="change" title="The action">{form}</Section> }
    });
    let all = sheet.paths.actions();
    view! {
        <PageHead title=title under=under>
            <ButtonLink href=all>"All actions"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=sheet.refusal.clone()/>
        <div class="stack-wide">
            {facts}
            {form}
            <p class="fine">
                "Finishing an action does not change the score: answers, evidence and checks do."
            </p>
        </div>
    }
    .into_any()
}

fn facts(sheet: &ActionForm, view: &ActionView) -> AnyView {
    let action = view.action();
    let content = &action.content;
    let state = capitalized(action_state_word(&content.state));
    let state = format!("{state} since {}", moment(action.since.timestamp()));
    let assessment =
        view! { <a href=sheet.paths.assessment().to_owned()>{view.listed.assessment_title.clone()}</a> };
    let mut facts = vec![
        Fact::new("State", state),
        Fact::new("Behind it", behind(view)),
        Fact::new("Assessment", assessment.into_any()),
        Fact::new("Owner", owner(view)),
        Fact::new("Due", content.due.map_or_else(|| "–".to_owned(), day)),
        Fact::new("Cost", cost_words(&content.cost)),
    ];
    facts.extend(content.state.reason().map(|reason| Fact::new("Dropped because", reason.to_owned())));
    if !content.note.is_empty() {
        let lines = content.note.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
        facts.push(Fact::new("Note", lines.into_any()));
    }
    view! { <Section id="now" title="How it stands"><KeyValue facts=facts/></Section> }.into_any()
}

fn form(sheet: &ActionForm) -> AnyView {
    let refusal = sheet.refusal.as_ref();
    let value = |name: &str| sheet.fields.get(name).to_owned();
    let error = |name: &str| error_of(refusal, name);
    let mut owners = vec![(String::new(), "Nobody yet".to_owned())];
    owners.extend(sheet.members.iter().map(|member| (member.user.to_string(), member.name.clone())));
    if let FormOf::Known(view) = &sheet.of
        && let (Some(kept), false) = (view.action().content.owner, view.listed.owner_belongs)
    {
        owners.push((kept.to_string(), owner(view)));
    }
    let state = match &sheet.of {
        FormOf::New { .. } => None,
        FormOf::Known(_) => Some(state(sheet)),
    };
    let hidden = sheet.hidden.iter().map(|(name, value)| {
        view! { <input type="hidden" name=*name value=value.clone()/> }
    });
    let hidden = hidden.collect_view();
    let words = match &sheet.of {
        FormOf::New { .. } => "Make the action",
        FormOf::Known(_) => "Save action",
    };
    view! {
        <form method="post" action=sheet.to.clone()>
            {hidden}
            <TextInput id="title" name="title" label="What is to be done" value=value("title") error=error("title")/>
            <TextArea id="note" name="note" label="Note" rows=5 optional=true value=value("note") error=error("note")/>
            <Select
                id="owner" name="owner" label="Owner" choices=owners chosen=value("owner") optional=true
                hint="A member of the organization" error=error("owner")
            />
            <TextInput
                id="due" name="due" label="Due" kind="date" look=InputLook::Short optional=true
                value=value("due") error=error("due")
            />
            <TextInput
                id="cost.amount" name="cost.amount" label="Cost" look=InputLook::Short optional=true
                inputmode="numeric" hint="Expected, in whole units of the currency"
                value=value("cost.amount") error=error("cost.amount")
            />
            <TextInput
                id="cost.currency" name="cost.currency" label="Currency" look=InputLook::Short optional=true
                hint="Three letters, for example USD" value=value("cost.currency") error=error("cost.currency")
            />
            <TextInput
                id="cost.hours" name="cost.hours" label="Hours of your own people" look=InputLook::Short
                optional=true inputmode="numeric" value=value("cost.hours") error=error("cost.hours")
            />
            {state}
            <p class="row gap-above"><Button kind=ButtonKind::Main>{words}</Button></p>
        </form>
    }
    .into_any()
}

fn state(sheet: &ActionForm) -> AnyView {
    let chosen = sheet.fields.get("state");
    let states = [ActionState::Open, ActionState::InProgress, ActionState::Done];
    let dropped = ActionState::Dropped { reason: String::new() };
    let choices = states.iter().chain([&dropped]).map(|state| {
        Choice::new(state.name(), capitalized(action_state_word(state))).chosen_if(state.name() == chosen)
    });
    view! {
        <RadioGroup
            id="state" name="state" legend="State" choices=choices.collect()
            error=error_of(sheet.refusal.as_ref(), "state")
        />
        <TextInput
            id="reason" name="reason" label="Why it is dropped" optional=true
            hint="Needed where it is dropped" value=sheet.fields.get("reason").to_owned()
            error=error_of(sheet.refusal.as_ref(), "reason")
        />
    }
    .into_any()
}
