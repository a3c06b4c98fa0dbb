//! The page about one criterion: comments, the answers from the first on, and who is to answer.

use leptos::prelude::*;
use service::Permission;
use service::record::Answer;

use super::owner::{OwnerForm, owner_form};
use super::{AboutForm, AboutSheet, comments, history};
use crate::pages::parts::RefusalNote;
use crate::ui::{ButtonLink, Fact, KeyValue, PageHead, Section, day, moment};
use crate::web::Refusal;
use crate::words::{claim_words, in_words, rating_words};

/// The page's content.
pub(crate) fn about_page(sheet: &AboutSheet) -> AnyView {
    let criterion = sheet.criterion();
    let code = criterion.code.to_string();
    let title = view! { {code}" "<span class="light">{criterion.title.clone()}</span> };
    let answer = sheet.assessed.own_answer(&criterion.code);
    let rating = sheet.assessed.assessor_answer(&criterion.code);
    let framework = &sheet.assessed.framework;
    let said = |words: String, by: &Answer| format!("{words}. {}, {}", by.by_name, moment(by.at.timestamp()));
    let under = match (rating, answer) {
        (Some(rating), _) => {
            said(rating_words(framework, &rating.claim, answer.map(|own| &own.claim)), rating)
        }
        (None, Some(answer)) => said(claim_words(framework, &answer.claim), answer),
        (None, None) => "Not answered yet".to_owned(),
    };
    let question = sheet.paths.criterion(&sheet.domain().code, &criterion.code);
    let refused = refused(sheet);
    let asked = in_words(&criterion.question);
    view! {
        <PageHead title=title under=under><ButtonLink href=question>"The question"</ButtonLink></PageHead>
        <RefusalNote refusal=refused/>
        <div class="grid split">
            <div class="stack-wide">
                {comments::section(sheet)}
                {history::section(sheet)}
            </div>
            <div class="stack-wide">
                {owner_section(sheet)}
                <Section id="asked" title="What is asked"><p class="measure">{asked}</p></Section>
            </div>
        </div>
    }
    .into_any()
}

/// What was refused and has no form on the page to say so at.
fn refused(sheet: &AboutSheet) -> Option<Refusal> {
    let (form, _, refusal) = sheet.typed.as_ref()?;
    let drawn = match form {
        AboutForm::Owner => may_assign(sheet),
        AboutForm::NewThread | AboutForm::Reply(_) => sheet.assessed.may(Permission::Comment),
        AboutForm::Change(id) => sheet.said().any(|said| said.editable && said.comment.id.to_string() == *id),
        AboutForm::Button => false,
    };
    (!drawn).then(|| refusal.clone())
}

fn owner_section(sheet: &AboutSheet) -> AnyView {
    let (domain, criterion) = (sheet.domain(), sheet.criterion());
    let duty = sheet.assessed.duty(&domain.code, &criterion.code);
    let owner = duty.owner.map_or_else(|| "Nobody yet".to_owned(), |owner| owner.name.clone());
    let owner = if duty.by_domain { format!("{owner}, for all of {}", domain.code) } else { owner };
    let due = duty.due.map_or_else(|| "No day set".to_owned(), day);
    let facts = vec![Fact::new("Owner", owner), Fact::new("Due", due)];
    let kept =
        sheet.assessed.bundle.assignments.iter().find(
            |one| matches!(&one.part, service::record::Part::Criterion(code) if *code == criterion.code),
        );
    let form = may_assign(sheet).then(|| {
        owner_form(OwnerForm {
            id: "criterion".to_owned(),
            action: format!("{}/owner#owner", sheet.at()),
            subject: criterion.code.to_string(),
            kept,
            members: &sheet.members,
            nobody: format!("As for {}", domain.code),
            returned: sheet.returned(&AboutForm::Owner),
        })
    });
    let owners = sheet.paths.owners();
    let aside = view! { <p><a href=owners>"All owners"</a></p> };
    view! { <Section id="owner" title="Who answers" aside=aside><KeyValue facts/>{form}</Section> }.into_any()
}

fn may_assign(sheet: &AboutSheet) -> bool {
    let state = sheet.assessed.bundle.assessment.state;
    sheet.assessed.may(Permission::Assign) && state != service::record::AssessmentState::Final
}
