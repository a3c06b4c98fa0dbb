//! The checks that a worker holds, and which of them runs next.
//!
//! A check waits for its own instant; from then on it stands in line. Lines are by organization and, within one, by
//! host, and take turns: neither an organization with thousands of checks nor a host that answers slowly keeps the
//! others waiting. Nor can either take all places: an organization has a share of them, and of those a part at any one
//! host. Probes that may take hours have places of their own. Nothing here reads a clock or does I/O.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::hash::Hash;

use store::record::Claimed;
use store::{OrgId, UnixMillis};

/// How much a worker does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WorkLimits {
    /// Probes under way, but for long ones.
    pub(super) at_once: usize,
    /// Those of one organization.
    pub(super) per_org: usize,
    /// Those of one organization at one host.
    pub(super) per_host: usize,
    /// Long probes under way.
    pub(super) long_at_once: usize,
    /// Those of one organization.
    pub(super) long_per_org: usize,
    /// Checks held: under way, in line, or waiting for their instant.
    pub(super) in_hand: usize,
}

impl Default for WorkLimits {
    fn default() -> Self {
        Self { at_once: 256, per_org: 64, per_host: 8, long_at_once: 16, long_per_org: 2, in_hand: 2048 }
    }
}

/// How long a probe may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Length {
    /// Minutes at most.
    Short,
    /// Hours.
    Long,
}

/// Where a check belongs. Checks without a host have a line together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    org: OrgId,
    host: Option<String>,
    length: Length,
}

impl Place {
    pub(super) fn new(org: OrgId, host: Option<String>, length: Length) -> Self {
        Self { org, host, length }
    }

    pub(super) fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

struct Waiting {
    due: UnixMillis,
    /// Equal instants keep the order in which they came.
    number: u64,
    claimed: Claimed,
    place: Place,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

/// Those whose instant has come at one place.
struct PlaceLine {
    place: Place,
    line: VecDeque<Claimed>,
}

struct OrgLine {
    org: OrgId,
    places: VecDeque<PlaceLine>,
}

pub(super) struct Hand {
    limits: WorkLimits,
    waiting: BinaryHeap<Reverse<Waiting>>,
    lines: VecDeque<OrgLine>,
    running: HashMap<Length, usize>,
    running_of: HashMap<(OrgId, Length), usize>,
    running_at: HashMap<Place, usize>,
    held_by_org: HashMap<OrgId, usize>,
    held_by_host: HashMap<(OrgId, String), usize>,
    held: usize,
    taken: u64,
}

impl Hand {
    pub(super) fn new(limits: WorkLimits) -> Self {
        Self {
            limits,
            waiting: BinaryHeap::new(),
            lines: VecDeque::new(),
            running: HashMap::new(),
            running_of: HashMap::new(),
            running_at: HashMap::new(),
            held_by_org: HashMap::new(),
            held_by_host: HashMap::new(),
            held: 0,
            taken: 0,
        }
    }

    /// How many more checks it takes.
    pub(super) fn room(&self) -> usize {
        self.limits.in_hand.saturating_sub(self.held)
    }

    pub(super) fn running(&self) -> usize {
        self.running.values().sum()
    }

    /// Held, but not under way.
    pub(super) fn waiting(&self) -> usize {
        self.held - self.running()
    }

    /// Organizations that hold their share: one part of as many as there are, and one more for a newcomer.
    pub(super) fn orgs_apart(&self) -> Vec<OrgId> {
        let share = self.limits.in_hand / (self.held_by_org.len() + 1);
        self.held_by_org.iter().filter(|(_, held)| **held >= share).map(|(org, _)| *org).collect()
    }

    /// Organizations with hosts at which they hold enough.
    pub(super) fn hosts_apart(&self) -> Vec<(OrgId, String)> {
        let share = self.limits.in_hand / (self.held_by_host.len() + 1);
        self.held_by_host.iter().filter(|(_, held)| **held >= share).map(|(host, _)| host.clone()).collect()
    }

    pub(super) fn take(&mut self, claimed: Claimed, place: Place) {
        *self.held_by_org.entry(place.org).or_default() += 1;
        if let Some(host) = &place.host {
            *self.held_by_host.entry((place.org, host.clone())).or_default() += 1;
        }
        self.held += 1;
        self.taken += 1;
        let due = claimed.check.next_due_at;
        self.waiting.push(Reverse(Waiting { due, number: self.taken, claimed, place }));
    }

