//! What happens to one assessment, read from the database for all who follow it on this node.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::CriterionCode;
use store::AssessmentId;
use store::record::{Answer, AnswerRevision, Pulse, Rater};
use tokio::sync::broadcast;
use tokio::time::{MissedTickBehavior, interval};

use super::Happened;
use crate::service::Inner;
use crate::{Error, Service};

/// How often the database is asked.
const BEAT: Duration = Duration::from_secs(1);
/// A follower who is so many behind begins anew.
const BEHIND: usize = 128;

type Told = broadcast::Sender<Arc<Happened>>;

/// What was there at the last look.
struct Seen {
    pulse: Pulse,
    revisions: HashMap<(CriterionCode, Rater), i64>,
}

/// What is on file for each criterion and rater: an answer, or that it was withdrawn.
fn revisions(answers: &[Answer], withdrawals: &[AnswerRevision]) -> HashMap<(CriterionCode, Rater), i64> {
    let answers = answers.iter().map(|one| ((one.criterion.clone(), one.rater), one.revision));
    let withdrawals = withdrawals.iter().map(|one| ((one.criterion.clone(), one.rater), one.revision));
    answers.chain(withdrawals).collect()
}

impl Seen {
    /// What happened since, the earliest first.
    fn compare(&mut self, pulse: Pulse, answers: &[Answer], withdrawals: &[AnswerRevision]) -> Vec<Happened> {
        let known =
            |criterion: &CriterionCode, rater| self.revisions.get(&(criterion.clone(), rater)).copied();
        let answered = answers.iter().filter(|one| known(&one.criterion, one.rater) < Some(one.revision));
        let withdrawn = withdrawals.iter().filter(|one| {
            // Of what was answered and withdrawn between two looks nobody knew.
            known(&one.criterion, one.rater).is_some_and(|known| known < one.revision)
        });
        let mut fresh: Vec<Happened> = answered.cloned().map(Happened::Answered).collect();
        fresh.extend(withdrawn.cloned().map(Happened::Withdrawn));
        fresh.sort_by_key(Happened::at);
        fresh.extend((self.pulse.state != pulse.state).then_some(Happened::State(pulse.state)));
        *self = Self { pulse, revisions: revisions(answers, withdrawals) };
        fresh
    }
}

impl Service {
    /// Joins those who follow the assessment, as the first of them if need be.
    pub(super) async fn join_feed(
        &self,
        id: AssessmentId,
    ) -> Result<broadcast::Receiver<Arc<Happened>>, Error> {
        let follows = self.follows();
        if let Some(feed) = follows.feeds().get(&id) {
            return Ok(feed.subscribe());
        }
        let pulse = self.store().pulse(id).await?.ok_or(Error::NotFound("The assessment"))?;
        let (answers, withdrawals) =
            (self.store().answers_of(id).await?, self.store().withdrawals_of(id).await?);
        let mut feeds = follows.feeds();
        if let Some(feed) = feeds.get(&id) {
            return Ok(feed.subscribe());
        }
        let (feed, receiver) = broadcast::channel(BEHIND);
        feeds.insert(id, feed.clone());
        let seen = Seen { pulse, revisions: revisions(&answers, &withdrawals) };
        tokio::spawn(beat(Arc::downgrade(self.inner()), id, feed, seen));
        Ok(receiver)
    }

    /// One look; what happened since the last one.
    async fn look_since(&self, id: AssessmentId, seen: &mut Seen) -> Result<Vec<Happened>, Error> {
        let pulse = self.store().pulse(id).await?.ok_or(Error::NotFound("The assessment"))?;
        if pulse == seen.pulse {
            return Ok(Vec::new());
        }
        let (answers, withdrawals) =
            (self.store().answers_of(id).await?, self.store().withdrawals_of(id).await?);
        Ok(seen.compare(pulse, &answers, &withdrawals))
    }
}

