//! The report of an assessment: everything in it, the sections chosen, and its forms for other programs.

mod document;
mod export;
mod summary;
mod tables;

use std::collections::HashMap;

use domain::RungCode;
use store::record::Override;
use store::{AssessmentId, CheckId};

pub use document::Document;
pub use summary::{Point, Topic};
pub use tables::TableName;

use crate::assessment::Assessed;
use crate::finding::FindingsPage;
use crate::integration::CheckRow;
use crate::logo::Logo;
use crate::roadmap::Way;
use crate::trend::Course;
use crate::{Actor, Error, Service};

/// Everything that a report shows. What belongs to a section that was not chosen is not read, let alone shown.
pub struct Report {
    pub page: FindingsPage,
    /// Empty without the section of checks.
    pub checks: Vec<CheckRow>,
    /// Host and port of what each of these checks looks at; none is there for guests.
    pub addresses: HashMap<CheckId, String>,
    /// `None` without the section of the roadmap.
    pub way: Option<Way>,
    /// `None` without the section of the trend.
    pub course: Option<Course>,
    pub logo: Option<Logo>,
    pub sections: Sections,
}

/// A part of the report that can be left out. Result, method and disclaimer always stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Domains,
    Criteria,
    Findings,
    Roadmap,
    Checks,
    Trend,
}

impl Section {
    pub const ALL: [Self; 6] =
        [Self::Domains, Self::Criteria, Self::Findings, Self::Roadmap, Self::Checks, Self::Trend];

    /// The name in addresses: `domains`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Domains => "domains",
            Self::Criteria => "criteria",
            Self::Findings => "findings",
            Self::Roadmap => "roadmap",
            Self::Checks => "checks",
            Self::Trend => "trend",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }
}

/// The chosen sections, in the order of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sections(Vec<Section>);

impl Default for Sections {
    fn default() -> Self {
        Self(Section::ALL.to_vec())
    }
}

impl Sections {
    /// From names, as addresses and forms have them, each perhaps a list with commas; all sections where there is none.
    /// Unknown names are refused with a sentence.
    pub fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        let mut chosen = Vec::new();
        for name in names.into_iter().flat_map(|names| names.split(',')).map(str::trim) {
            if name.is_empty() {
                continue;
            }
            let section = Section::named(name).ok_or_else(|| {
                let known: Vec<&str> = Section::ALL.iter().map(|section| section.name()).collect();
                let problem = format!("There is no section `{name}`. Choose from {}.", known.join(", "));
                Error::invalid("section", problem)
            })?;
            chosen.push(section);
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(if chosen.is_empty() { Self::default() } else { Self(chosen) })
    }

    pub fn has(&self, section: Section) -> bool {
        self.0.contains(&section)
    }

    /// The attestations in force: they say why a check's failure counts less, and belong to the section of checks. `None`
    /// where that was not chosen.
    pub fn attested<'a>(&self, assessed: &'a Assessed) -> Option<Vec<&'a Override>> {
        let in_force = |one: &&Override| one.in_force(assessed.computed_at);
        self.has(Section::Checks).then(|| assessed.bundle.overrides.iter().filter(in_force).collect())
    }

    pub fn is_all(&self) -> bool {
        self.0.len() == Section::ALL.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = Section> + '_ {
        self.0.iter().copied()
    }

    /// `section=domains&section=criteria`; empty for all.
    pub fn query(&self) -> String {
        if self.is_all() {
            return String::new();
        }
        let pairs: Vec<String> = self.iter().map(|section| format!("section={}", section.name())).collect();
        pairs.join("&")
    }
}

impl Service {
    /// The report of an assessment, with the roadmap to the rung it aims at.
    pub async fn report(&self, actor: &Actor, id: AssessmentId, sections: Sections) -> Result<Report, Error> {
        let page = self.findings(actor, id).await?;
        self.report_of(page, None, sections).await
    }

    /// The report around findings that were read already.
    pub(crate) async fn report_of(
        &self,
        page: FindingsPage,
        target: Option<RungCode>,
        sections: Sections,
    ) -> Result<Report, Error> {
        let org = page.assessed.bundle.organization.id;
        let checks = if sections.has(Section::Checks) { self.rows(org).await? } else { Vec::new() };
        let address = |row: &CheckRow| Some((row.check.id, self.aim_of(&row.check)?.address()?));
        let addresses = checks.iter().filter_map(address).collect();
        let way =
            if sections.has(Section::Roadmap) { Some(self.way(&page.assessed, target).await?) } else { None };
        let course = if sections.has(Section::Trend) {
            self.read_submissions().await?;
            Some(self.course(&page.assessed).await?)
        } else {
            None
        };
        let logo = self.store().logo(org).await?;
        Ok(Report { page, checks, addresses, way, course, logo, sections })
    }
}

impl Report {
    /// The report for whoever follows a link: it tells what a check is called, in no form where it looks.
    pub(crate) fn for_guests(mut self) -> Self {
        self.addresses.clear();
        for check in self.page.findings.iter_mut().flat_map(|finding| &mut finding.checks) {
            check.address = None;
        }
        self
    }
}
