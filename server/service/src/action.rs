//! Actions: what an organization undertakes about a finding or a step of its roadmap.
//!
//! **Nothing here changes a score.** An action says what somebody promised; answers, evidence and checks say what is. So
//! beside every action stands [`Behind`]: whether its finding has really cleared, or what the step's criterion counts.
//!
//! **How a step becomes an action.** The roadmap is computed anew each time that it is read, and what is decided about a
//! step there ([`crate::roadmap`]) is planning: a free name (a team, a supplier) and a day, for as long as the climb leads over
//! this criterion. The same goes for the owner that is noted at a finding. An action is a promise of the organization: a
//! member, a state, a cost, kept when the plan changes or the finding clears. One becomes the other by hand and once: the
//! action starts with the step's day, with its owner where that name is one member's, and with the level that the step
//! reaches. While an action is unfinished the pages show its owner and day in place of the noted ones and no longer ask
//! for those, and what is due names the action alone, so that there are never two of each.
//!
//! An action cannot be removed: it is dropped, with a reason.

use std::collections::BTreeMap;

use domain::scoring::FindingKind;
use domain::{CriterionCode, Level, RungCode};
use serde_json::json;
use store::record::{
    Action, ActionChange, ActionContent, ActionSource, ActionState, Cost, FindingNow, ListedAction, Member,
    Money,
};
use store::{ActionId, AssessmentId, FindingId, OrgId, UnixMillis, UserId};

use crate::roadmap::RoadmapPage;
use crate::service::org_audit;
use crate::{Actor, Error, FieldError, Permission, Service};

/// The longest title, note and reason, in characters.
const LONGEST_TITLE: usize = 200;
const LONGEST_NOTE: usize = 4_000;
const LONGEST_REASON: usize = 1_000;

/// More than any action costs.
const MOST_MONEY: i64 = 1_000_000_000_000;
const MOST_HOURS: u32 = 1_000_000;

/// What an action is to be made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionFrom {
    Finding(FindingId),
    /// A step of the climb to the rung given, or to the one aimed at.
    Step {
        criterion: CriterionCode,
        target: Option<RungCode>,
    },
}

/// An action, and what is behind it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionView {
    pub listed: ListedAction,
    pub behind: Behind,
}

/// How that stands which an action was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    Finding(FindingNow),
    /// What the criterion counts, nothing while it is unanswered, and what it was to count.
    Step {
        counts: Option<Level>,
        aim: Level,
    },
}

impl Behind {
    /// Whether the finding has cleared, or the level is reached.
    pub fn is_settled(self) -> bool {
        match self {
            Self::Finding(now) => matches!(now, FindingNow::Cleared { .. }),
            Self::Step { counts, aim } => counts.is_some_and(|counts| counts >= aim),
        }
    }
}

impl ActionView {
    pub fn action(&self) -> &Action {
        &self.listed.action
    }

    pub fn is_unfinished(&self) -> bool {
        self.action().content.state.is_unfinished()
    }

    /// Whether it was made for this finding.
    pub fn is_for_finding(&self, kind: FindingKind, subject: &str) -> bool {
        matches!(&self.action().source, ActionSource::Finding { kind: own, subject: about }
            if *own == kind && about == subject)
    }

    /// Whether it was made for the step on this criterion.
    pub fn is_for_step(&self, criterion: &CriterionCode) -> bool {
        matches!(&self.action().source, ActionSource::Step { criterion: own, .. } if own == criterion)
    }
}

/// The member whom a noted name means: the only one who is called so, or whose e-mail it is.
pub fn member_named(members: &[Member], noted: &str) -> Option<UserId> {
    let noted = noted.trim().to_lowercase();
    let called = |member: &&Member| member.name.to_lowercase() == noted || member.email == noted;
    let mut found = members.iter().filter(called);
    let first = found.next()?;
    found.next().is_none().then_some(first.user)
}