/// Looks and tells until nobody follows any more.
async fn beat(inner: Weak<Inner>, id: AssessmentId, feed: Told, mut seen: Seen) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let service = Service::of(inner);
        {
            // Under the lock nobody joins.
            let mut feeds = service.follows().feeds();
            if feed.receiver_count() == 0 || service.follows().is_ending() {
                feeds.remove(&id);
                return;
            }
        }
        match service.look_since(id, &mut seen).await {
            Ok(happened) => {
                for one in happened {
                    // Without anybody to hear it there is nothing to tell; the next beat ends this.
                    let _ = feed.send(Arc::new(one));
                }
            }
            // It was removed: those who follow are told so by what they ask next.
            Err(Error::NotFound(_)) => {
                service.follows().feeds().remove(&id);
                return;
            }
            Err(error) => tracing::warn!(?error, "what changed in an assessment could not be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Level;
    use store::record::{AssessmentState, Claim};
    use store::{UnixMillis, UserId};

    use super::*;

    fn answer(criterion: &str, rater: Rater, revision: i64, at: i64) -> Answer {
        Answer {
            criterion: criterion.into(),
            rater,
            claim: Claim::Level(Level::ALL[2]),
            rationale: String::new(),
            revision,
            by: UserId::new(),
            by_name: "Bo".to_owned(),
            at: UnixMillis(at),
        }
    }

    fn withdrawal(criterion: &str, revision: i64, at: i64) -> AnswerRevision {
        AnswerRevision {
            criterion: criterion.into(),
            rater: Rater::Own,
            claim: None,
            rationale: String::new(),
            revision,
            by: UserId::new(),
            by_name: "Bo".to_owned(),
            at: UnixMillis(at),
        }
    }

    #[test]
    fn a_withdrawal_is_told_once_where_there_was_an_answer() {
        let before = [answer("PAT-1", Rater::Own, 1, 10), answer("PAT-2", Rater::Own, 4, 11)];
        let gone = [withdrawal("PAT-3", 2, 5)];
        let pulse = Pulse { state: AssessmentState::Draft, saves: 5 };
        let mut seen = Seen { pulse, revisions: revisions(&before, &gone) };
        let later = Pulse { saves: 8, ..pulse };
        let withdrawals = [withdrawal("PAT-1", 2, 40), withdrawal("PAT-3", 2, 5), withdrawal("PAT-4", 2, 41)];
        let told = seen.compare(later, &before[1..], &withdrawals);
        assert_eq!(told, [Happened::Withdrawn(withdrawals[0].clone())]);
        assert!(seen.compare(later, &before[1..], &withdrawals).is_empty());
        let anew = [answer("PAT-1", Rater::Own, 3, 50), before[1].clone()];
        assert_eq!(seen.compare(later, &anew, &withdrawals[1..]), [Happened::Answered(anew[0].clone())]);
    }

    #[test]
    fn each_answer_that_is_new_is_told_once_and_in_its_order() {
        let before = [answer("PAT-1", Rater::Own, 1, 10), answer("PAT-2", Rater::Own, 4, 11)];
        let pulse = Pulse { state: AssessmentState::Draft, saves: 5 };
        let mut seen = Seen { pulse, revisions: revisions(&before, &[]) };
        let now = [
            answer("PAT-1", Rater::Own, 3, 40),
            answer("PAT-1", Rater::Assessor, 1, 30),
            before[1].clone(),
            // A clock that is behind hides nothing.
            answer("PAT-3", Rater::Own, 1, 5),
        ];
        let later = Pulse { state: AssessmentState::InReview, saves: 9 };
        let told = seen.compare(later, &now, &[]);
        let codes: Vec<_> = told
            .iter()
            .map(|one| match one {
                Happened::Answered(answer) => format!("{} {:?}", answer.criterion, answer.rater),
                Happened::Withdrawn(gone) => format!("{} withdrawn", gone.criterion),
                Happened::State(state) => format!("{state:?}"),
            })
            .collect();
        assert_eq!(codes, ["PAT-3 Own", "PAT-1 Assessor", "PAT-1 Own", "InReview"]);
        assert!(seen.compare(later, &now, &[]).is_empty());
    }
}
