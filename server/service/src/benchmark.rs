//! Peers: how an organization's submitted result stands among those of its like (`scoring.md` section 13).
//!
//! **Who.** An organization takes part by its owner's decision, and only then: it contributes its latest submitted or signed
//! result by each framework version, and reads what is published of its own groups. One that does not take part does
//! neither, and one that has submitted nothing by a version reads nothing of it. Demonstrations never take part.
//!
//! **What.** Groups are organizations of one profile and size, and of one profile of any size, as they were when they
//! submitted; an organization with several profiles is in a group of each. Of a group is published what
//! [`domain::benchmark`] says, in editions: an edition holds what the rule there admits, and stays until the next one is
//! admitted. Names are never part of it.
//!
//! **When nothing is shown.** The rule about differences is in [`domain::benchmark`]: at least five organizations in
//! whatever can be worked out from everything that was ever published, not counting those that the reader belongs to. On top
//! of it an edition is withdrawn from everybody as soon as one of its organizations no longer takes part. It remains part of what
//! was published, so that the next edition is not the difference. Why nothing is shown is not said in more words than these: a
//! reason would be about somebody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::benchmark::{History, Measure, PeerResult, Summary};
use domain::scoring::Exact;
use domain::{DomainCode, Framework, FrameworkCode, ProfileCode};
use serde_json::json;
use store::record::{
    BenchmarkMember, Contribution, FrameworkEntry, Organization, PeerEdition, PeerGroup, PeerState, Role,
    SizeBand, SnapshotResult,
};
use store::{EditionId, FrameworkId, OrgId, SnapshotId, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// An organization among its like.
pub struct Benchmark {
    pub organization: Organization,
    pub role: Role,
    /// The owner's decision; `None` while the organization does not take part.
    pub member: Option<BenchmarkMember>,
    /// What it is held against.
    pub framework: Arc<Framework>,
    /// Every version that the organization has submitted by.
    pub versions: Vec<FrameworkEntry>,
    /// Its latest submitted result; `None` while it has none by this version.
    pub own: Option<OwnResult>,
    /// Its groups, the narrow ones first. Empty while it does not take part or has submitted nothing.
    pub groups: Vec<GroupView>,
}

/// The organization's own submitted result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnResult {
    pub submitted_at: UnixMillis,
    pub values: BTreeMap<Measure, Exact>,
}

/// A group that the organization is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupView {
    pub group: PeerGroup,
    /// `None` where nothing may be shown.
    pub shown: Option<Shown>,
}

/// What is shown of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// When the edition was made.
    pub made_at: UnixMillis,
    /// Organizations in it, those that the reader belongs to included.
    pub organizations: usize,
    /// Overall, and those domains that may be shown.
    pub figures: BTreeMap<Measure, Summary>,
}

impl Service {
    /// The organization among its like, by the framework version given or the one that it submitted by last.
    pub async fn benchmark(
        &self,
        actor: &Actor,
        org: OrgId,
        framework: Option<(&FrameworkCode, &str)>,
    ) -> Result<Benchmark, Error> {
        let role = self.authorize(actor, org, Permission::Read, "The organization").await?;
        let organization =
            self.store().organization(org).await?.ok_or(Error::NotFound("The organization"))?;
        let member = self.store().benchmark_member(org).await?;
        self.read_submissions().await?;
        let all = self.frameworks().await?;
        let submitted = self.store().submitted_by(org).await?;
        let mut versions: Vec<FrameworkEntry> = Vec::new();
        for id in submitted {
            let entry = all.iter().find(|entry| entry.id == id);
            if let Some(entry) = entry.filter(|entry| versions.iter().all(|known| known.id != entry.id)) {
                versions.push(entry.clone());
            }
        }
        let entry = match framework {
            Some((code, version)) => all.iter().find(|entry| entry.code == *code && entry.version == version),
            None => versions.first().or_else(|| all.iter().find(|entry| entry.code.as_str() == "B7")),
        };
        let entry = entry.ok_or(Error::NotFound("The framework"))?;
        let latest = self.store().latest_result(org, entry.id).await?;
        let framework = self.framework(&entry.code, Some(&entry.version)).await?;
        let groups = match &latest {
            Some(latest) if member.is_some() && latest.result.overall.is_some() && !organization.demo => {
                self.groups_for(actor, entry.id, &latest.result).await?
            }
            _ => Vec::new(),
        };
        let own =
            latest.map(|latest| OwnResult { submitted_at: latest.made_at, values: values(&latest.result) });
        Ok(Benchmark { organization, role, member, framework, versions, own, groups })
    }

