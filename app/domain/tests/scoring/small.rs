//! A small framework, and a builder of inputs for it.

use std::sync::LazyLock;

use domain::builtin;
use domain::check::{ProbeRecord, Status};
use domain::framework::Framework;
use domain::level::Level;
use domain::scoring::{
    Answer, CriterionScore, EvidenceDuration, EvidenceItem, EvidenceState, Exact, Finding, FindingKind,
    Input, ProbeInput, Rating, Score, score,
};

const SOURCE: &str = include_str!("small.toml");

static SMALL: LazyLock<Framework> =
    LazyLock::new(|| Framework::read(SOURCE, builtin::check_kinds(), builtin::citations()).unwrap());

pub(super) fn small() -> &'static Framework {
    &SMALL
}

pub(super) fn level(level: u8) -> Level {
    Level::ALL[usize::from(level)]
}

pub(super) fn exact(numerator: i128, denominator: i128) -> Exact {
    Exact::new(numerator, denominator)
}

/// A valid standard item, submitted and not reviewed.
pub(super) fn item(criterion: &str, dated: &str) -> EvidenceItem {
    EvidenceItem {
        criterion: criterion.into(),
        duration: EvidenceDuration::Standard,
        dated: dated.parse().unwrap(),
        expires: None,
        author: "author".to_owned(),
        state: EvidenceState::Submitted,
        reviewer: None,
    }
}

pub(super) fn criterion<'s>(score: &'s Score, code: &str) -> &'s CriterionScore {
    score.criteria.iter().find(|score| score.code.as_str() == code).unwrap()
}

pub(super) fn finding<'s>(score: &'s Score, kind: FindingKind, subject: &str) -> Option<&'s Finding> {
    score.findings.iter().find(|finding| finding.kind == kind && finding.subject.as_str() == subject)
}

/// An input for a hospital on 2026-11-20.
pub(super) struct Builder(Input);

impl Builder {
    pub(super) fn new() -> Self {
        let (profiles, as_of) = (vec!["H".into()], "2026-11-20".parse().unwrap());
        Self(Input { profiles, as_of, ..Input::default() })
    }

    pub(super) fn profiles(mut self, profiles: &[&str]) -> Self {
        self.0.profiles = profiles.iter().map(|code| (*code).into()).collect();
        self
    }

    /// Another level to aim at for one criterion.
    pub(super) fn aims(mut self, code: &str, level: u8) -> Self {
        self.0.own_targets.insert(code.into(), self::level(level));
        self
    }

    pub(super) fn signed(mut self) -> Self {
        self.0.independent_signoff = true;
        self
    }

    fn entry(&mut self, code: &str) -> &mut Answer {
        self.0.answers.entry(code.into()).or_default()
    }

    pub(super) fn answer(mut self, code: &str, own: Option<Rating>, assessor: Option<Rating>) -> Self {
        *self.entry(code) = Answer { own, assessor };
        self
    }

    pub(super) fn own(mut self, code: &str, level: u8) -> Self {
        self.entry(code).own = Some(Rating::Level(self::level(level)));
        self
    }

    pub(super) fn own_na(mut self, code: &str) -> Self {
        self.entry(code).own = Some(Rating::NotApplicable);
        self
    }

    pub(super) fn assessor(mut self, code: &str, level: u8) -> Self {
        self.entry(code).assessor = Some(Rating::Level(self::level(level)));
        self
    }

    pub(super) fn not_applicable(mut self, code: &str) -> Self {
        self.entry(code).assessor = Some(Rating::NotApplicable);
        self
    }

    pub(super) fn unanswered(mut self, code: &str) -> Self {
        self.0.answers.remove(code);
        self
    }

    pub(super) fn evidence(mut self, item: EvidenceItem) -> Self {
        self.0.evidence.push(item);
        self
    }

    pub(super) fn reviewed(self, code: &str, dated: &str) -> Self {
        let (state, reviewer) = (EvidenceState::Accepted, Some("reviewer".to_owned()));
        self.evidence(EvidenceItem { state, reviewer, ..item(code, dated) })
    }

    pub(super) fn without_evidence(mut self, code: &str) -> Self {
        self.0.evidence.retain(|item| item.criterion.as_str() != code);
        self
    }

    /// Every criterion at a level, without evidence.
    pub(super) fn everything_attested(self, level: u8) -> Self {
        small().criteria().fold(self, |builder, criterion| builder.own(criterion.code.as_str(), level))
    }

    /// Every criterion at a level, reviewed and verified where a check is bound.
    pub(super) fn everything(self, level: u8) -> Self {
        let answered = self.everything_attested(level);
        let reviewed = small()
            .criteria()
            .fold(answered, |builder, criterion| builder.reviewed(criterion.code.as_str(), "2026-11-15"));
        let bindings = small().criteria().flat_map(|criterion| &criterion.bindings);
        bindings.fold(reviewed, |builder, binding| builder.check(binding.id.as_str(), Status::Pass))
    }

    /// A fresh, confirmed result of one more probe.
    pub(super) fn check(self, binding: &str, status: Status) -> Self {
        self.probe(binding, status, 2, 60)
    }

    pub(super) fn probe(mut self, binding: &str, status: Status, fails: u32, age: u64) -> Self {
        let record = ProbeRecord { status, consecutive_fails: fails, age_seconds: Some(age) };
        self.0.probes.push(ProbeInput { binding: binding.into(), record, overridden: false });
        self
    }

    /// A confirmed FAIL under an attestation.
    pub(super) fn overridden(self, binding: &str) -> Self {
        let mut failed = self.check(binding, Status::Fail);
        failed.0.probes.last_mut().unwrap().overridden = true;
        failed
    }

    pub(super) fn score(self) -> Score {
        score(small(), builtin::check_kinds(), &self.0).unwrap()
    }
}

/// A-1 documented, with one of its two verifying checks passing.
pub(super) fn verified() -> Builder {
    Builder::new().evidence(item("A-1", "2026-06-01")).check("A-1.2", Status::Pass)
}
