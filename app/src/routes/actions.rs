//! Actions: the list, a new one from a finding or a step, and one that is there.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::{CriterionCode, RungCode};
use http::StatusCode;
use service::action::{ActionFrom, ActionView, member_named, step_on};
use service::record::{ActionContent, ActionState, Cost, Member, Money, Organization};
use service::{ActionId, Actor, AssessmentId, Error, FieldError, FindingId, Permission, UnixMillis};

use crate::pages::actions::{ActionFilter, ActionForm, ActionsSheet, FormOf, action_form_page, actions_page};
use crate::web::{
    AppState, CurrentActor, Fields, Frame, PageError, Posted, Queried, Refusal, Segments, Tab, see_other,
};
use crate::words::{Paths, finding_draft, finding_kind_word, step_draft};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/orgs/{slug}/actions", get(list))
        .route("/orgs/{slug}/actions/{id}", get(show).post(change))
        .route("/orgs/{slug}/assessments/{id}/actions/new", get(new_form).post(create))
}

fn frame(state: &AppState, actor: &Actor, organization: &Organization, what: &str) -> Frame {
    Frame::of(state, actor, organization, Tab::Findings, what)
        .crumb(format!("/orgs/{}/actions", organization.slug), "Actions")
}

async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments(slug): Segments<String>,
    Queried(query): Queried,
) -> Result<Response, PageError> {
    let (organization, _) = state.service.organization_by_slug(&actor, &slug).await?;
    let sheet = ActionsSheet {
        at: format!("/orgs/{slug}"),
        actions: state.service.actions(&actor, organization.id).await?,
        members: state.service.members(&actor, organization.id).await?,
        reader: actor.user(),
        filter: ActionFilter::from(query),
        today: UnixMillis::now().date(),
    };
    let frame = frame(&state, &actor, &organization, "actions");
    Ok(frame.respond(StatusCode::OK, || actions_page(&sheet)))
}

/// The action, if it stands under this address.
async fn known(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: ActionId,
) -> Result<(Organization, Permitted, ActionView), PageError> {
    let (organization, role) = state.service.organization_by_slug(actor, slug).await?;
    let view = state.service.action(actor, id).await?;
    if view.action().org != organization.id {
        return Err(PageError::not_found());
    }
    let permitted = if Permission::Operate.allows(role) { Permitted::Change } else { Permitted::Read };
    Ok((organization, permitted, view))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permitted {
    Change,
    Read,
}

async fn show(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, ActionId)>,
) -> Result<Response, PageError> {
    let (organization, permitted, view) = known(&state, &actor, &slug, id).await?;
    let fields = written(&view.action().content);
    known_page(&state, &actor, &organization, permitted, view, fields, None).await
}

async fn change(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, ActionId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let (organization, permitted, view) = known(&state, &actor, &slug, id).await?;
    let revision = fields.trimmed("revision").parse().unwrap_or_default();
    let refusal = match understood(&fields) {
        Err(refusal) => refusal,
        Ok(content) => match state.service.change_action(&actor, id, revision, content).await {
            Ok(_) => return Ok(see_other(&format!("/orgs/{slug}/actions/{id}"))),
            Err(error) => Refusal::of(error)?,
        },
    };
    known_page(&state, &actor, &organization, permitted, view, fields, Some(refusal)).await
}

async fn known_page(
    state: &AppState,
    actor: &Actor,
    organization: &Organization,
    permitted: Permitted,
    view: ActionView,
    fields: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let members = state.service.members(actor, organization.id).await?;
    let status = Refusal::status_of(refusal.as_ref());
    let action = view.action();
    // After a conflict the page shows what is on file now: whoever saves again has seen it. Any other refusal leaves
    // the revision that was seen first.
    let seen = match status {
        StatusCode::CONFLICT => action.revision,
        _ => fields.trimmed("revision").parse().unwrap_or(action.revision),
    };
    let sheet = ActionForm {
        to: format!("/orgs/{}/actions/{}", organization.slug, action.id),
        paths: Paths::new(&organization.slug, action.assessment),
        members,
        may_change: permitted == Permitted::Change,
        fields,
        hidden: vec![("revision", seen.to_string())],
        refusal,
        of: FormOf::Known(Box::new(view)),
    };
    let frame = frame(state, actor, organization, "action");
    Ok(frame.respond(status, || action_form_page(&sheet)))
}

