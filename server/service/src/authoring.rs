//! Writing frameworks: drafts that are saved whatever they say, validated with each problem at its place, compared with
//! the version that they follow, and published as versions that never change.
//!
//! A draft is its text: forms and files are ways to write it. Only who administers the installation may.

use std::sync::Arc;

use domain::framework::compare_versions;
use domain::framework::diff::Diff;
use domain::framework::draft::{Draft, Part, Problem, Spot};
use domain::{Framework, FrameworkCode, ReadError};
use serde_json::json;
use store::record::{FrameworkDraft, FrameworkEntry, Publication, Publishing};
use store::{DraftId, UnixMillis};

use crate::service::{audit, hash_of};
use crate::{Actor, Error, FieldError, Service};

mod begin;

pub use begin::{Beginning, LARGEST_FILE, TOO_LARGE};

/// The longest text of a draft, in bytes: four times the largest built-in framework.
pub const LONGEST_TEXT: usize = 1 << 20;

/// A draft with what its text says.
pub struct DraftPage {
    pub record: FrameworkDraft,
    pub contents: Contents,
    /// The version that it is to follow.
    pub base: Option<Arc<Framework>>,
}

/// What the text of a draft says.
#[expect(clippy::large_enum_variant, reason = "one for each page, and never in a list")]
pub enum Contents {
    /// No form could show it: the text itself has to be mended. Never empty.
    Unreadable(Vec<ReadError>),
    Document {
        draft: Draft,
        /// Everything that keeps it from being published, in the order of the file.
        problems: Vec<Problem>,
        /// The same by the lines of the text, which may be set otherwise than the forms write it.
        errors: Vec<ReadError>,
    },
}

/// What a draft is to say.
#[expect(clippy::large_enum_variant, reason = "one for each save, and never in a list")]
pub enum NewContents {
    /// Kept as it is, whether or not it is a framework's.
    Text(String),
    Document(Draft),
}

/// How a save of a draft ended.
pub enum DraftSaved {
    Kept(DraftPage),
    /// Somebody saved or published in between; nothing was changed. What is on file comes along.
    Stale(DraftPage),
}

impl DraftPage {
    /// The document, where the text is one.
    pub fn document(&self) -> Option<&Draft> {
        match &self.contents {
            Contents::Document { draft, .. } => Some(draft),
            Contents::Unreadable(_) => None,
        }
    }

    /// What keeps the document from being published.
    pub fn problems(&self) -> &[Problem] {
        match &self.contents {
            Contents::Document { problems, .. } => problems,
            Contents::Unreadable(_) => &[],
        }
    }

    /// What is wrong with the text, by its lines.
    pub fn errors(&self) -> &[ReadError] {
        match &self.contents {
            Contents::Document { errors, .. } | Contents::Unreadable(errors) => errors,
        }
    }

    /// Whether it can be published as it is.
    pub fn is_valid(&self) -> bool {
        self.document().is_some() && self.problems().is_empty()
    }

    /// What changed since the version that it follows; `None` where it follows none or is no document.
    pub fn changes(&self) -> Option<Diff> {
        Some(Diff::between(&Draft::from(&**self.base.as_ref()?), self.document()?))
    }
}

/// A draft or a framework as a JSON file, which [`Beginning::File`] takes.
pub fn json_file(draft: &Draft) -> Result<Vec<u8>, Error> {
    let mut text = serde_json::to_vec_pretty(draft).map_err(Error::internal)?;
    text.push(b'\n');
    Ok(text)
}

fn must_author(actor: &Actor) -> Result<(), Error> {
    if actor.is_admin() {
        return Ok(());
    }
    Err(Error::Forbidden("Only an administrator of this installation writes frameworks.".to_owned()))
}

impl Service {
    /// The drafts that are open, the newest first.
    pub async fn drafts(&self, actor: &Actor) -> Result<Vec<DraftPage>, Error> {
        must_author(actor)?;
        let mut drafts = Vec::new();
        for record in self.store().drafts().await? {
            drafts.push(self.draft_page(record).await?);
        }
        Ok(drafts)
    }

    pub async fn draft(&self, actor: &Actor, id: DraftId) -> Result<DraftPage, Error> {
        must_author(actor)?;
        let record = self.store().draft(id).await?.ok_or(Error::NotFound("The draft"))?;
        self.draft_page(record).await
    }

    /// Saves what a draft says, valid or not.
    pub async fn save_draft(
        &self,
        actor: &Actor,
        id: DraftId,
        seen_revision: i64,
        contents: NewContents,
    ) -> Result<DraftSaved, Error> {
        let on_file = self.draft(actor, id).await?;
        must_be_open(&on_file.record)?;
        let text = text_of(contents)?;
        let entry = audit(Some(actor), "draft.saved", id, json!({ "revision": seen_revision + 1 }));
        let kept = self.store().save_draft(id, seen_revision, &text, actor.user(), entry).await?;
        let page = self.draft(actor, id).await?;
        Ok(if kept { DraftSaved::Kept(page) } else { DraftSaved::Stale(page) })
    }

    /// Throws a draft away.
    pub async fn discard_draft(&self, actor: &Actor, id: DraftId) -> Result<(), Error> {
        let page = self.draft(actor, id).await?;
        must_be_open(&page.record)?;
        let title = page.document().map(|draft| format!("{} {}", draft.code, draft.version));
        let entry = audit(Some(actor), "draft.discarded", id, json!({ "framework": title }));
        self.store().discard_draft(id, entry).await?;
        Ok(())
    }