    /// Lets go of those that wait for an instant after `latest`, in no order.
    pub(super) fn leave(&mut self, latest: UnixMillis) -> Vec<Claimed> {
        let (far, near) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition::<Vec<_>, _>(|Reverse(waiting)| waiting.due > latest);
        self.waiting = near.into();
        let left = far.into_iter().map(|Reverse(waiting)| {
            self.let_go(&waiting.place);
            waiting.claimed
        });
        left.collect()
    }

    /// When the next check that waits for its instant is due.
    pub(super) fn next_due(&self) -> Option<UnixMillis> {
        self.waiting.peek().map(|Reverse(first)| first.due)
    }

    /// The next check to run now, if there is a place for it; [`Hand::end`] gives the place back.
    pub(super) fn start(&mut self, now: UnixMillis) -> Option<(Claimed, Place)> {
        while self.waiting.peek().is_some_and(|Reverse(first)| first.due <= now) {
            if let Some(Reverse(due)) = self.waiting.pop() {
                self.line_up(due);
            }
        }
        if !self.is_room_for(Length::Short) && !self.is_room_for(Length::Long) {
            return None;
        }
        for _ in 0..self.lines.len() {
            let mut turn = self.lines.pop_front()?;
            let found = self.next_with_a_place(&mut turn.places);
            if !turn.places.is_empty() {
                self.lines.push_back(turn);
            }
            if let Some((claimed, place)) = found {
                *self.running.entry(place.length).or_default() += 1;
                *self.running_of.entry((place.org, place.length)).or_default() += 1;
                *self.running_at.entry(place.clone()).or_default() += 1;
                return Some((claimed, place));
            }
        }
        None
    }

    fn next_with_a_place(&self, places: &mut VecDeque<PlaceLine>) -> Option<(Claimed, Place)> {
        for _ in 0..places.len() {
            let mut turn = places.pop_front()?;
            let found = if self.has_room(&turn.place) { turn.line.pop_front() } else { None };
            let found = found.map(|claimed| (claimed, turn.place.clone()));
            if !turn.line.is_empty() {
                places.push_back(turn);
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn is_room_for(&self, length: Length) -> bool {
        let most = match length {
            Length::Short => self.limits.at_once,
            Length::Long => self.limits.long_at_once,
        };
        counted(&self.running, &length) < most
    }

    fn has_room(&self, place: &Place) -> bool {
        let of_org = counted(&self.running_of, &(place.org, place.length));
        let room_of_org = match place.length {
            Length::Short => {
                // Without a host there is none to spare.
                let crowded =
                    place.host.is_some() && counted(&self.running_at, place) >= self.limits.per_host;
                of_org < self.limits.per_org && !crowded
            }
            Length::Long => of_org < self.limits.long_per_org,
        };
        room_of_org && self.is_room_for(place.length)
    }

    /// A run has ended: its place is free.
    pub(super) fn end(&mut self, place: &Place) {
        lower(&mut self.running, &place.length);
        lower(&mut self.running_of, &(place.org, place.length));
        lower(&mut self.running_at, place);
        self.let_go(place);
    }

    fn let_go(&mut self, place: &Place) {
        self.held = self.held.saturating_sub(1);
        lower(&mut self.held_by_org, &place.org);
        if let Some(host) = &place.host {
            lower(&mut self.held_by_host, &(place.org, host.clone()));
        }
    }

    fn line_up(&mut self, due: Waiting) {
        let Waiting { claimed, place, .. } = due;
        let position = self.lines.iter().position(|line| line.org == place.org).unwrap_or_else(|| {
            self.lines.push_back(OrgLine { org: place.org, places: VecDeque::new() });
            self.lines.len() - 1
        });
        let places = &mut self.lines[position].places;
        match places.iter_mut().find(|line| line.place == place) {
            Some(line) => line.line.push_back(claimed),
            None => places.push_back(PlaceLine { place, line: VecDeque::from([claimed]) }),
        }
    }
}

fn counted<K: Hash + Eq>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn lower<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
