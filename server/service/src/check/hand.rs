//! The checks that a worker holds, and which of them runs next.
//!
//! A check waits for its own instant; from then on it stands in line. Lines are by organization and, within one, by
//! host, and take turns: neither an organization with thousands of checks nor a host that answers slowly keeps the
//! others waiting. Nothing here reads a clock or does I/O.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use store::record::Claimed;
use store::{OrgId, UnixMillis};

/// How much a worker does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WorkLimits {
    /// Probes under way.
    pub(super) at_once: usize,
    /// Probes under way at one host.
    pub(super) per_host: usize,
    /// Checks held: under way, in line, or waiting for their instant.
    pub(super) in_hand: usize,
}

impl Default for WorkLimits {
    fn default() -> Self {
        Self { at_once: 256, per_host: 8, in_hand: 2048 }
    }
}

/// Where a check belongs. Checks without a host have a line together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    org: OrgId,
    host: Option<String>,
}

impl Place {
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

/// Those whose instant has come at one host.
struct HostLine {
    host: Option<String>,
    line: VecDeque<Claimed>,
}

struct OrgLine {
    org: OrgId,
    hosts: VecDeque<HostLine>,
}

pub(super) struct Hand {
    limits: WorkLimits,
    waiting: BinaryHeap<Reverse<Waiting>>,
    lines: VecDeque<OrgLine>,
    running: usize,
    running_at: HashMap<String, usize>,
    held_by_org: HashMap<OrgId, usize>,
    held_by_host: HashMap<String, usize>,
    held: usize,
    taken: u64,
}

impl Hand {
    pub(super) fn new(limits: WorkLimits) -> Self {
        Self {
            limits,
            waiting: BinaryHeap::new(),
            lines: VecDeque::new(),
            running: 0,
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
        self.running
    }

    /// Held, but not under way.
    pub(super) fn waiting(&self) -> usize {
        self.held - self.running
    }

    /// Organizations that hold their share: one part of as many as there are, and one more for a newcomer.
    pub(super) fn orgs_apart(&self) -> Vec<OrgId> {
        let share = self.limits.in_hand / (self.held_by_org.len() + 1);
        self.held_by_org.iter().filter(|(_, held)| **held >= share).map(|(org, _)| *org).collect()
    }

    /// Hosts at which enough stand in line.
    pub(super) fn hosts_apart(&self) -> Vec<String> {
        let share = self.limits.in_hand / (self.held_by_host.len() + 1);
        self.held_by_host.iter().filter(|(_, held)| **held >= share).map(|(host, _)| host.clone()).collect()
    }

    pub(super) fn take(&mut self, claimed: Claimed, host: Option<String>) {
        let place = Place { org: claimed.check.org, host };
        *self.held_by_org.entry(place.org).or_default() += 1;
        if let Some(host) = &place.host {
            *self.held_by_host.entry(host.clone()).or_default() += 1;
        }
        self.held += 1;
        self.taken += 1;
        let due = claimed.check.next_due_at;
        self.waiting.push(Reverse(Waiting { due, number: self.taken, claimed, place }));
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
        if self.running >= self.limits.at_once {
            return None;
        }
        for _ in 0..self.lines.len() {
            let mut turn = self.lines.pop_front()?;
            let found = self.next_at_a_free_host(&mut turn.hosts);
            let org = turn.org;
            if !turn.hosts.is_empty() {
                self.lines.push_back(turn);
            }
            if let Some((claimed, host)) = found {
                self.running += 1;
                if let Some(host) = &host {
                    *self.running_at.entry(host.clone()).or_default() += 1;
                }
                return Some((claimed, Place { org, host }));
            }
        }
        None
    }

    fn next_at_a_free_host(&self, hosts: &mut VecDeque<HostLine>) -> Option<(Claimed, Option<String>)> {
        for _ in 0..hosts.len() {
            let mut turn = hosts.pop_front()?;
            let busy = turn.host.as_ref().and_then(|host| self.running_at.get(host)).copied().unwrap_or(0);
            let found = if busy < self.limits.per_host { turn.line.pop_front() } else { None };
            let host = found.is_some().then(|| turn.host.clone()).flatten();
            if !turn.line.is_empty() {
                hosts.push_back(turn);
            }
            if let Some(claimed) = found {
                return Some((claimed, host));
            }
        }
        None
    }

    /// A run has ended: its place is free.
    pub(super) fn end(&mut self, place: &Place) {
        self.running = self.running.saturating_sub(1);
        self.held = self.held.saturating_sub(1);
        lower(&mut self.held_by_org, &place.org);
        if let Some(host) = &place.host {
            lower(&mut self.running_at, host);
            lower(&mut self.held_by_host, host);
        }
    }

    fn line_up(&mut self, due: Waiting) {
        let Waiting { claimed, place: Place { org, host }, .. } = due;
        let position = self.lines.iter().position(|line| line.org == org).unwrap_or_else(|| {
            self.lines.push_back(OrgLine { org, hosts: VecDeque::new() });
            self.lines.len() - 1
        });
        let org_line = &mut self.lines[position];
        match org_line.hosts.iter_mut().find(|line| line.host == host) {
            Some(line) => line.line.push_back(claimed),
            None => org_line.hosts.push_back(HostLine { host, line: VecDeque::from([claimed]) }),
        }
    }
}

fn lower<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