    /// From now on the organization contributes its submitted results and reads those of its groups.
    pub async fn join_benchmark(&self, actor: &Actor, org: OrgId) -> Result<(), Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let organization =
            self.store().organization(org).await?.ok_or(Error::NotFound("The organization"))?;
        if organization.demo {
            let words = "This is a demonstration: its made-up figures are nobody's peers.";
            return Err(Error::Conflict(words.to_owned()));
        }
        let entry = org_audit(actor, org, "benchmark.joined", org, json!({}));
        self.store().join_benchmark(org, actor.user(), UnixMillis::now(), entry).await?;
        Ok(())
    }

    /// From now on the organization neither contributes nor reads.
    pub async fn leave_benchmark(&self, actor: &Actor, org: OrgId) -> Result<(), Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let entry = org_audit(actor, org, "benchmark.left", org, json!({}));
        self.store().leave_benchmark(org, entry).await?;
        Ok(())
    }

    /// What somebody may see of the groups that this result is in. New editions are published first, where the rule
    /// admits any.
    async fn groups_for(
        &self,
        actor: &Actor,
        framework: FrameworkId,
        result: &SnapshotResult,
    ) -> Result<Vec<GroupView>, Error> {
        let mut state = self.store().peer_state(framework).await?;
        if !due(framework, &state).is_empty() {
            self.store().publish_editions(framework, |state| due(framework, state)).await?;
            state = self.store().peer_state(framework).await?;
        }
        let mut own = BTreeSet::new();
        // No more than one person belongs to, which an owner of each has seen to; the portfolio shows them all at once.
        let organizations = self.store().organizations_of(actor.user(), None, u32::MAX).await?;
        let belongs: BTreeSet<OrgId> = organizations.into_iter().map(|(org, _)| org.id).collect();
        for one in state.published.iter().filter(|one| belongs.contains(&one.org)) {
            own.insert(one.result.snapshot);
        }
        let past = Past::of(&state);
        let groups = groups(&result.profiles, result.size_band);
        Ok(groups.into_iter().map(|group| view(&state, &past, group, &own)).collect())
    }
}

/// The groups that an organization is in, the narrow ones first.
fn groups(profiles: &[ProfileCode], size_band: SizeBand) -> Vec<PeerGroup> {
    let of = |size_band: Option<SizeBand>| {
        profiles.iter().map(move |profile| PeerGroup { profile: profile.clone(), size_band })
    };
    of(Some(size_band)).chain(of(None)).collect()
}

fn is_in(group: &PeerGroup, result: &SnapshotResult) -> bool {
    result.profiles.contains(&group.profile) && group.size_band.is_none_or(|band| band == result.size_band)
}

/// What is scored in a result.
fn values(result: &SnapshotResult) -> BTreeMap<Measure, Exact> {
    let overall = result.overall.as_ref().and_then(domain::live::Fraction::exact);
    let domains = result
        .domains
        .iter()
        .filter_map(|(code, score)| Some((Measure::Domain(code.clone()), score.exact()?)));
    overall.map(|overall| (Measure::Overall, overall)).into_iter().chain(domains).collect()
}

fn peer(contribution: &Contribution) -> PeerResult<SnapshotId> {
    PeerResult { id: contribution.result.snapshot, values: values(&contribution.result) }
}

/// The figures of an edition.
fn measures(edition: &PeerEdition) -> impl Iterator<Item = Measure> {
    std::iter::once(Measure::Overall).chain(edition.domains.iter().cloned().map(Measure::Domain))
}

