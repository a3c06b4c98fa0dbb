//! Who answers what: every domain with its owner and day, and the criteria with one of their own.

use domain::framework::Domain;
use leptos::prelude::*;
use service::Permission;
use service::record::{AssessmentState, Assignment, Part};

use super::OwnersSheet;
use super::owner::{OwnerForm, owner_form, owner_words};
use crate::ui::{ButtonLink, Column, Drawer, PageHead, Section, Table, TableLook};
use crate::words::anchor;

/// The page's content.
pub(crate) fn owners_page(sheet: &OwnersSheet) -> AnyView {
    let mut columns = vec![Column::text("Domain"), Column::text("Owner"), Column::number("Answered")];
    let assignments = &sheet.assessed.bundle.assignments;
    let apart = assignments.iter().any(|one| matches!(one.part, Part::Criterion(_)));
    if apart {
        columns.push(Column::text("Criteria with an owner or a day of their own"));
    }
    let domains = sheet.assessed.framework.domains.iter().enumerate();
    let rows = domains.map(|(index, domain)| row(sheet, index, domain, apart)).collect_view();
    let under = "A domain's owner answers its criteria that have none of their own.";
    let mine = sheet.paths.mine();
    view! {
        <PageHead title="Owners and due dates" under=under><ButtonLink href=mine>"Mine"</ButtonLink></PageHead>
        <Section id="owners" title="Domains">
            <Table caption="Domains and who answers them" columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

/// `some_apart`: some criterion, here or in another domain, has an owner or a day of its own.
fn row(sheet: &OwnersSheet, index: usize, domain: &Domain, some_apart: bool) -> AnyView {
    let score = &sheet.assessed.score.domains[index];
    let kept = sheet.assessed.assignment(&Part::Domain(domain.code.clone()));
    let words = words(kept);
    let code = domain.code.to_string();
    let place = code.to_lowercase();
    let form = may_assign(sheet).then(|| {
        let returned = sheet.typed.as_ref().filter(|(typed, ..)| *typed == code);
        let form = owner_form(OwnerForm {
            id: place.clone(),
            action: format!("{}/{code}#{place}", sheet.paths.owners()),
            subject: code.clone(),
            kept,
            members: &sheet.members,
            nobody: "Nobody yet".to_owned(),
            returned: returned.map(|(_, fields, refusal)| (fields, refusal)),
        });
        view! { <div><Drawer summary=format!("Set owner of {code}") open=returned.is_some()>{form}</Drawer></div> }
    });
    let apart = domain.criteria.iter().filter_map(|criterion| {
        let own = sheet.assessed.assignment(&Part::Criterion(criterion.code.clone()))?;
        let said = format!(" {}", self::words(Some(own)));
        Some(view! {
            <li><a href=format!("{}#owner", sheet.paths.about(&criterion.code))>{criterion.code.to_string()}</a>{said}</li>
        })
    });
    let apart = apart.collect_view();
    let apart = some_apart.then(|| view! { <td class="wide"><ul class="small">{apart}</ul></td> });
    let first = domain.criteria.first().map(|criterion| {
        let href = format!("{}#{}", sheet.paths.domain(&domain.code), anchor(&criterion.code));
        view! { <a href=href><span class="code">{code.clone()}</span></a>" " }
    });
    view! {
        <tr id=place>
            <th scope="row">{first}<span class="sub">{domain.title.clone()}</span></th>
            <td class="wide">{words}{form}</td>
            <td class="num" data-label="Answered">{format!("{} of {}", score.answered, score.applicable)}</td>
            {apart}
        </tr>
    }
    .into_any()
}

fn words(kept: Option<&Assignment>) -> String {
    let owner = kept.and_then(|kept| kept.owner.as_ref()).map(|owner| owner.name.as_str());
    owner_words(owner, kept.and_then(|kept| kept.due))
}

fn may_assign(sheet: &OwnersSheet) -> bool {
    sheet.assessed.may(Permission::Assign) && sheet.assessed.bundle.assessment.state != AssessmentState::Final
}