impl Service {
    /// All actions of an organization, oldest first.
    pub async fn actions(&self, actor: &Actor, org: OrgId) -> Result<Vec<ActionView>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        let listed = self.store().actions_of(org).await?;
        self.with_what_is_behind(listed).await
    }

    /// Those about one assessment, oldest first.
    pub async fn actions_on(&self, actor: &Actor, id: AssessmentId) -> Result<Vec<ActionView>, Error> {
        self.assessment_for(actor, id, Permission::Read).await?;
        let listed = self.store().actions_on(id).await?;
        self.with_what_is_behind(listed).await
    }

    pub async fn action(&self, actor: &Actor, id: ActionId) -> Result<ActionView, Error> {
        let missing = || Error::NotFound("The action");
        let listed = self.store().action(id).await?.ok_or_else(missing)?;
        self.authorize(actor, listed.action.org, Permission::Read, "The action").await?;
        self.with_what_is_behind(vec![listed]).await?.pop().ok_or_else(missing)
    }

    /// Makes an action from a finding or a step. It starts open, whatever state the content says.
    pub async fn create_action(
        &self,
        actor: &Actor,
        id: AssessmentId,
        from: ActionFrom,
        content: ActionContent,
    ) -> Result<ActionView, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        self.authorize(actor, assessment.org, Permission::Operate, "The assessment").await?;
        let source = self.source_of(actor, id, from).await?;
        let content = ActionContent { state: ActionState::Open, ..content };
        let content = self.understood(assessment.org, None, content).await?;
        let now = UnixMillis::now();
        let action = Action {
            id: ActionId::new(),
            org: assessment.org,
            assessment: id,
            source,
            content,
            revision: 1,
            created_by: actor.user(),
            created_at: now,
            since: now,
        };
        let entry =
            org_audit(actor, action.org, "action.created", action.id, said(&action.content, &action.source));
        self.store().create_action(&action, entry).await?;
        self.action(actor, action.id).await
    }

    /// Puts the content in place of that of `revision`. Refused where somebody changed the action since.
    pub async fn change_action(
        &self,
        actor: &Actor,
        id: ActionId,
        revision: i64,
        content: ActionContent,
    ) -> Result<ActionView, Error> {
        let known = self.action(actor, id).await?.listed.action;
        self.authorize(actor, known.org, Permission::Operate, "The action").await?;
        let content = self.understood(known.org, known.content.owner, content).await?;
        let stays = content.state.name() == known.content.state.name();
        let since = if stays { known.since } else { UnixMillis::now() };
        let entry = org_audit(actor, known.org, "action.changed", id, said(&content, &known.source));
        match self.store().change_action(id, revision, &content, since, entry).await? {
            ActionChange::Done => self.action(actor, id).await,
            ActionChange::Stale => Err(Error::Conflict(
                "Somebody changed this action since you opened it. Look at it as it is now, then save yours."
                    .to_owned(),
            )),
        }
    }

    async fn source_of(
        &self,
        actor: &Actor,
        id: AssessmentId,
        from: ActionFrom,
    ) -> Result<ActionSource, Error> {
        match from {
            ActionFrom::Finding(finding) => {
                let found = self.store().finding(finding).await?.filter(|found| found.assessment == id);
                let found = found.ok_or(Error::NotFound("The finding"))?;
                Ok(ActionSource::Finding { kind: found.kind, subject: found.subject })
            }
            ActionFrom::Step { criterion, target } => {
                let page = self.roadmap(actor, id, target).await?;
                let aim = step_on(&page, &criterion).map(|step| step.to);
                let aim = aim.ok_or_else(|| {
                    let problem = format!("The climb to {} has no step on {criterion}.", page.way.target);
                    Error::invalid("step", problem)
                })?;
                Ok(ActionSource::Step { criterion, aim })
            }
        }
    }

    /// The content with its texts trimmed, if it can be kept. Who owns the action already may have left since.
    async fn understood(
        &self,
        org: OrgId,
        owner: Option<UserId>,
        content: ActionContent,
    ) -> Result<ActionContent, Error> {
        let mut problems = Vec::new();
        let title = content.title.trim().to_owned();
        if title.is_empty() || title.chars().count() > LONGEST_TITLE {
            let problem = format!("Say in 1 to {LONGEST_TITLE} characters what is to be done.");
            problems.push(FieldError::new("title", problem));
        }
        problems.extend(crate::name::unprintable("title", &title));
        let note = content.note.trim().to_owned();
        if note.chars().count() > LONGEST_NOTE {
            let problem = format!("Use at most {LONGEST_NOTE} characters for the note.");
            problems.push(FieldError::new("note", problem));
        }
        let belongs = match content.owner {
            Some(new) if content.owner != owner => self.store().role(org, new).await?.is_some(),
            _ => true,
        };
        if !belongs {
            problems.push(FieldError::new("owner", "Choose a member of the organization as owner."));
        }
        let state = match content.state {
            ActionState::Dropped { reason } => {
                let reason = reason.trim().to_owned();
                if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
                    let problem = format!("Say in 1 to {LONGEST_REASON} characters why it is dropped.");
                    problems.push(FieldError::new("reason", problem));
                }
                ActionState::Dropped { reason }
            }
            other => other,
        };
        let cost = cost(content.cost, &mut problems);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        Ok(ActionContent { title, note, owner: content.owner, due: content.due, cost, state })
    }

    async fn with_what_is_behind(&self, listed: Vec<ListedAction>) -> Result<Vec<ActionView>, Error> {
        let mut live = BTreeMap::new();
        let mut views = Vec::new();
        for listed in listed {
            let behind = match (&listed.action.source, listed.finding) {
                (ActionSource::Step { criterion, aim }, _) => {
                    let assessment = listed.action.assessment;
                    if let std::collections::btree_map::Entry::Vacant(e) = live.entry(assessment) {
                        e.insert(self.store().live_result(assessment).await?);
                    }
                    let kept = live.get(&assessment).and_then(Option::as_ref);
                    let standing = kept.and_then(|kept| kept.result.criteria.get(criterion));
                    let counts = standing.map(|standing| standing.effective);
                    Behind::Step { counts, aim: *aim }
                }
                (ActionSource::Finding { .. }, now) => Behind::Finding(now.unwrap_or(FindingNow::Raised)),
            };
            views.push(ActionView { listed, behind });
        }
        Ok(views)
    }
}

