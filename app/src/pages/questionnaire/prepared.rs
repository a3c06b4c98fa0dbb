//! Parts of the page that are drawn once and kept as HTML.
//!
//! The page of a domain is read more often than any other, and from one reading to the next most of its criteria stay as
//! they are. **Invariant.** A [`Part`] names everything that its drawing depends on besides the framework: what is kept is
//! never wrong, only dropped and drawn again.

use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Arc, LazyLock, RwLock};

use domain::CriterionCode;
use domain::scoring::Standing;
use leptos::prelude::*;
use service::FrameworkId;

use super::card::Card;
use super::domains::Progress;
use super::live::Standings;
use crate::words::Paths;

/// What a kept drawing shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The tags under the title of a criterion that nobody is named for.
    Marks { criterion: CriterionCode, standing: Discriminant<Standing>, evidence_class: usize },
    /// That an answer counts for what its evidence carries.
    Capped { criterion: CriterionCode, claimed: u8, counts: u8, evidence_class: usize },
    /// A criterion as it stands.
    Card { criterion: CriterionCode, card: Arc<Card> },
    /// The list of domains, on the page of one of them.
    Domains { paths: Paths, current: usize, progress: Arc<[Progress]> },
    /// What the panel beside a domain's criteria says of the score.
    Score { paths: Paths, standings: Arc<Standings> },
}

/// All pages of some thirty assessments; about 30 MB at worst.
const MOST_PARTS: usize = 3_000;

type Kept = HashMap<(FrameworkId, Part), Arc<str>>;

static KEPT: LazyLock<RwLock<Kept>> = LazyLock::new(RwLock::default);

/// The HTML of a part, drawn now or kept from before.
pub(super) fn prepared(framework: FrameworkId, part: Part, draw: impl FnOnce() -> AnyView) -> Arc<str> {
    let key = (framework, part);
    if let Some(html) = KEPT.read().expect("no holder of the lock panics").get(&key) {
        return html.clone();
    }
    let html: Arc<str> = draw().to_html().into();
    let mut kept = KEPT.write().expect("no holder of the lock panics");
    if kept.len() >= MOST_PARTS {
        kept.clear();
    }
    kept.insert(key, html.clone());
    html
}
