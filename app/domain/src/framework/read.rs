//! From a framework file to a [`Framework`]: everything is checked, every problem names its line and key.

use std::collections::{BTreeMap, BTreeSet};

use super::{Citations, Criterion, Domain, Effort, EvidenceClass, Floor, Framework, Gate, Profile, Sublevel};
use crate::check::CheckKinds;
use crate::code::{CitationKey, CriterionCode, DomainCode, FrameworkCode, ProfileCode, RungCode};
use crate::document::{Document, Fields, ReadErrors, whole};
use crate::level::{Level, Weight};
use crate::scoring::exact;

mod binding;
mod reachable;

use binding::read_bindings;

/// A set of profiles fits into 64 bits.
pub(crate) const MOST_PROFILES: usize = 64;

impl Framework {
    /// Reads a framework file (`frameworks/README.md`) and checks it against the check kinds and the citations.
    ///
    /// Refused are unknown keys, kinds, citations, observations, profiles and rungs, codes used twice, falling gates,
    /// numbers out of range, weights that do not sum to 100, gates and rungs that nobody can reach, and frameworks too
    /// large for exact scoring.
    pub fn read(source: &str, kinds: &CheckKinds, citations: &Citations) -> Result<Self, ReadErrors> {
        Document::read(source, |document, root| {
            let mut reader = Reader::new(document, kinds, citations);
            let framework = reader.framework(root);
            reader.refuse_unreachable(&framework);
            framework
        })
    }
}

/// Words that stand in an address where a domain's code does: a domain of such a code would have no page. A gate compares
/// them with the pages (`.ci/invariants`).
const PAGES: [&str; 21] = [
    "actions",
    "agree",
    "criteria",
    "decide",
    "edit",
    "findings",
    "history",
    "live",
    "mine",
    "next",
    "owners",
    "report",
    "report.csv",
    "report.docx",
    "report.json",
    "report.pdf",
    "report.xlsx",
    "review",
    "roadmap",
    "settle",
    "shares",
];

/// What later parts of the file are checked against.
struct Reader<'d> {
    document: &'d Document,
    kinds: &'d CheckKinds,
    citations: &'d Citations,
    profiles: BTreeSet<String>,
    /// In ladder order.
    rungs: Vec<String>,
    domains: BTreeSet<String>,
    criteria: BTreeSet<String>,
    bindings: BTreeSet<String>,
    rung_places: Vec<usize>,
    gate_places: BTreeMap<(String, String), (usize, String)>,
}

impl<'d> Reader<'d> {
    fn new(document: &'d Document, kinds: &'d CheckKinds, citations: &'d Citations) -> Self {
        Self {
            document,
            kinds,
            citations,
            profiles: BTreeSet::new(),
            rungs: Vec::new(),
            domains: BTreeSet::new(),
            criteria: BTreeSet::new(),
            bindings: BTreeSet::new(),
            rung_places: Vec::new(),
            gate_places: BTreeMap::new(),
        }
    }

    fn framework(&mut self, root: &mut Fields<'_, '_>) -> Framework {
        let code = FrameworkCode::new(root.code("code"));
        let version = root.code("version");
        let title = root.filled_text("title");
        let description = root.text("description");
        let levels = root.fixed_texts("levels");
        let disclaimer = root.filled_text("disclaimer");
        let profiles = self.profiles(root);
        let evidence_classes = read_evidence_classes(root);
        let floor = read_floor(root);
        let sublevels = self.sublevels(root, &floor);
        let domains = self.domains(root);
        let weights: u32 = domains.iter().map(|domain| u32::from(domain.weight)).sum();
        if !domains.is_empty() && weights != 100 {
            root.report(
                "domain",
                format!("the weights of the domains must sum to 100; they sum to {weights}"),
            );
        }
        if !exact::fits(domains.iter().map(Domain::most_weight)) {
            let problem =
                "the framework is too large to be scored exactly: use fewer domains or fewer criteria";
            root.report("domain", problem);
        }
        Framework {
            code,
            version,
            title,
            description,
            levels,
            disclaimer,
            profiles,
            evidence_classes,
            floor,
            sublevels,
            domains,
        }
    }