/// Everything that was ever published.
struct Past {
    results: BTreeMap<SnapshotId, PeerResult<SnapshotId>>,
    history: History<SnapshotId>,
}

impl Past {
    fn of(state: &PeerState) -> Self {
        let results = state.published.iter().map(|one| (one.result.snapshot, peer(one))).collect();
        let mut past = Self { results, history: History::default() };
        for edition in &state.editions {
            for measure in measures(edition) {
                let results = past.scored(edition, &measure);
                past.history.note(measure, results);
            }
        }
        past
    }

    /// Those results of an edition that are scored in this figure.
    fn scored(&self, edition: &PeerEdition, measure: &Measure) -> BTreeSet<SnapshotId> {
        let scored =
            |id: &&SnapshotId| self.results.get(*id).is_some_and(|one| one.values.contains_key(measure));
        edition.results.iter().filter(scored).copied().collect()
    }
}

/// The latest edition of a group.
fn latest<'a>(state: &'a PeerState, group: &PeerGroup) -> Option<&'a PeerEdition> {
    state.editions.iter().rev().find(|edition| edition.group == *group)
}

/// The editions that are to be published now: of every group whose results are others than in its latest edition, if
/// the rule admits it.
fn due(framework: FrameworkId, state: &PeerState) -> Vec<PeerEdition> {
    let mut history = Past::of(state).history;
    let made_at = UnixMillis::now();
    let mut all: Vec<PeerGroup> = Vec::new();
    for one in &state.latest {
        for group in groups(&one.result.profiles, one.result.size_band) {
            if !all.contains(&group) {
                all.push(group);
            }
        }
    }
    // The narrow ones first, and always in the same order.
    all.sort_by_key(|group| {
        (group.size_band.is_none(), group.profile.clone(), group.size_band.map(size_rank))
    });
    let mut editions = Vec::new();
    for group in all {
        let members: Vec<_> =
            state.latest.iter().filter(|one| is_in(&group, &one.result)).map(peer).collect();
        let ids: BTreeSet<SnapshotId> = members.iter().map(|member| member.id).collect();
        if latest(state, &group).is_some_and(|edition| edition.results == ids) {
            continue;
        }
        let Some(edition) = history.publish(&members) else { continue };
        let domain = |measure: Measure| match measure {
            Measure::Overall => None,
            Measure::Domain(code) => Some(code),
        };
        let domains: BTreeSet<DomainCode> = edition.figures.into_keys().filter_map(domain).collect();
        let results = edition.results;
        editions.push(PeerEdition { id: EditionId::new(), framework, group, made_at, domains, results });
    }
    editions
}

const fn size_rank(size_band: SizeBand) -> u8 {
    match size_band {
        SizeBand::UpTo6 => 0,
        SizeBand::UpTo20 => 1,
        SizeBand::UpTo150 => 2,
        SizeBand::Above150 => 3,
    }
}

/// What may be shown of a group to somebody whose organizations' results are `own`.
fn view(state: &PeerState, past: &Past, group: PeerGroup, own: &BTreeSet<SnapshotId>) -> GroupView {
    let shown = latest(state, &group).and_then(|edition| {
        let by: BTreeMap<SnapshotId, OrgId> =
            state.published.iter().map(|one| (one.result.snapshot, one.org)).collect();
        let takes_part = |id: &SnapshotId| by.get(id).is_some_and(|org| state.members.contains(org));
        if !edition.results.iter().all(takes_part) {
            return None;
        }
        let mut figures = BTreeMap::new();
        for measure in measures(edition) {
            let results = past.scored(edition, &measure);
            if !past.history.shows(&measure, &results, own) {
                continue;
            }
            let values = results.iter().filter_map(|id| past.results.get(id)?.values.get(&measure).copied());
            if let Some(summary) = Summary::of(values.collect()) {
                figures.insert(measure, summary);
            }
        }
        let organizations = figures.get(&Measure::Overall)?.count;
        Some(Shown { made_at: edition.made_at, organizations, figures })
    });
    GroupView { group, shown }
}
