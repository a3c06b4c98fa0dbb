//! How one assessment came to where it stands: claimed and proven day by day, and what was handed in.
//!
//! Proven is what the live timeline kept ([`crate::timeline`]). Claimed is not kept over time, and need not be: it follows from the
//! answers alone (`scoring.md` section 8), and every revision of every answer is there; it is computed again as of the end
//! of each day, by the scoring rule, from the answers of that instant.

use std::collections::BTreeMap;

use domain::CriterionCode;
use domain::RungCode;
use domain::live::Fraction;
use domain::scoring::{Answer as Ratings, Exact, Input, Rating, Scorer};
use store::UnixMillis;
use store::record::{AnswerStep, Claim, HandedIn, LiveChangeRecord, Rater, SnapshotKind};

use crate::assessment::Assessed;
use crate::service::Prepared;
use crate::{Error, Service};

/// The course of one assessment, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The start, the end of every day on which something changed, and this instant. Days are those of UTC.
    pub points: Vec<CoursePoint>,
    /// What was submitted and signed.
    pub handed_in: Vec<HandedIn>,
}

/// Where it stood from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoursePoint {
    pub at: UnixMillis,
    /// `None` while it was unrated.
    pub proven: Option<Exact>,
    pub claimed: Option<Exact>,
    pub rung: Option<RungCode>,
}

/// What happened at a line of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Started,
    /// Something of the day changed the figures.
    Changed,
    Submitted,
    /// By an assessor from outside.
    Signed,
    /// This instant.
    Now,
}

impl Turn {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Changed => "changed",
            Self::Submitted => "submitted",
            Self::Signed => "signed",
            Self::Now => "now",
        }
    }
}

impl From<SnapshotKind> for Turn {
    fn from(kind: SnapshotKind) -> Self {
        match kind {
            SnapshotKind::Submitted => Self::Submitted,
            SnapshotKind::Final => Self::Signed,
        }
    }
}

/// A line of a course's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseLine {
    pub at: UnixMillis,
    pub turn: Turn,
    /// `None` while it was unrated.
    pub proven: Option<Exact>,
    pub claimed: Option<Exact>,
    pub rung: Option<RungCode>,
}

impl Course {
    /// Whether there is anything between the start and this instant.
    pub fn has_moved(&self) -> bool {
        self.points.len() > 2 || !self.handed_in.is_empty()
    }

    /// Its points and what was handed in, latest first. What was handed in comes after what led to it.
    pub fn lines(&self) -> Vec<CourseLine> {
        let last = self.points.len().saturating_sub(1);
        let turn = |place: usize| match place {
            0 => Turn::Started,
            place if place == last => Turn::Now,
            _ => Turn::Changed,
        };
        let points = self.points.iter().enumerate().map(|(place, point)| CourseLine {
            at: point.at,
            turn: turn(place),
            proven: point.proven,
            claimed: point.claimed,
            rung: point.rung.clone(),
        });
        let handed_in = self.handed_in.iter().map(|handed_in| CourseLine {
            at: handed_in.snapshot.made_at,
            turn: handed_in.snapshot.kind.into(),
            proven: exact(handed_in.result.overall.as_ref()),
            claimed: exact(handed_in.result.claimed.as_ref()),
            rung: handed_in.snapshot.rung.clone(),
        });
        let mut lines: Vec<CourseLine> = points.chain(handed_in).collect();
        lines.sort_by_key(|line| (line.at, line.turn != Turn::Changed));
        lines.reverse();
        lines
    }
}

impl Service {
    /// [`Service::read_submissions`] has to have been there before.
    pub(crate) async fn course(&self, assessed: &Assessed) -> Result<Course, Error> {
        let assessment = &assessed.bundle.assessment;
        let Prepared { scorer, .. } = self.prepared(assessment.framework).await?;
        let changes = self.store().live_changes_by_day(assessment.id).await?;
        // People write them: a revision for each time that somebody answered.
        let answers = self.store().answers_over_time(assessment.id).await?;
        let handed_in = self.store().handed_in(assessment.id).await?;
        Ok(Course { points: points(assessed, &scorer, changes, answers), handed_in })
    }
}

/// Something that changed the figures.
enum Event {
    Live(LiveChangeRecord),
    Answer(AnswerStep),
}

impl Event {
    fn at(&self) -> UnixMillis {
        match self {
            Self::Live(change) => change.at,
            Self::Answer(step) => step.at,
        }
    }
}

fn exact(fraction: Option<&Fraction>) -> Option<Exact> {
    fraction.and_then(Fraction::exact)
}

/// `changes` are the first of all and the last of each day, latest first.
fn points(
    assessed: &Assessed,
    scorer: &Scorer,
    changes: Vec<LiveChangeRecord>,
    answers: Vec<AnswerStep>,
) -> Vec<CoursePoint> {
    let live = assessed.score.totals.as_ref();
    let now = CoursePoint {
        at: assessed.computed_at,
        proven: live.map(|totals| totals.overall),
        claimed: live.map(|totals| totals.claimed),
        rung: live.map(|totals| totals.rung.clone()),
    };
    let profiles = &assessed.bundle.organization.profiles;
    let mut input = Input { profiles: profiles.clone(), as_of: now.at.date(), ..Input::default() };
    let totals = |input: &Input| scorer.score(input).totals;
    // The timeline keeps no change for its first result, which was computed some time after the first answer. Before any
    // answer nothing counts, whatever evidence and checks say.
    let first = changes.last();
    let began = first.map_or((now.proven, now.rung.clone()), |first| {
        (exact(first.from_overall.as_ref()), first.from_rung.clone())
    });
    let start = totals(&input);
    let mut point = CoursePoint {
        at: assessed.bundle.assessment.created_at,
        proven: start.as_ref().map(|totals| totals.overall),
        claimed: start.as_ref().map(|totals| totals.claimed),
        rung: start.map(|totals| totals.rung),
    };
    let mut began = Some(began);
    let mut points = vec![point.clone()];
    let mut events: Vec<Event> = changes.into_iter().rev().map(Event::Live).collect();
    events.extend(answers.into_iter().map(Event::Answer));
    events.sort_by_key(Event::at);
    for day in events.chunk_by(|one, next| one.at().date() == next.at().date()) {
        for event in day {
            point.at = event.at();
            match event {
                Event::Live(change) => {
                    began = None;
                    point.proven = exact(change.to_overall.as_ref());
                    point.rung.clone_from(&change.to_rung);
                }
                Event::Answer(step) => {
                    answer(&mut input.answers, step);
                    if let Some((proven, rung)) = began.take() {
                        (point.proven, point.rung) = (proven, rung);
                    }
                }
            }
        }
        point.claimed = totals(&input).map(|totals| totals.claimed);
        points.push(point.clone());
    }
    points.push(now);
    points
}

fn answer(answers: &mut BTreeMap<CriterionCode, Ratings>, step: &AnswerStep) {
    let ratings = answers.entry(step.criterion.clone()).or_default();
    let rating = step.claim.as_ref().map(|claim| match claim {
        Claim::Level(level) => Rating::Level(*level),
        Claim::NotApplicable { .. } => Rating::NotApplicable,
    });
    match step.rater {
        Rater::Own => ratings.own = rating,
        Rater::Assessor => ratings.assessor = rating,
    }
}