    fn profiles(&mut self, root: &mut Fields<'_, '_>) -> Vec<Profile> {
        let Some(table) = root.table("profiles") else { return Vec::new() };
        let mut profiles = Vec::new();
        for entry in table.entries() {
            let key = table.key(entry.name);
            if entry.name.len() != 1 || !entry.name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                self.document.report(entry.at, key.as_str(), "a profile's code is a single letter");
            }
            match entry.value.get_ref().as_str().filter(|name| !name.trim().is_empty()) {
                Some(name) => {
                    profiles.push(Profile { code: ProfileCode::from(entry.name), name: name.to_owned() });
                }
                None => self.document.report(entry.at, key, "must be a text that names the profile"),
            }
            self.profiles.insert(entry.name.to_owned());
        }
        if profiles.is_empty() || profiles.len() > MOST_PROFILES {
            root.report("profiles", format!("must name between 1 and {MOST_PROFILES} profiles"));
        }
        profiles
    }

    fn sublevels(&mut self, root: &mut Fields<'_, '_>, floor: &Floor) -> Vec<Sublevel> {
        let mut sublevels = Vec::new();
        for mut fields in root.tables("sublevel") {
            let sublevel = read_sublevel(&mut fields);
            let code = sublevel.code.as_str();
            if sublevel.code == floor.code {
                fields.report("code", format!("`{code}` is the floor's code already"));
            }
            if self.rungs.iter().any(|rung| rung == code) {
                fields.report("code", format!("`{code}` is used twice"));
            }
            self.rungs.push(code.to_owned());
            self.rung_places.push(fields.place("code"));
            fields.refuse_unknown();
            sublevels.push(sublevel);
        }
        if sublevels.is_empty() {
            root.report("sublevel", "a framework needs at least one sub-level");
        }
        sublevels
    }

    fn domains(&mut self, root: &mut Fields<'_, '_>) -> Vec<Domain> {
        let mut domains = Vec::new();
        for mut fields in root.tables("domain") {
            let code = fields.code("code");
            if !code.is_empty() && !self.domains.insert(code.clone()) {
                fields.report("code", format!("`{code}` is used twice"));
            }
            if PAGES.contains(&code.as_str()) {
                fields.report("code", format!("`{code}` is the address of a page: choose another code"));
            }
            let criteria: Vec<Criterion> =
                fields.tables("criterion").into_iter().map(|criterion| self.criterion(criterion)).collect();
            if criteria.is_empty() {
                fields.report("criterion", format!("domain `{code}` needs at least one criterion"));
            }
            domains.push(Domain {
                code: DomainCode::new(code),
                title: fields.filled_text("title"),
                weight: small(fields.whole("weight", 1..=100)),
                purpose: fields.text("purpose"),
                criteria,
            });
            fields.refuse_unknown();
        }
        if domains.is_empty() {
            root.report("domain", "a framework needs at least one domain");
        }
        domains
    }

    fn criterion(&mut self, mut fields: Fields<'_, '_>) -> Criterion {
        let code = fields.code("code");
        if !code.is_empty() && !self.criteria.insert(code.clone()) {
            fields.report("code", format!("`{code}` is used twice"));
        }
        let weight = fields.whole("weight", 1..=3);
        let criterion = Criterion {
            title: fields.filled_text("title"),
            weight: Weight::try_from(weight).unwrap_or(Weight::LEAST),
            profiles: self.criterion_profiles(&mut fields),
            question: fields.filled_text("question"),
            anchors: fields.fixed_texts("anchors"),
            gates: self.gates(&mut fields, &code),
            evidence: fields.text("evidence"),
            citations: self.criterion_citations(&mut fields),
            remediation: fields.text("remediation"),
            effort: read_effort(&mut fields),
            bindings: read_bindings(self, &mut fields, &code),
            code: CriterionCode::new(code),
        };
        fields.refuse_unknown();
        criterion
    }

    fn criterion_profiles(&self, fields: &mut Fields<'_, '_>) -> Vec<ProfileCode> {
        let mut profiles: Vec<ProfileCode> = Vec::new();
        for placed in fields.texts("profiles") {
            let profile = placed.text.as_str();
            let key = fields.key("profiles");
            if !self.profiles.contains(profile) {
                let problem = format!("`{profile}` is not a profile of this framework");
                self.document.report(placed.at, key, problem);
            } else if profiles.iter().any(|earlier| earlier.as_str() == profile) {
                self.document.report(placed.at, key, format!("`{profile}` is listed twice"));
            } else {
                profiles.push(ProfileCode::from(profile));
            }
        }
        if profiles.is_empty() {
            fields.report("profiles", "must name at least one profile");
        }
        profiles
    }

    fn criterion_citations(&self, fields: &mut Fields<'_, '_>) -> Vec<CitationKey> {
        let mut keys: Vec<CitationKey> = Vec::new();
        for placed in fields.texts("citations") {
            let citation = placed.text.as_str();
            let key = fields.key("citations");
            if !self.citations.contains(citation) {
                let problem = format!("`{citation}` is not a known citation; add it to the citations first");
                self.document.report(placed.at, key, problem);
            } else if keys.iter().any(|earlier| earlier.as_str() == citation) {
                self.document.report(placed.at, key, format!("`{citation}` is listed twice"));
            } else {
                keys.push(CitationKey::from(citation));
            }
        }
        keys
    }

    /// Gates in ladder order; each names a rung, none falls along the ladder.
    fn gates(&mut self, fields: &mut Fields<'_, '_>, criterion: &str) -> Vec<Gate> {
        if fields.value("gates").is_none() {
            return Vec::new();
        }
        let Some(table) = fields.table("gates") else { return Vec::new() };
        let mut placed = Vec::new();
        for entry in table.entries() {
            let key = table.key(entry.name);
            let Some(step) = self.rungs.iter().position(|rung| rung == entry.name) else {
                let problem = format!("`{}` is not a sub-level of this framework", entry.name);
                self.document.report(entry.at, key, problem);
                continue;
            };
            match whole(entry.value.get_ref(), 0..=4) {
                Ok(least) => {
                    let place = (criterion.to_owned(), entry.name.to_owned());
                    self.gate_places.insert(place, (entry.at, key));
                    placed.push((step, level(least), entry));
                }
                Err(problem) => self.document.report(entry.at, key, problem),
            }
        }
        placed.sort_by_key(|(step, _, _)| *step);
        for pair in placed.windows(2) {
            let [(_, before, lower), (_, after, higher)] = pair else { continue };
            if after < before {
                let (before, after) = (before.get(), after.get());
                let problem = format!(
                    "a gate must not fall along the ladder: {after} here after {before} at {}",
                    lower.name
                );
                self.document.report(higher.at, table.key(higher.name), problem);
            }
        }
        let gate = |(_, least, entry): (usize, Level, crate::document::Entry<'_, '_>)| Gate {
            rung: RungCode::from(entry.name),
            least,
        };
        placed.into_iter().map(gate).collect()
    }
}

