//! Files among the evidence: taken by what they hold, kept apart from the database, handed out as they came.

use std::fmt;
use std::sync::Arc;

use domain::scoring::EvidenceState;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;
use sha2::Digest as _;
use store::files::{Files, Pieces};
use store::record::{Audit, Evidence, EvidenceBody, EvidenceFile};
use store::{EvidenceId, UnixMillis};

use super::name;
use super::room::FileRoom;
use super::sniff::sniff;
use super::{Described, NewBody, problems_of};
use crate::answer::must_be_open;
use crate::service::{hash_of_bytes, org_audit};
use crate::{Actor, Error, FieldError, Permission, Service};

/// The most that a file may hold, in bytes: 25 MB.
pub const LARGEST_FILE: usize = 25 << 20;

/// A file as somebody sends it.
#[derive(Clone)]
pub struct Upload {
    /// What they call it.
    pub name: String,
    pub content: Vec<u8>,
    /// What the content takes of the memory, where somebody waited for it.
    pub room: Option<Arc<FileRoom>>,
}

/// What it holds is nobody else's business.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Upload");
        shown.field("name", &self.name).field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

/// What is kept of the new content: the record, the file, and what is wrong with it.
pub(super) async fn understood(
    body: NewBody,
) -> Result<(EvidenceBody, Option<Upload>, Vec<FieldError>), Error> {
    let upload = match body {
        NewBody::Note(text) => return Ok((EvidenceBody::Note(text.trim().to_owned()), None, Vec::new())),
        NewBody::Link(address) => {
            return Ok((EvidenceBody::Link(address.trim().to_owned()), None, Vec::new()));
        }
        NewBody::File(upload) => upload,
    };
    // To look through 25 MB and to hash them takes longer than the others on this thread should wait.
    let described = tokio::task::spawn_blocking(move || (described(&upload), upload));
    let ((file, problem), upload) = described.await.map_err(Error::internal)?;
    Ok((EvidenceBody::File(file), Some(upload), problem.into_iter().collect()))
}

fn described(upload: &Upload) -> (EvidenceFile, Option<FieldError>) {
    let mut file = EvidenceFile {
        name: "evidence".to_owned(),
        media_type: String::new(),
        bytes: u64::try_from(upload.content.len()).unwrap_or(u64::MAX),
        sha256: String::new(),
    };
    if upload.content.len() > LARGEST_FILE {
        let problem = "The file is larger than 25 MB. Send a smaller one, or a link to it.";
        return (file, Some(FieldError::new("file", problem)));
    }
    let kind = match sniff(&upload.content) {
        Ok(kind) => kind,
        Err(why) => return (file, Some(FieldError::new("file", why.words()))),
    };
    match name::clean(&upload.name, kind) {
        Ok(name) => file.name = name,
        Err(problem) => return (file, Some(FieldError::new("file", problem))),
    }
    kind.media_type().clone_into(&mut file.media_type);
    file.sha256 = hash_of_bytes(&upload.content);
    (file, None)
}

/// The title that is kept: a file without one is called by its name.
pub(super) fn title(title: &str, body: &EvidenceBody) -> String {
    match (title.trim(), body) {
        ("", EvidenceBody::File(file)) => file.name.clone(),
        (title, _) => title.to_owned(),
    }
}

impl Service {
    /// An item as it is kept.
    pub async fn evidence_item(&self, actor: &Actor, id: EvidenceId) -> Result<Evidence, Error> {
        self.evidence_for(actor, id, Permission::Read).await
    }

    /// The file of an item with its content; [`Error::NotFound`] for a note or a link. It is read twice, so that nothing
    /// of a file is handed out that is not what was attached, and none is whole in memory.
    pub async fn evidence_file(
        &self,
        actor: &Actor,
        id: EvidenceId,
    ) -> Result<(EvidenceFile, Pieces), Error> {
        let evidence = self.evidence_for(actor, id, Permission::Read).await?;
        self.file_of(evidence).await
    }

    /// The revisions of an item before the present one, the latest first, each with the criteria that the item has now.
    pub async fn earlier_evidence(&self, actor: &Actor, id: EvidenceId) -> Result<Vec<Evidence>, Error> {
        self.evidence_for(actor, id, Permission::Read).await?;
        Ok(self.store().earlier_evidence(id).await?)
    }

    /// One of them, by its number.
    pub async fn evidence_revision(
        &self,
        actor: &Actor,
        id: EvidenceId,
        revision: i64,
    ) -> Result<Evidence, Error> {
        let earlier = self.earlier_evidence(actor, id).await?;
        let found = earlier.into_iter().find(|item| item.revision == revision);
        found.ok_or(Error::NotFound("The revision"))
    }

    /// The file of one of them, as [`Service::evidence_file`] hands it out.
    pub async fn evidence_file_of_revision(
        &self,
        actor: &Actor,
        id: EvidenceId,
        revision: i64,
    ) -> Result<(EvidenceFile, Pieces), Error> {
        let evidence = self.evidence_revision(actor, id, revision).await?;
        self.file_of(evidence).await
    }

