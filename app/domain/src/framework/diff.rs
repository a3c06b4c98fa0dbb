//! What changed between two versions of a framework, or between a version and a draft: part by part, before and after.

use super::draft::{self, Draft};

mod facts;

use facts::{Entry, Facts, VERSION, entries, order};

/// What something is that was added, removed or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// What belongs to the framework as a whole.
    Framework,
    Profile,
    EvidenceClass,
    Floor,
    Rung,
    Domain,
    Criterion,
}

impl Subject {
    /// The word of the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Framework => "framework",
            Self::Profile => "profile",
            Self::EvidenceClass => "evidence_class",
            Self::Floor => "floor",
            Self::Rung => "rung",
            Self::Domain => "domain",
            Self::Criterion => "criterion",
        }
    }
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    /// Empty for the framework and its floor.
    pub code: String,
    /// After the change, or before it where it was removed.
    pub title: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Added,
    Removed,
    /// Never empty.
    Changed(Vec<Edit>),
}

/// A part of something, before and after: one of the two is empty where the part was not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// In words: `weight`, `anchor 2`, `gate 8.1`, `check PAT-1.2, fail cap`.
    pub part: String,
    pub before: String,
    pub after: String,
}

/// Everything that changed: the framework first, then its parts in the order of the newer file, each kind's removed ones
/// last. Empty exactly when nothing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    pub changes: Vec<Change>,
}

impl Diff {
    pub fn between(before: &Draft, after: &Draft) -> Self {
        let (old, new) = (Parts::of(before), Parts::of(after));
        let mut diff = Self::default();
        let orders = [
            ("order of profiles", &old.profiles, &new.profiles),
            ("order of evidence classes", &old.classes, &new.classes),
            ("order of rungs", &old.rungs, &new.rungs),
            ("order of domains", &old.domains, &new.domains),
        ];
        let (mut whole, mut next) = (Facts::of_framework(before), Facts::of_framework(after));
        for (name, one, other) in orders {
            whole.list(name, order(one, other));
            next.list(name, order(other, one));
        }
        diff.changed(Subject::Framework, "", &after.title, &whole, &next);
        diff.list(Subject::Profile, &old.profiles, &new.profiles);
        diff.list(Subject::EvidenceClass, &old.classes, &new.classes);
        let (floor, next) = (Facts::of_floor(&before.floor), Facts::of_floor(&after.floor));
        diff.changed(Subject::Floor, "", &after.floor.name, &floor, &next);
        diff.list(Subject::Rung, &old.rungs, &new.rungs);
        let (domains, next) = (old.domains_in_order(&new), new.domains_in_order(&old));
        diff.list(Subject::Domain, &domains, &next);
        diff.list(Subject::Criterion, &old.criteria, &new.criteria);
        diff
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether the framework's version alone is another, as in a draft that somebody just began.
    pub fn is_version_alone(&self) -> bool {
        let [Change { subject: Subject::Framework, what: What::Changed(edits), .. }] =
            self.changes.as_slice()
        else {
            return false;
        };
        edits.iter().all(|edit| edit.part == VERSION)
    }

    /// How many of this sort were added, removed and changed.
    pub fn counts(&self, subject: Subject) -> Counts {
        let mut counts = Counts::default();
        for change in self.changes.iter().filter(|change| change.subject == subject) {
            match change.what {
                What::Added => counts.added += 1,
                What::Removed => counts.removed += 1,
                What::Changed(_) => counts.changed += 1,
            }
        }
        counts
    }

    fn changed(&mut self, subject: Subject, code: &str, title: &str, before: &Facts, after: &Facts) {
        let edits = before.edits(after);
        if !edits.is_empty() {
            self.push(subject, code, title, What::Changed(edits));
        }
    }

    /// Compares what has the same key; what is on one side only was added or removed.
    fn list(&mut self, subject: Subject, before: &[Entry], after: &[Entry]) {
        for one in after {
            match before.iter().find(|other| other.key == one.key) {
                Some(other) => self.changed(subject, &one.key.0, &one.title, &other.facts, &one.facts),
                None => self.push(subject, &one.key.0, &one.title, What::Added),
            }
        }
        for one in before.iter().filter(|one| after.iter().all(|other| other.key != one.key)) {
            self.push(subject, &one.key.0, &one.title, What::Removed);
        }
    }

    fn push(&mut self, subject: Subject, code: &str, title: &str, what: What) {
        self.changes.push(Change { subject, code: code.to_owned(), title: title.to_owned(), what });
    }
}

/// How many things of a sort were added, removed and changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
}

/// What a draft consists of, for comparing.
struct Parts {
    profiles: Vec<Entry>,
    classes: Vec<Entry>,
    rungs: Vec<Entry>,
    domains: Vec<Entry>,
    /// Each says in its facts which domain it stands in.
    criteria: Vec<Entry>,
}

impl Parts {
    fn of(draft: &Draft) -> Self {
        let domains = entries(&draft.domains, |domain: &draft::Domain| {
            (domain.code.as_str(), domain.title.as_str(), Facts::of_domain(domain))
        });
        let inside = draft.domains.iter().zip(&domains).flat_map(|(domain, entry)| {
            let name = entry.name();
            domain.criteria.iter().map(move |criterion| (name.clone(), criterion))
        });
        let inside: Vec<_> = inside.collect();
        Self {
            profiles: entries(&draft.profiles, |profile| {
                (profile.code.as_str(), profile.name.as_str(), Facts::of_profile(profile))
            }),
            classes: entries(&draft.evidence_classes, |class| {
                (class.code.as_str(), class.name.as_str(), Facts::of_class(class))
            }),
            rungs: entries(&draft.sublevels, |rung| {
                (rung.code.as_str(), rung.name.as_str(), Facts::of_rung(rung))
            }),
            criteria: entries(&inside, |(domain, criterion)| {
                (criterion.code.as_str(), criterion.title.as_str(), Facts::of_criterion(domain, criterion))
            }),
            domains,
        }
    }

    /// The domains, each with the order of those of its criteria that it has in `other` too.
    fn domains_in_order(&self, other: &Self) -> Vec<Entry> {
        let stays = |one: &&Entry| {
            other.criteria.iter().any(|same| same.key == one.key && same.facts.domain() == one.facts.domain())
        };
        let in_order = |domain: &Entry| {
            let name = domain.name();
            let inside = self.criteria.iter().filter(|one| one.facts.domain() == Some(name.as_str()));
            let mut facts = domain.facts.clone();
            facts.list("order of criteria", inside.filter(stays).map(Entry::name).collect());
            Entry { facts, ..domain.clone() }
        };
        self.domains.iter().map(in_order).collect()
    }
}