/// What a new action is made from, with the fields that it starts with.
struct Source {
    organization: Organization,
    permitted: Permitted,
    from: ActionFrom,
    words: String,
    draft: Fields,
}

async fn source(
    state: &AppState,
    actor: &Actor,
    slug: &str,
    id: AssessmentId,
    named: &Fields,
) -> Result<Source, PageError> {
    let (organization, role) = state.service.organization_by_slug(actor, slug).await?;
    let permitted = if Permission::Operate.allows(role) { Permitted::Change } else { Permitted::Read };
    let members = state.service.members(actor, organization.id).await?;
    let in_place = |org| if org == organization.id { Ok(()) } else { Err(PageError::not_found()) };
    if !named.trimmed("finding").is_empty() {
        let finding: FindingId = named.trimmed("finding").parse().map_err(|_| PageError::not_found())?;
        let page = state.service.findings(actor, id).await?;
        in_place(page.assessed.bundle.organization.id)?;
        let view = page.findings.iter().find(|view| view.record.id == finding);
        let view = view.ok_or_else(PageError::not_found)?;
        let record = &view.record;
        let text = finding_draft(&page.assessed, view);
        return Ok(Source {
            permitted,
            from: ActionFrom::Finding(finding),
            words: format!("{} on {}", finding_kind_word(record.kind), record.subject),
            draft: draft(text.title, text.note, &members, &record.owner, record.due),
            organization,
        });
    }
    let target = named.trimmed("target");
    let target: Option<RungCode> = (!target.is_empty()).then(|| target.into());
    let page = state.service.roadmap(actor, id, target.clone()).await?;
    in_place(page.assessed.bundle.organization.id)?;
    let criterion = CriterionCode::from(named.trimmed("step"));
    let step = step_on(&page, &criterion).ok_or_else(PageError::not_found)?;
    let text = step_draft(&page.assessed, step);
    let decided = page.way.decision(&criterion);
    Ok(Source {
        permitted,
        words: format!("step on {criterion} of the climb to {}", page.way.target),
        draft: draft(text.title, text.note, &members, &decided.owner, decided.due),
        from: ActionFrom::Step { criterion, target },
        organization,
    })
}

fn draft(
    title: String,
    note: String,
    members: &[Member],
    noted: &str,
    due: Option<jiff::civil::Date>,
) -> Fields {
    let owner = member_named(members, noted);
    written(&ActionContent { title, note, owner, due, ..ActionContent::default() })
}

async fn new_form(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Queried(named): Queried,
) -> Result<Response, PageError> {
    let source = source(&state, &actor, &slug, id, &named).await?;
    let fields = source.draft.clone();
    new_page(&state, &actor, source, id, fields, None).await
}

async fn create(
    State(state): State<AppState>,
    Segments((slug, id)): Segments<(String, AssessmentId)>,
    Posted { actor, fields }: Posted,
) -> Result<Response, PageError> {
    let source = source(&state, &actor, &slug, id, &fields).await?;
    let refusal = match understood(&fields) {
        Err(refusal) => refusal,
        Ok(content) => match state.service.create_action(&actor, id, source.from.clone(), content).await {
            Ok(made) => return Ok(see_other(&format!("/orgs/{slug}/actions/{}", made.action().id))),
            Err(error) => Refusal::of(error)?,
        },
    };
    new_page(&state, &actor, source, id, fields, Some(refusal)).await
}

