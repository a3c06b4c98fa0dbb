//! What was submitted, and whether the live rung has stayed below it (`scoring.md` section 12).

use domain::live::{RungFrom, at_risk};
use domain::{Framework, RungCode};
use store::record::Snapshot;
use store::{AssessmentId, UnixMillis};

use crate::assessment::Assessed;
use crate::{Actor, Error, Service};

/// The submission that an assessment stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The latest snapshot: as submitted, or as signed.
    pub snapshot: Snapshot,
    /// The live rung stayed below the submitted one for 14 days, and has not been back for one day since.
    pub at_risk: bool,
    /// Since when the live rung is below it without interruption.
    pub below_since: Option<UnixMillis>,
}

impl Service {
    /// The submission of an assessment that was read already; `None` while it is with the organization.
    pub async fn submission_of(
        &self,
        actor: &Actor,
        assessed: &Assessed,
    ) -> Result<Option<Submission>, Error> {
        let assessment = &assessed.bundle.assessment;
        if assessment.state.is_open() {
            return Ok(None);
        }
        self.role(actor, assessment.org, "The assessment").await?;
        self.stands_at(assessment.id, &assessed.framework, assessed.computed_at).await
    }

    async fn stands_at(
        &self,
        id: AssessmentId,
        framework: &Framework,
        now: UnixMillis,
    ) -> Result<Option<Submission>, Error> {
        let Some(snapshot) = self.store().latest_snapshot(id).await? else { return Ok(None) };
        let changes = self.store().rungs_since(id, snapshot.made_at).await?;
        Ok(Some(submission(framework, snapshot, &changes, now)))
    }
}

/// How a submission stands, by the changes of the live rung since it was made.
fn submission(
    framework: &Framework,
    snapshot: Snapshot,
    changes: &[(UnixMillis, Option<RungCode>)],
    now: UnixMillis,
) -> Submission {
    let submitted = place(framework, snapshot.rung.as_ref());
    let mut timeline = vec![RungFrom { at: snapshot.made_at.0, place: submitted }];
    let entries =
        changes.iter().map(|(at, rung)| RungFrom { at: at.0, place: place(framework, rung.as_ref()) });
    timeline.extend(entries);
    let below = timeline.iter().rev().take_while(|entry| entry.place < submitted).last();
    Submission {
        at_risk: at_risk(submitted, &timeline, now.0),
        below_since: below.map(|entry| UnixMillis(entry.at)),
        snapshot,
    }
}

/// A rung's place in the ladder: 0 for the floor, and where the assessment was unrated.
fn place(framework: &Framework, rung: Option<&RungCode>) -> usize {
    let known = rung.and_then(|rung| framework.sublevels.iter().position(|sublevel| sublevel.code == *rung));
    known.map_or(0, |position| position + 1)
}

#[cfg(test)]
mod tests {
    use store::record::SnapshotKind;
    use store::{OrgId, SnapshotId, UserId};

    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    fn stands(submitted: Option<&str>, changes: &[(i64, Option<&str>)], now: i64) -> (bool, Option<i64>) {
        let frameworks = domain::builtin::frameworks();
        let framework = frameworks.iter().find(|framework| framework.code.as_str() == "B7").unwrap();
        let snapshot = Snapshot {
            id: SnapshotId::new(),
            org: OrgId::new(),
            assessment: AssessmentId::new(),
            number: 1,
            kind: SnapshotKind::Submitted,
            rung: submitted.map(Into::into),
            sha256: String::new(),
            previous: None,
            made_by: UserId::new(),
            made_by_name: String::new(),
            made_at: UnixMillis(0),
        };
        let changes: Vec<_> =
            changes.iter().map(|(day, rung)| (UnixMillis(day * DAY), rung.map(RungCode::from))).collect();
        let found = submission(framework, snapshot, &changes, UnixMillis(now * DAY));
        (found.at_risk, found.below_since.map(|at| at.0 / DAY))
    }

    #[test]
    fn a_submission_is_at_risk_once_its_rung_was_lost_for_fourteen_days() {
        let fallen = [(3, Some("8.1")), (5, Some("8.0")), (6, Some("Pre-8"))];
        assert_eq!(stands(Some("8.1"), &[], 99), (false, None));
        assert_eq!(stands(Some("8.1"), &fallen, 18), (false, Some(5)), "a further fall is no new stretch");
        assert_eq!(stands(Some("8.1"), &fallen, 19), (true, Some(5)));
        let back = [(5, Some("8.0")), (30, Some("8.2"))];
        assert_eq!(stands(Some("8.1"), &back, 30), (true, None), "it has to stay for a day");
        assert_eq!(stands(Some("8.1"), &back, 31), (false, None));
        assert_eq!(stands(Some("8.1"), &[(1, None)], 15), (true, Some(1)), "unrated is below every rung");
        assert_eq!(stands(None, &[(1, None)], 99), (false, None));
    }
}