fn read_evidence_classes(root: &mut Fields<'_, '_>) -> [EvidenceClass; 4] {
    let mut classes = Vec::new();
    for (position, mut fields) in root.tables("evidence_class").into_iter().enumerate() {
        let class = EvidenceClass {
            code: fields.code("code"),
            name: fields.filled_text("name"),
            meaning: fields.text("meaning"),
            level_cap: level(fields.whole("level_cap", 0..=4)),
            confidence: small(fields.whole("confidence", 0..=100)),
        };
        if position < 4 && !class.code.is_empty() && class.code != format!("E{position}") {
            fields
                .report("code", format!("must be E{position}: the classes are E0, E1, E2, E3 in this order"));
        }
        if let Some(lower) = classes.last() {
            let lower: &EvidenceClass = lower;
            if class.level_cap < lower.level_cap {
                fields.report("level_cap", format!("must not be below that of {}", lower.code));
            }
            if class.confidence < lower.confidence {
                fields.report("confidence", format!("must not be below that of {}", lower.code));
            }
        }
        fields.refuse_unknown();
        classes.push(class);
    }
    classes.try_into().unwrap_or_else(|classes: Vec<EvidenceClass>| {
        let problem = format!("there must be four evidence classes, E0 to E3; here are {}", classes.len());
        root.report("evidence_class", problem);
        std::array::from_fn(|_| EvidenceClass {
            code: String::new(),
            name: String::new(),
            meaning: String::new(),
            level_cap: Level::LEAST,
            confidence: 0,
        })
    })
}

fn read_floor(root: &mut Fields<'_, '_>) -> Floor {
    let Some(mut fields) = root.table("floor") else {
        return Floor { code: RungCode::from(""), name: String::new() };
    };
    let floor = Floor { code: RungCode::new(fields.code("code")), name: fields.filled_text("name") };
    fields.refuse_unknown();
    floor
}

fn read_sublevel(fields: &mut Fields<'_, '_>) -> Sublevel {
    let mut percent = |name| fields.optional_whole(name, 0..=100).map(small);
    let [min_overall, min_domain, min_confidence, min_completeness] =
        ["min_overall", "min_domain", "min_confidence", "min_completeness"].map(&mut percent);
    Sublevel {
        code: RungCode::new(fields.code("code")),
        name: fields.filled_text("name"),
        badge: fields.text("badge"),
        min_overall,
        min_domain,
        min_confidence,
        min_completeness,
        no_open_contradiction_on_weight: fields
            .optional_whole("no_open_contradiction_on_weight", 1..=3)
            .and_then(|weight| Weight::try_from(weight).ok()),
        independent_assessor: fields.optional_truth("independent_assessor").unwrap_or(false),
        gate_evidence_max_age_days: fields
            .optional_whole("gate_evidence_max_age_days", 0..=i64::from(u32::MAX))
            .and_then(|days| u32::try_from(days).ok()),
    }
}

fn read_effort(fields: &mut Fields<'_, '_>) -> Effort {
    match fields.filled_text("effort").as_str() {
        "S" | "" => Effort::S,
        "M" => Effort::M,
        "L" => Effort::L,
        other => {
            fields.report("effort", format!("must be S, M or L, not `{other}`"));
            Effort::S
        }
    }
}

/// A level already checked to be one.
fn level(whole: i64) -> Level {
    Level::try_from(whole).unwrap_or(Level::LEAST)
}

/// A number already checked to be small.
fn small(whole: i64) -> u8 {
    u8::try_from(whole).unwrap_or_default()
}
