//! Snapshots: what was submitted and what was signed, in one file that anybody can check.
//!
//! The file is canonical JSON (RFC 8785) with two members: `document`, which holds the input of the score, its output,
//! the framework's version and the people, and `sha256`, the hash of the document in canonical form. Each document
//! names the hash of the organization's snapshot before it. **Invariant.** The output follows from the input by the
//! scoring rule and nothing else, so that [`verify`] can compute it again.

mod document;
mod figures;
mod output;
mod verify;

use domain::scoring::Input;
use store::record::{Before, Sealed, Snapshot, SnapshotKind};
use store::{AssessmentId, SnapshotId};

use crate::assessment::Assessed;
use crate::{Actor, Error, Permission, Service};

pub use document::{
    AnswerPart, AssessmentPart, CheckPart, Document, EvidencePart, FORMAT, FrameworkPart, InputPart,
    OrganizationPart, OverridePart, Person,
};
pub(crate) use verify::read;
pub use verify::{Recomputed, Verified, VerifyError, verify};

/// A snapshot with its file.
#[derive(Debug, Clone)]
pub struct SnapshotFile {
    pub snapshot: Snapshot,
    /// Canonical JSON.
    pub file: String,
    /// What the file says.
    pub document: Document,
}

impl SnapshotFile {
    /// What to call it on a disk: `rung-b7-3-final.json`.
    pub fn name(&self) -> String {
        let kind = match self.snapshot.kind {
            SnapshotKind::Submitted => "submitted",
            SnapshotKind::Final => "final",
        };
        let code: String = self.document.framework.code.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("rung-{}-{}-{kind}.json", code.to_lowercase(), self.snapshot.number)
    }
}

impl Service {
    /// The snapshots of an assessment, latest first.
    pub async fn snapshots(&self, actor: &Actor, id: AssessmentId) -> Result<Vec<Snapshot>, Error> {
        self.assessment_for(actor, id, Permission::Read).await?;
        Ok(self.store().snapshots_of(id).await?)
    }

    /// One snapshot, as it was made.
    pub async fn snapshot(&self, actor: &Actor, id: SnapshotId) -> Result<SnapshotFile, Error> {
        let missing = || Error::NotFound("The snapshot");
        let (snapshot, file) = self.store().snapshot(id).await?.ok_or_else(missing)?;
        self.authorize(actor, snapshot.org, Permission::Read, "The snapshot").await?;
        let (document, sha256) = verify::read(file.as_bytes()).map_err(Error::internal)?;
        if sha256 != snapshot.sha256 {
            return Err(Error::internal(VerifyError::Hash));
        }
        Ok(SnapshotFile { snapshot, file, document })
    }
}

/// Makes the file of a snapshot.
pub(crate) fn seal(
    assessed: &Assessed,
    input: &Input,
    kind: SnapshotKind,
    before: &Before,
    made_by: Person,
) -> Sealed {
    let document = Document::of(assessed, input, kind, before, made_by);
    let document = canonical(&document);
    let sha256 = hash(&document);
    let file = format!(r#"{{"document":{document},"sha256":"{sha256}"}}"#);
    let rung = assessed.score.totals.as_ref().map(|totals| totals.rung.clone());
    Sealed { rung, sha256, file }
}

/// RFC 8785.
fn canonical(value: &impl serde::Serialize) -> String {
    serde_json_canonicalizer::to_string(value).expect("texts, whole numbers, lists and maps are JSON")
}

fn hash(text: &str) -> String {
    crate::service::hash_of(text)
}