async fn new_page(
    state: &AppState,
    actor: &Actor,
    source: Source,
    id: AssessmentId,
    fields: Fields,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let refusal = refusal.or_else(|| {
        let note = "Your role here may not make actions. Ask an owner of the organization.".to_owned();
        let denied = || Refusal::of(Error::Forbidden(note)).ok();
        (source.permitted == Permitted::Read).then(denied).flatten()
    });
    let status = Refusal::status_of(refusal.as_ref());
    let slug = &source.organization.slug;
    let hidden = match &source.from {
        ActionFrom::Finding(finding) => vec![("finding", finding.to_string())],
        ActionFrom::Step { criterion, target } => {
            let target = target.as_ref().map(ToString::to_string).unwrap_or_default();
            vec![("step", criterion.to_string()), ("target", target)]
        }
    };
    let sheet = ActionForm {
        of: FormOf::New { from: source.words },
        to: format!("/orgs/{slug}/assessments/{id}/actions/new"),
        paths: Paths::new(slug, id),
        members: state.service.members(actor, source.organization.id).await?,
        may_change: source.permitted == Permitted::Change,
        fields,
        hidden,
        refusal,
    };
    let frame = frame(state, actor, &source.organization, "a new action");
    Ok(frame.respond(status, || action_form_page(&sheet)))
}

/// The content as the fields of the form.
fn written(content: &ActionContent) -> Fields {
    let money = content.cost.money.as_ref();
    let fields = [
        ("title", content.title.clone()),
        ("note", content.note.clone()),
        ("owner", content.owner.map(|owner| owner.to_string()).unwrap_or_default()),
        ("due", content.due.map(|due| due.to_string()).unwrap_or_default()),
        ("cost.amount", money.map(|money| money.amount.to_string()).unwrap_or_default()),
        ("cost.currency", money.map(|money| money.currency.clone()).unwrap_or_default()),
        ("cost.hours", content.cost.hours.map(|hours| hours.to_string()).unwrap_or_default()),
        ("state", content.state.name().to_owned()),
        ("reason", content.state.reason().unwrap_or_default().to_owned()),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn understood(fields: &Fields) -> Result<ActionContent, Refusal> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, problem: &str| problems.push(FieldError::new(field, problem));
    let owner = match fields.trimmed("owner") {
        "" => None,
        text => text.parse().ok().or_else(|| {
            wrong("owner", "Choose a member of the organization as owner.");
            None
        }),
    };
    let due = fields.day("due").unwrap_or_else(|found| {
        wrong("due", &found.problem);
        None
    });
    let amount = match fields.trimmed("cost.amount") {
        "" => None,
        text => text.replace([',', ' '], "").parse::<i64>().ok().or_else(|| {
            wrong("cost.amount", "Give the cost in whole units of the currency, without the decimals.");
            None
        }),
    };
    let currency = fields.trimmed("cost.currency");
    let money = if let Some(amount) = amount {
        Some(Money { amount, currency: currency.to_owned() })
    } else {
        if !currency.is_empty() && fields.trimmed("cost.amount").is_empty() {
            wrong("cost.amount", "Give the cost, or no currency.");
        }
        None
    };
    let hours = match fields.trimmed("cost.hours") {
        "" => None,
        text => text.replace(',', "").parse().ok().or_else(|| {
            wrong("cost.hours", "Give whole hours, or leave it empty.");
            None
        }),
    };
    let state = match fields.trimmed("state") {
        "" | "open" => ActionState::Open,
        "in_progress" => ActionState::InProgress,
        "done" => ActionState::Done,
        "dropped" => ActionState::Dropped { reason: fields.trimmed("reason").to_owned() },
        _ => {
            wrong("state", "Choose one of the states.");
            ActionState::Open
        }
    };
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    let (title, note) = (fields.trimmed("title").to_owned(), fields.get("note").to_owned());
    Ok(ActionContent { title, note, owner, due, cost: Cost { money, hours }, state })
}