    /// The caller has seen that it may be read.
    async fn file_of(&self, evidence: Evidence) -> Result<(EvidenceFile, Pieces), Error> {
        let id = evidence.id;
        let EvidenceBody::File(file) = evidence.body else { return Err(Error::NotFound("The file")) };
        let files = self.file_store()?;
        let mut hash = sha2::Sha256::new();
        let missing = || Error::internal(Astray("is not in the store of files"));
        if !files.look_through(evidence.org, id, &file.sha256, |piece| hash.update(piece)).await? {
            return Err(missing());
        }
        if crate::hexadecimal(&hash.finalize()) != file.sha256 {
            return Err(Error::internal(Astray("is not what was attached: its hash is another")));
        }
        let content = files.read(evidence.org, id, &file.sha256).await?.ok_or_else(missing)?;
        Ok((file, content))
    }

    /// Replaces an item's content by its next revision, which has to be reviewed again. The title stays where none is
    /// given.
    pub async fn replace_evidence(
        &self,
        actor: &Actor,
        id: EvidenceId,
        seen_revision: i64,
        replacement: Replacement,
    ) -> Result<Evidence, Error> {
        let known = self.evidence_for(actor, id, Permission::Answer).await?;
        let found = self.assessment_for(actor, known.assessment, Permission::Answer).await?;
        must_be_open(&found)?;
        let now = UnixMillis::now();
        let (body, upload, mut problems) = understood(replacement.body).await?;
        let title = match title(&replacement.title, &body) {
            _ if replacement.title.trim().is_empty() => known.title.clone(),
            title => title,
        };
        let described = Described {
            criteria: known.criteria.clone(),
            title: title.clone(),
            duration: known.duration,
            dated: replacement.dated,
            expires: replacement.expires,
            reported_pct: replacement.reported_pct,
        };
        problems.extend(problems_of(&described, &body, now.date()));
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let evidence = Evidence {
            title,
            body,
            dated: replacement.dated,
            expires: replacement.expires,
            author: actor.user(),
            author_name: actor.name().to_owned(),
            state: EvidenceState::Submitted,
            reviewer: None,
            reported_pct: replacement.reported_pct,
            revision: seen_revision + 1,
            created_at: now,
            ..known
        };
        let overtaken =
            || Error::Conflict("Somebody else replaced it in the meantime. Look at it again.".to_owned());
        if known.revision != seen_revision {
            return Err(overtaken());
        }
        let details =
            json!({ "title": evidence.title, "revision": evidence.revision, "assessment": found.id });
        let entry = org_audit(actor, evidence.org, "evidence.replaced", id, details);
        self.keep_file(&evidence, upload).await?;
        match self.store().replace_evidence(evidence.clone(), entry).await {
            Ok(true) => {
                self.follow_evidence(&found).await;
                Ok(evidence)
            }
            // What was sent lies beside what the other one sent, and goes when the item does.
            Ok(false) => Err(overtaken()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn file_store(&self) -> Result<&Files, Error> {
        self.files().ok_or_else(|| {
            Error::Conflict(
                "No files can be kept here: the operator has not said where (RUNG_EVIDENCE_URL). Attach a link or a \
                 note instead."
                    .to_owned(),
            )
        })
    }

    /// Adds a new item, its file first. In a task of its own: whoever sends it may go away in between, and a file without
    /// its item would stay for good.
    pub(super) async fn add_with_file(
        &self,
        evidence: Evidence,
        upload: Option<Upload>,
        audit: Audit,
    ) -> Result<(), Error> {
        let service = self.clone();
        let adding = tokio::spawn(async move {
            service.keep_file(&evidence, upload).await?;
            if let Err(error) = service.store().add_evidence(evidence.clone(), audit).await {
                service.forget_files(&evidence).await;
                return Err(error.into());
            }
            Ok(())
        });
        adding.await.map_err(Error::internal)?
    }

    pub(super) async fn keep_file(&self, evidence: &Evidence, upload: Option<Upload>) -> Result<(), Error> {
        let (Some(upload), EvidenceBody::File(file)) = (upload, &evidence.body) else { return Ok(()) };
        // Held until the content is put away.
        let Upload { content, room: _room, .. } = upload;
        Ok(self.file_store()?.keep(evidence.org, evidence.id, &file.sha256, content).await?)
    }

    /// Removes the files of every revision. What cannot be removed now is named in the log, for whoever tidies up.
    pub(crate) async fn forget_files(&self, evidence: &Evidence) {
        let Some(files) = self.files() else { return };
        if let Err(error) = files.remove(evidence.org, evidence.id).await {
            tracing::error!(%error, evidence = %evidence.id, "files of evidence were not removed");
        }
    }
}

/// The next revision of an item.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Empty: as before.
    pub title: String,
    pub body: NewBody,
    pub dated: Date,
    pub expires: Option<Date>,
    pub reported_pct: Option<Decimal>,
}

/// A file that is not as the record says.
#[derive(Debug, thiserror::Error)]
#[error("the file of a piece of evidence {0}")]
struct Astray(&'static str);
