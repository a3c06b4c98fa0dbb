//! Following an assessment while others answer it.
//!
//! A node asks the database what changed: once a second for each assessment that somebody follows on it, however many
//! they are, and only as long as somebody does. So it makes no difference at which node a colleague answers.
//! **Invariant.** Nobody is told anything after their session or their membership has ended: both are looked at before
//! anything is told, and every few seconds while there is nothing to tell.

mod feed;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use store::record::{Answer, AnswerRevision, AssessmentState};
use store::{AssessmentId, UnixMillis, UserId};
use tokio::sync::{broadcast, watch};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{Actor, Error, Permission, Service};

/// How many may follow on one node, and how many times one person: each open page of a questionnaire is one.
const MOST: usize = 1_000;
const MOST_OF_ONE: usize = 16;
/// How often it is looked whether a follower still may.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Answers so much older than what a follower has seen are told again: clocks of nodes differ, and an answer's instant
/// is a little before it is there to be read. Followers know by the revision what they have seen.
const OVERLAP_MS: i64 = 5_000;

/// What happened to an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// Somebody answered, or rated.
    Answered(Answer),
    /// Somebody took the organization's answer back.
    Withdrawn(AnswerRevision),
    /// It is in another state.
    State(AssessmentState),
}

impl Happened {
    /// When an answer was given or withdrawn.
    fn at(&self) -> Option<UnixMillis> {
        match self {
            Self::Answered(answer) => Some(answer.at),
            Self::Withdrawn(withdrawn) => Some(withdrawn.at),
            Self::State(_) => None,
        }
    }
}

/// Who follows what on this node.
pub(crate) struct Follows {
    feeds: Mutex<HashMap<AssessmentId, broadcast::Sender<Arc<Happened>>>>,
    /// How many times each person follows.
    people: Mutex<HashMap<UserId, usize>>,
    ending: watch::Sender<bool>,
}

impl Default for Follows {
    fn default() -> Self {
        Self { feeds: Mutex::default(), people: Mutex::default(), ending: watch::Sender::new(false) }
    }
}

impl Follows {
    fn feeds(&self) -> MutexGuard<'_, HashMap<AssessmentId, broadcast::Sender<Arc<Happened>>>> {
        self.feeds.lock().expect("no holder of the lock panics")
    }

    fn people(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.people.lock().expect("no holder of the lock panics")
    }

    fn is_ending(&self) -> bool {
        *self.ending.borrow()
    }
}

/// A place among the followers; free again when it is dropped.
struct Place {
    service: Service,
    user: UserId,
}

impl Place {
    fn take(service: &Service, user: UserId) -> Result<Self, Error> {
        let mut people = service.follows().people();
        let own = people.get(&user).copied().unwrap_or_default();
        if own >= MOST_OF_ONE || people.values().sum::<usize>() >= MOST {
            return Err(Error::Throttled { retry_after_seconds: 60 });
        }
        people.insert(user, own + 1);
        Ok(Self { service: service.clone(), user })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut people = self.service.follows().people();
        if let Some(count) = people.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                people.remove(&self.user);
            }
        }
    }
}

/// Somebody who follows an assessment.
pub struct Following {
    actor: Actor,
    /// The session that it goes on behind.
    session: String,
    assessment: AssessmentId,
    /// What happened before the follower came.
    missed: VecDeque<Arc<Happened>>,
    feed: broadcast::Receiver<Arc<Happened>>,
    ending: watch::Receiver<bool>,
    look: Interval,
    place: Place,
}

impl Service {
    /// Follows an assessment behind a web session; `session` is its key. What was answered or withdrawn from `since` on
    /// comes first, then the state that the assessment is in, whatever it was before: when a page was last told of it, nobody
    /// here knows. Too many at once are refused: [`Error::Throttled`].
    pub async fn follow_assessment(
        &self,
        actor: &Actor,
        session: &str,
        id: AssessmentId,
        since: UnixMillis,
    ) -> Result<Following, Error> {
        self.assessment_for(actor, id, Permission::Read).await?;
        let missing = || Error::NotFound("The assessment");
        let place = Place::take(self, actor.user())?;
        // In this order nothing falls between: what the feed no longer tells is there to be read.
        let feed = self.join_feed(id).await?;
        let answers = self.store().answers_of(id).await?.into_iter().map(Happened::Answered);
        let withdrawals = self.store().withdrawals_of(id).await?.into_iter().map(Happened::Withdrawn);
        let state = self.store().pulse(id).await?.ok_or_else(missing)?.state;
        let from = since.0.saturating_sub(OVERLAP_MS);
        let late = |one: &Happened| one.at().is_some_and(|at| at.0 >= from);
        let mut missed: Vec<Happened> = answers.chain(withdrawals).filter(late).collect();
        missed.sort_by_key(Happened::at);
        let mut look = interval(LOOK_AGAIN);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first one comes at once, and was looked at above.
        look.tick().await;
        Ok(Following {
            actor: actor.clone(),
            session: session.to_owned(),
            assessment: id,
            missed: missed.into_iter().chain([Happened::State(state)]).map(Arc::new).collect(),
            feed,
            ending: self.follows().ending.subscribe(),
            look,
            place,
        })
    }

    /// Ends every following, now and from now on: the process is to stop.
    pub fn end_following(&self) {
        self.follows().ending.send_replace(true);
    }
}

impl Following {
    /// Whoever follows.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What happened next; `None` at the end: the process stops, the session or the membership has ended, or too much
    /// happened to be told one by one.
    pub async fn next(&mut self) -> Option<Arc<Happened>> {
        loop {
            let missed = self.missed.pop_front();
            let happened = if missed.is_some() {
                missed
            } else {
                tokio::select! {
                    // An error means that the service is gone, and so is everything.
                    _ = self.ending.wait_for(|ending| *ending) => return None,
                    happened = self.feed.recv() => Some(happened.ok()?),
                    _ = self.look.tick() => None,
                }
            };
            if !self.may().await {
                return None;
            }
            if happened.is_some() {
                return happened;
            }
        }
    }

    /// Whether the session is open and its person belongs to the organization.
    async fn may(&self) -> bool {
        let service = &self.place.service;
        let visitor = service.visitor(&self.session).await;
        let here = visitor.is_ok_and(|found| found.is_some_and(|one| one.actor.user() == self.actor.user()));
        here && service.assessment_for(&self.actor, self.assessment, Permission::Read).await.is_ok()
    }
}
