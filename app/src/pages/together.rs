//! Several people at one assessment: who answers what until when, what they say about a criterion, and its answers from
//! the first on.

mod about;
mod comments;
mod history;
mod mine;
mod owner;
mod owners;

use domain::framework::{Criterion, Domain};
use service::UserId;
use service::assessment::Assessed;
use service::comment::{Said, Thread};
use service::record::{AnswerRevision, Member};

pub(crate) use about::about_page;
pub(crate) use mine::mine_page;
pub(crate) use owners::owners_page;

use crate::web::{Fields, Refusal};
use crate::words::Paths;

/// All that the page about a criterion shows.
pub(crate) struct AboutSheet {
    pub(crate) assessed: Assessed,
    /// The places of the domain in the framework and of the criterion in the domain.
    pub(crate) place: (usize, usize),
    pub(crate) paths: Paths,
    /// Of both raters, the latest first.
    pub(crate) history: Vec<AnswerRevision>,
    pub(crate) threads: Vec<Thread>,
    /// Who may answer, by name; empty for a reader who may not choose among them.
    pub(crate) members: Vec<Member>,
    /// A form that was not taken: which one, what was typed, and why.
    pub(crate) typed: Option<(AboutForm, Fields, Refusal)>,
}

/// A form of the page about a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AboutForm {
    /// A button with nothing to fill in.
    Button,
    Owner,
    NewThread,
    /// An answer in the thread with this id.
    Reply(String),
    /// A change of the comment with this id.
    Change(String),
}

impl AboutSheet {
    fn domain(&self) -> &Domain {
        &self.assessed.framework.domains[self.place.0]
    }

    fn criterion(&self) -> &Criterion {
        &self.domain().criteria[self.place.1]
    }

    fn at(&self) -> String {
        self.paths.about(&self.criterion().code)
    }

    /// Every comment of the page.
    fn said(&self) -> impl Iterator<Item = &Said> {
        self.threads.iter().flat_map(|thread| std::iter::once(&thread.first).chain(&thread.replies))
    }

    fn returned(&self, form: &AboutForm) -> Option<(&Fields, &Refusal)> {
        let (which, fields, refusal) = self.typed.as_ref()?;
        (which == form).then_some((fields, refusal))
    }
}

/// What the page of all owners shows.
pub(crate) struct OwnersSheet {
    pub(crate) assessed: Assessed,
    pub(crate) paths: Paths,
    /// Who may answer, by name; empty for a reader who may not choose among them.
    pub(crate) members: Vec<Member>,
    /// A form that was not taken: the domain, what was typed, and why.
    pub(crate) typed: Option<(String, Fields, Refusal)>,
}

/// What the page of one's own tasks shows.
pub(crate) struct MineSheet {
    pub(crate) assessed: Assessed,
    pub(crate) paths: Paths,
    pub(crate) reader: UserId,
}
