//! One organization of the heat map.

use domain::framework::Domain;
use domain::live::LiveDomain;
use domain::scoring::{at_least, display, whole};
use leptos::prelude::*;
use service::portfolio::{Client, ClientAssessment, Portfolio};

use super::STEPS;
use crate::ui::{Icon, Sign};
use crate::words::{assessment_state_word, size_short};

pub(super) fn row(portfolio: &Portfolio, client: &Client) -> AnyView {
    let organization = &client.organization;
    let href = format!("/orgs/{}", organization.slug);
    let profiles: Vec<_> = organization.profiles.iter().map(ToString::to_string).collect();
    let state = client.assessment.as_ref().map_or("no assessment", |one| assessment_state_word(one.state));
    let sample = if organization.demo { " · demonstration" } else { "" };
    let under = format!("{} · {} · {state}{sample}", profiles.join(" "), size_short(organization.size_band));
    let waiting = client.waiting.first().map(|oldest| {
        let review = format!("{href}/assessments/{oldest}/review");
        let words = match client.waiting.len() {
            1 => "1 review waits".to_owned(),
            many => format!("{many} reviews wait"),
        };
        view! { <span class="sub"><a href=review>{words}</a></span> }
    });
    let standing = if let Some(assessment) = &client.assessment {
        standing(portfolio, &href, assessment)
    } else {
        let across = (portfolio.framework.domains.len() + 4).to_string();
        let start = format!("{href}/assessments/new");
        view! { <td class="plain" colspan=across><a href=start>"Start an assessment"</a></td> }.into_any()
    };
    view! {
        <tr>
            <th scope="row"><a href=href>{organization.name.clone()}</a><span class="sub">{under}</span>{waiting}</th>
            {standing}
            {count(client.failing, Sign::Fail, "fail-text strong nowrap")}
            {count(client.overdue, Sign::Clock, "warn-text strong nowrap")}
        </tr>
    }
    .into_any()
}

fn standing(portfolio: &Portfolio, organization: &str, assessment: &ClientAssessment) -> AnyView {
    let href = format!("{organization}/assessments/{}", assessment.id);
    let rung = assessment.rung.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
    let overall = assessment.overall.as_ref().map_or_else(|| "–".to_owned(), display);
    let cells: Vec<_> =
        portfolio.framework.domains.iter().map(|domain| cell(&href, domain, assessment)).collect();
    let was = assessment.submitted.as_ref().filter(|_| portfolio.has_fallen(assessment));
    let was = was.map(|submitted| view! { <span class="sub">{format!("was {submitted}")}</span> });
    view! {
        <td class="plain"><strong>{rung}</strong>{was}</td>
        <td class="plain">{overall}</td>
        <td class="plain">{drift(assessment.drift)}</td>
        {cells}
        {count(assessment.contradicted, Sign::Fail, "fail-text strong nowrap")}
    }
    .into_any()
}

/// `tenths` as people read them; `None` where there was no score then.
fn drift(tenths: Option<i128>) -> AnyView {
    let Some(tenths) = tenths else {
        return view! { <span class="dim">"first"</span> }.into_any();
    };
    let (sign, words, class) = match tenths {
        ..0 => (Sign::Down, "down", "nowrap fail-text"),
        0 => (Sign::Flat, "unchanged", "nowrap"),
        1.. => (Sign::Up, "up", "nowrap"),
    };
    let size = tenths.unsigned_abs();
    let size = format!(" {}.{}", size / 10, size % 10);
    view! { <span class=class><Icon sign/><span class="vh">{words}</span>{size}</span> }.into_any()
}

fn count(count: u64, sign: Sign, class: &'static str) -> AnyView {
    if count == 0 {
        return view! { <td class="plain">"0"</td> }.into_any();
    }
    view! { <td class="plain"><span class=class><Icon sign/>{format!(" {count}")}</span></td> }.into_any()
}

fn cell(assessment_href: &str, domain: &Domain, assessment: &ClientAssessment) -> AnyView {
    let scored = assessment.domains.get(&domain.code);
    let Some((score, contradicted)) =
        scored.and_then(|LiveDomain { score, contradicted }| Some((score.exact()?, *contradicted > 0)))
    else {
        return view! { <td class="dim"><span>"–"<span class="vh">" not scored"</span></span></td> }
            .into_any();
    };
    let class =
        STEPS.iter().rev().find(|(least, ..)| at_least(&score, *least)).map_or("h0", |(_, class, _)| class);
    let href = format!("{assessment_href}/{}", domain.code);
    let mark =
        contradicted.then(|| view! { <Icon sign=Sign::Fail/><span class="vh">", contradicted"</span> });
    view! { <td class=class><a href=href>{whole(&score).to_string()}{mark}</a></td> }.into_any()
}
