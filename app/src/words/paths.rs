//! Addresses of an organization's pages.

use std::fmt::Display;

use domain::{CriterionCode, DomainCode};

/// Where the pages of one assessment are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    organization: String,
    assessment: String,
}

impl Paths {
    pub fn new(slug: &str, assessment: impl Display) -> Self {
        let organization = format!("/orgs/{slug}");
        Self { assessment: format!("{organization}/assessments/{assessment}"), organization }
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
        format!("{}/{code}", self.assessment)
    }

    /// A criterion on the page of its domain.
    pub fn criterion(&self, domain: &DomainCode, criterion: &CriterionCode) -> String {
        format!("{}/{domain}#{}", self.assessment, anchor(criterion))
    }

    pub fn findings(&self) -> String {
        format!("{}/findings", self.assessment)
    }

    pub fn report(&self) -> String {
        format!("{}/report", self.assessment)
    }

    pub fn evidence(&self) -> String {
        format!("{}/evidence", self.organization)
    }

    pub fn integrations(&self) -> String {
        format!("{}/integrations", self.organization)
    }

    pub fn check(&self, check: impl Display) -> String {
        format!("{}/checks/{check}", self.organization)
    }
}

/// The id of a criterion's section: `pat-1`.
pub fn anchor(criterion: &CriterionCode) -> String {
    criterion.as_str().to_lowercase()
}
