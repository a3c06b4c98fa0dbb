//! Addresses of an organization's pages.

use std::fmt::Display;

use domain::{CriterionCode, DomainCode};

/// Where the pages of one assessment are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Paths {
    organization: String,
    assessment: String,
    /// The reader may see the report and nothing else: every address is a place in it.
    inside_report: bool,
}

impl Paths {
    pub fn new(slug: &str, assessment: impl Display) -> Self {
        let organization = format!("/orgs/{slug}");
        let assessment = format!("{organization}/assessments/{assessment}");
        Self { assessment, organization, inside_report: false }
    }

    /// For a reader who may see the report and nothing else: every address is a place in it, and none names anything.
    pub(crate) fn inside_report() -> Self {
        Self { organization: "#result".to_owned(), assessment: "#result".to_owned(), inside_report: true }
    }

    /// A page below the assessment, or the place in the report that stands for it.
    fn below(&self, page: &str, place: &str) -> String {
        if self.inside_report { place.to_owned() } else { format!("{}/{page}", self.assessment) }
    }

    /// The organization's overview.
    pub fn organization(&self) -> &str {
        &self.organization
    }

    /// The whole assessment.
    pub fn assessment(&self) -> &str {
        &self.assessment
    }

    pub fn domain(&self, domain: &DomainCode) -> String {
        self.domain_page(domain.as_str())
    }

    /// The page of a domain whose code came with an address.
    pub(crate) fn domain_page(&self, code: &str) -> String {
        self.below(code, "#domains")
    }

    /// A criterion on the page of its domain.
    pub fn criterion(&self, domain: &DomainCode, criterion: &CriterionCode) -> String {
        self.below(&format!("{domain}#{}", anchor(criterion)), "#criteria")
    }

    /// Who answers a criterion, what was said about it, and its answers from the first on.
    pub fn about(&self, criterion: impl Display) -> String {
        self.below(&format!("criteria/{criterion}"), "#criteria")
    }

    /// What happens to the assessment, as a stream of events.
    pub fn live(&self) -> String {
        self.below("live", "#result")
    }

    /// What the reader answers for.
    pub fn mine(&self) -> String {
        self.below("mine", "#criteria")
    }

    /// Who answers what.
    pub fn owners(&self) -> String {
        self.below("owners", "#criteria")
    }

    pub fn findings(&self) -> String {
        self.below("findings", "#findings")
    }

    pub fn roadmap(&self) -> String {
        self.below("roadmap", "#roadmap")
    }

    /// The form that makes an action; `from` names what of.
    pub(crate) fn new_action(&self, from: &str) -> String {
        format!("{}/actions/new?{from}", self.assessment)
    }

    /// What the organization undertakes.
    pub fn actions(&self) -> String {
        format!("{}/actions", self.organization)
    }

    pub fn action(&self, action: impl Display) -> String {
        format!("{}/actions/{action}", self.organization)
    }

    pub fn report(&self) -> String {
        self.below("report", "#result")
    }

    /// The links by which others read the report.
    pub fn shares(&self) -> String {
        self.below("shares", "#result")
    }

    pub fn review(&self) -> String {
        format!("{}/review", self.assessment)
    }

    /// The review of the domain with this code.
    pub fn review_domain(&self, code: &str) -> String {
        format!("{}/review/{code}", self.assessment)
    }

    /// What was submitted and signed.
    pub fn history(&self) -> String {
        format!("{}/history", self.assessment)
    }

    pub fn snapshot(&self, snapshot: impl Display) -> String {
        format!("{}/history/{snapshot}", self.assessment)
    }

    pub fn evidence(&self) -> String {
        format!("{}/evidence", self.organization)
    }

    /// The file of an item of evidence.
    pub fn evidence_file(&self, item: impl Display) -> String {
        format!("{}/evidence/{item}/file", self.organization)
    }

    /// The logo that the organization's reports bear.
    pub fn logo(&self) -> String {
        format!("{}/logo", self.organization)
    }

    pub fn integrations(&self) -> String {
        format!("{}/integrations", self.organization)
    }

    pub fn check(&self, check: impl Display) -> String {
        if self.inside_report {
            "#checks".to_owned()
        } else {
            format!("{}/checks/{check}", self.organization)
        }
    }
}

/// Where a table is pasted into a list: the inventory, or a register.
pub(crate) fn import_place(list: &str) -> String {
    format!("{list}/import")
}

/// The id of a criterion's section: `pat-1`.
pub fn anchor(criterion: &CriterionCode) -> String {
    criterion.as_str().to_lowercase()
}
