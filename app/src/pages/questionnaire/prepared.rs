//! Parts of the page that depend on the framework and on little else, drawn once and kept as HTML.
//!
//! The page of a domain is read more often than any other, and most of it is the framework's own text. **Invariant.** A
//! [`Part`] names everything that its drawing depends on: what is kept is never wrong, only dropped and drawn again.

use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Arc, LazyLock, RwLock};

use domain::scoring::Standing;
use domain::{BindingId, CriterionCode};
use leptos::prelude::*;
use service::FrameworkId;

/// What a kept drawing shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The radio buttons of a criterion. `chosen` is a level, 5 for *Not applicable*.
    Anchors {
        criterion: CriterionCode,
        claimed: Option<u8>,
        counts: u8,
        contradicted: bool,
        chosen: Option<u8>,
    },
    /// The tags under the title of a criterion that nobody is named for.
    Marks { criterion: CriterionCode, standing: Discriminant<Standing>, evidence_class: usize },
    /// That an answer counts for what its evidence carries.
    Capped { criterion: CriterionCode, claimed: u8, counts: u8, evidence_class: usize },
    /// The field for the reason of *Not applicable*, empty.
    Reason(CriterionCode),
    /// What proves a criterion, and where it comes from.
    Origin(CriterionCode),
    /// A binding without a check.
    Untied(BindingId),
}

/// More than every part of the built-in frameworks in all states that are met in practice; about 20 MB at worst.
const MOST_PARTS: usize = 10_000;

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
