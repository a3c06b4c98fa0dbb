//! The codes by which content is named: text newtypes, so that a criterion is never mistaken for a domain.

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(EcoString);

        impl $name {
            pub fn new(code: impl Into<EcoString>) -> Self {
                Self(code.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(code: &str) -> Self {
                Self::new(code)
            }
        }

        impl From<String> for $name {
            fn from(code: String) -> Self {
                Self::new(code)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

codes! {
    /// A framework's code, for example `B7`.
    FrameworkCode,
    /// A domain's code, for example `PAT`.
    DomainCode,
    /// A criterion's code, for example `PAT-1`; unique in its framework.
    CriterionCode,
    /// A check binding's id, for example `PAT-1.4`: criterion code, dot, number; never reused.
    BindingId,
    /// A check kind's code, for example `fhir.capability`.
    KindCode,
    /// A sub-level's code, for example `8.1`, or the floor's, for example `Pre-8`.
    RungCode,
    /// A profile's letter, for example `H`.
    ProfileCode,
    /// A citation's key, for example `USCDI`.
    CitationKey,
    /// What a finding is about: a criterion's code, or a domain's.
    SubjectCode,
}

impl From<&CriterionCode> for SubjectCode {
    fn from(code: &CriterionCode) -> Self {
        Self(code.0.clone())
    }
}

impl From<&DomainCode> for SubjectCode {
    fn from(code: &DomainCode) -> Self {
        Self(code.0.clone())
    }
}
