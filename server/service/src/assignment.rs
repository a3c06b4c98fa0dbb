//! Who answers what of an assessment, and until when. Nothing here changes a score.

use domain::scoring::Standing;
use domain::{CriterionCode, DomainCode};
use jiff::civil::Date;
use serde_json::json;
use store::record::{Assessment, AssessmentState, Assignment, Part, Person};
use store::{AssessmentId, UnixMillis, UserId};

use crate::assessment::Assessed;
use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// Who answers a criterion: named for it, or else for its domain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Duty<'a> {
    pub owner: Option<&'a Person>,
    pub due: Option<Date>,
    /// The owner is that of the domain.
    pub by_domain: bool,
}

/// A criterion as whoever answers for it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub domain: DomainCode,
    pub criterion: CriterionCode,
    pub title: String,
    pub due: Option<Date>,
    pub answered: bool,
    /// Unanswered after the day.
    pub overdue: bool,
    pub comments: u32,
    /// Threads that nobody settled.
    pub open_threads: u32,
}

impl Assessed {
    /// What is arranged for a part itself.
    pub fn assignment(&self, part: &Part) -> Option<&Assignment> {
        self.bundle.assignments.iter().find(|one| one.part == *part)
    }

    /// Who answers a criterion, and until when; what its domain says counts where it says nothing itself.
    pub fn duty(&self, domain: &DomainCode, criterion: &CriterionCode) -> Duty<'_> {
        let of =
            |wanted: &dyn Fn(&Part) -> bool| self.bundle.assignments.iter().find(|one| wanted(&one.part));
        let own = of(&|part| matches!(part, Part::Criterion(code) if code == criterion));
        let whole = of(&|part| matches!(part, Part::Domain(code) if code == domain));
        let owner = |one: Option<&'_ Assignment>| one.is_some_and(|one| one.owner.is_some());
        Duty {
            owner: own.and_then(|own| own.owner.as_ref()).or(whole.and_then(|whole| whole.owner.as_ref())),
            due: own.and_then(|own| own.due).or(whole.and_then(|whole| whole.due)),
            by_domain: !owner(own) && owner(whole),
        }
    }

    /// The criteria that somebody answers for: what is overdue first, then what is due, then what has no day, each
    /// unanswered before answered.
    pub fn tasks_of(&self, user: UserId) -> Vec<Task> {
        let mut tasks: Vec<Task> = self
            .tasks()
            .filter(|(duty, _)| duty.owner.is_some_and(|owner| owner.id == user))
            .map(|(_, task)| task)
            .collect();
        // Stable: what is alike stays in the framework's order.
        tasks.sort_by_key(|task| (task.answered, task.due.is_none(), task.due));
        tasks
    }

    /// Every criterion in profile with whom it falls to, in the framework's order.
    pub fn tasks(&self) -> impl Iterator<Item = (Duty<'_>, Task)> {
        let today = self.computed_at.date();
        let criteria = self
            .framework
            .domains
            .iter()
            .flat_map(|domain| domain.criteria.iter().map(move |criterion| (&domain.code, criterion)));
        criteria.zip(&self.score.criteria).filter(|(_, score)| score.standing != Standing::OutOfProfile).map(
            move |((domain, criterion), _)| {
                let duty = self.duty(domain, &criterion.code);
                // An answer waits for nobody, whether an assessor has to agree to it or not.
                let answered = self.own_answer(&criterion.code).is_some();
                let said = self.bundle.comments.iter().find(|count| count.criterion == criterion.code);
                let task = Task {
                    domain: domain.clone(),
                    criterion: criterion.code.clone(),
                    title: criterion.title.clone(),
                    due: duty.due,
                    answered,
                    overdue: !answered && duty.due.is_some_and(|due| due < today),
                    comments: said.map_or(0, |count| count.comments),
                    open_threads: said.map_or(0, |count| count.open),
                };
                (duty, task)
            },
        )
    }
}

impl Service {
    /// Says who answers a part of an assessment and until when; `None` for both takes it back.
    pub async fn assign(
        &self,
        actor: &Actor,
        id: AssessmentId,
        part: Part,
        owner: Option<UserId>,
        due: Option<Date>,
    ) -> Result<Assignment, Error> {
        let assessment = self.assessment_for(actor, id, Permission::Read).await?;
        self.authorize(actor, assessment.org, Permission::Assign, "The assessment").await?;
        if assessment.state == AssessmentState::Final {
            let words = "This assessment is final: nothing in it is left to answer.";
            return Err(Error::Conflict(words.to_owned()));
        }
        let framework = self.prepared(assessment.framework).await?.framework;
        let subject = match &part {
            Part::Domain(code) => {
                framework.domain(code).ok_or(Error::NotFound("The domain"))?;
                code.to_string()
            }
            Part::Criterion(code) => {
                framework.criterion(code).ok_or(Error::NotFound("The criterion"))?;
                code.to_string()
            }
        };
        let owner = match owner {
            Some(owner) => Some(self.answering_member(&assessment, owner).await?),
            None => None,
        };
        let assignment = Assignment { part, owner, due };
        let name = assignment.owner.as_ref().map(|owner| &*owner.name);
        let details = json!({
            "subject": subject, "owner": assignment.owner.as_ref().map(|owner| owner.id), "name": name, "due": due,
        });
        let entry = org_audit(actor, assessment.org, "assignment.changed", id, details);
        self.store().assign(id, &assignment, actor.user(), UnixMillis::now(), entry).await?;
        Ok(assignment)
    }

    /// The member, if their role lets them answer.
    async fn answering_member(&self, assessment: &Assessment, user: UserId) -> Result<Person, Error> {
        let members = self.store().members(assessment.org).await?;
        let member = members.into_iter().find(|member| member.user == user);
        let member = member.ok_or_else(|| {
            Error::invalid("owner", "Choose a member of the organization. An owner of it adds members.")
        })?;
        if !Permission::Answer.allows(member.role) {
            let problem = format!(
                "{} may not answer for the organization. Choose somebody whose role is owner, assessor or contributor.",
                member.name
            );
            return Err(Error::invalid("owner", problem));
        }
        Ok(Person { id: member.user, name: member.name })
    }
}