/// The step of the climb on a criterion.
pub fn step_on<'a>(
    page: &'a RoadmapPage,
    criterion: &CriterionCode,
) -> Option<&'a domain::roadmap::PlannedStep> {
    match &page.way.plan {
        domain::roadmap::Plan::Climb(climb) => climb.steps.iter().find(|step| step.criterion == *criterion),
        domain::roadmap::Plan::OutOfReach(_) => None,
    }
}

fn cost(cost: Cost, problems: &mut Vec<FieldError>) -> Cost {
    let money = cost.money.map(|money| {
        if !(0..=MOST_MONEY).contains(&money.amount) {
            let problem = "Give the cost in whole units of the currency, 0 or more, without the decimals.";
            problems.push(FieldError::new("cost.amount", problem));
        }
        let currency = money.currency.trim().to_uppercase();
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let problem = "Name the currency by its three letters, for example USD or EUR.";
            problems.push(FieldError::new("cost.currency", problem));
        }
        Money { currency, ..money }
    });
    if cost.hours.is_some_and(|hours| hours > MOST_HOURS) {
        problems.push(FieldError::new("cost.hours", format!("Give at most {MOST_HOURS} hours.")));
    }
    Cost { money, hours: cost.hours }
}

/// What the audit log keeps of it.
fn said(content: &ActionContent, source: &ActionSource) -> serde_json::Value {
    let (from, subject) = match source {
        ActionSource::Finding { kind, subject } => (json!(kind), subject.as_str()),
        ActionSource::Step { criterion, .. } => (json!("step"), criterion.as_str()),
    };
    json!({
        "title": content.title, "from": from, "subject": subject, "owner": content.owner, "due": content.due,
        "state": content.state.name(), "reason": content.state.reason(),
    })
}

#[cfg(test)]
mod tests {
    use store::record::Role;

    use super::*;

    fn member(name: &str, email: &str) -> Member {
        Member {
            user: UserId::new(),
            name: name.to_owned(),
            email: email.to_owned(),
            role: Role::Viewer,
            since: UnixMillis(0),
        }
    }

    #[test]
    fn a_noted_name_means_a_member_only_where_it_is_one_member_s() {
        let members = [
            member("Ana Ruiz", "ana@example.org"),
            member("Kim", "kim@example.org"),
            member("Kim", "kim.two@example.org"),
        ];
        assert_eq!(member_named(&members, " ana ruiz "), Some(members[0].user));
        assert_eq!(member_named(&members, "KIM.two@example.org"), Some(members[2].user));
        assert_eq!(member_named(&members, "Kim"), None);
        assert_eq!(member_named(&members, "Integration team"), None);
        assert_eq!(member_named(&members, ""), None);
    }

    #[test]
    fn a_cost_names_its_currency() {
        let money = |amount, currency: &str| {
            let mut problems = Vec::new();
            let money = Some(Money { amount, currency: currency.to_owned() });
            let cost = cost(Cost { money, hours: None }, &mut problems);
            (cost.money.map(|money| money.currency), problems.len())
        };
        assert_eq!(money(12_000, " eur "), (Some("EUR".to_owned()), 0));
        assert_eq!(money(-1, "EUR").1, 1);
        assert_eq!(money(1, "€").1, 1);
        assert_eq!(money(-1, "").1, 2);
    }
}