    /// Makes a version that never changes of a draft without problems, and closes the draft.
    pub async fn publish_draft(
        &self,
        actor: &Actor,
        id: DraftId,
        seen_revision: i64,
    ) -> Result<FrameworkEntry, Error> {
        let page = self.draft(actor, id).await?;
        must_be_open(&page.record)?;
        let framework = self.publishable(&page).await?;
        let (code, version) = (&framework.code, framework.version.as_str());
        let hash = hash_of(&framework.write());
        let subject = format!("{code} {version}");
        let details = json!({ "draft": id, "sha256": hash });
        let entry = audit(Some(actor), "framework.published", &subject, details);
        let publishing = Publishing { draft: id, seen_revision, framework: &framework, hash: &hash };
        match self.store().publish_draft(publishing, actor.user(), entry).await? {
            Publication::Published(_) => {}
            Publication::Stale => {
                let words =
                    "Somebody saved the draft since you looked at it. Read it again, then publish it.";
                return Err(Error::Conflict(words.to_owned()));
            }
            Publication::NotNewer { published } => {
                return Err(Error::Conflict(not_newer(code.as_str(), version, &published)));
            }
        }
        self.know_bindings(None);
        let found = self.store().framework_by_code(code, Some(version)).await?;
        found.ok_or(Error::NotFound("The framework"))
    }

    /// The framework that the draft is, or every problem of it.
    async fn publishable(&self, page: &DraftPage) -> Result<Framework, Error> {
        match &page.contents {
            Contents::Unreadable(errors) => Err(Error::Invalid(errors.iter().map(at_line).collect())),
            Contents::Document { draft, problems, .. } if problems.is_empty() => {
                let citations = self.known_citations().await?;
                draft.check(self.kinds(), &citations).map_err(|problems| invalid(&problems))
            }
            Contents::Document { problems, .. } => Err(invalid(problems)),
        }
    }

    pub(crate) async fn draft_page(&self, record: FrameworkDraft) -> Result<DraftPage, Error> {
        let base = match record.base {
            Some(base) => Some(self.prepared(base).await?.framework),
            None => None,
        };
        let contents = match Draft::read(&record.text) {
            Err(errors) => Contents::Unreadable(errors.0),
            Ok(draft) => {
                let citations = self.known_citations().await?;
                let mut problems = draft.check(self.kinds(), &citations).err().unwrap_or_default();
                let errors = Framework::read(&record.text, self.kinds(), &citations);
                let errors = errors.err().map(|errors| errors.0).unwrap_or_default();
                if record.published.is_none() {
                    problems.extend(self.version_problem(&draft).await?);
                }
                Contents::Document { draft, problems, errors }
            }
        };
        Ok(DraftPage { record, contents, base })
    }

    /// A version must be higher than all that are published.
    async fn version_problem(&self, draft: &Draft) -> Result<Option<Problem>, Error> {
        let latest = self.store().framework_by_code(&FrameworkCode::from(draft.code.as_str()), None).await?;
        let latest = latest.filter(|latest| compare_versions(&draft.version, &latest.version).is_le());
        Ok(latest.map(|latest| Problem {
            spot: Spot { part: Part::Head, field: "version".to_owned() },
            line: Some(2),
            problem: format!("must be higher than {}, which is published", latest.version),
        }))
    }
}

fn must_be_open(draft: &FrameworkDraft) -> Result<(), Error> {
    match draft.published {
        None => Ok(()),
        Some(_) => Err(Error::Conflict(
            "This draft is published and closed. Start a new version of the framework instead.".to_owned(),
        )),
    }
}

fn not_newer(code: &str, version: &str, published: &str) -> String {
    format!(
        "{code} {published} is published already, and {version} is not higher. Give the draft a higher version."
    )
}

fn at_line(error: &ReadError) -> FieldError {
    FieldError::new(error.key.clone(), error.to_string()).at_line(error.line)
}

fn invalid(problems: &[Problem]) -> Error {
    Error::Invalid(problems.iter().map(field_error).collect())
}

/// A problem by part and field: `criterion-1-2.anchors.3`.
fn field_error(problem: &Problem) -> FieldError {
    let Spot { part, field } = &problem.spot;
    FieldError::new(format!("{part}.{field}"), format!("{part}, {field}: {}.", problem.problem))
}

/// What is kept of new contents.
fn text_of(contents: NewContents) -> Result<String, Error> {
    let text = match contents {
        NewContents::Text(text) => text,
        NewContents::Document(draft) => {
            let twice = draft.said_twice();
            if !twice.is_empty() {
                return Err(invalid(&twice));
            }
            draft.write()
        }
    };
    if text.len() > LONGEST_TEXT {
        let problem = format!("The draft is larger than {} MB. Shorten it.", LONGEST_TEXT >> 20);
        return Err(Error::invalid("text", problem));
    }
    if text.contains('\0') {
        return Err(Error::invalid("text", "The text holds a NUL character. Leave it out."));
    }
    Ok(text)
}

/// A new draft of its maker's.
fn record(actor: &Actor, text: String) -> FrameworkDraft {
    let now = UnixMillis::now();
    FrameworkDraft {
        id: DraftId::new(),
        text,
        base: None,
        revision: 1,
        created_by: actor.user(),
        created_at: now,
        changed_by: actor.user(),
        changed_by_name: actor.name().to_owned(),
        changed_at: now,
        published: None,
    }
}
