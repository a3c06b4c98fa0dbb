//! Whether a file is the snapshot that it says it is. Needs no database.

use domain::scoring::Scorer;
use serde_json::Value;
use thiserror::Error;

use super::document::{Document, FORMAT};
use super::output::output;
use super::{canonical, hash};

/// A snapshot whose hash is right.
#[derive(Debug, Clone)]
pub struct Verified {
    pub document: Document,
    pub sha256: String,
    pub recomputed: Recomputed,
}

/// Whether the score was computed again from what the document says went into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recomputed {
    Equal,
    /// The framework is not one of those built into this program, or its content is another.
    UnknownFramework,
}

/// Why a file is no snapshot to rely on.
#[derive(Debug, Error)]
pub enum VerifyError {
    #[error("it is no snapshot: {0}")]
    Unreadable(String),
    #[error(
        "it is not in canonical form (RFC 8785): it was changed, or another program has written it anew; download it again"
    )]
    NotCanonical,
    #[error("the hash in it is not that of its document: one of them was changed")]
    Hash,
    #[error("its form is {0:?}, and this program knows {FORMAT:?}: use a newer one")]
    Format(String),
    #[error("the score in it does not follow from its answers, evidence and checks")]
    Score,
}

/// Verifies the form, the hash, and that the score follows from its input.
pub fn verify(file: &[u8]) -> Result<Verified, VerifyError> {
    let (document, sha256) = read(file)?;
    let recomputed = recomputed(&document)?;
    Ok(Verified { document, sha256, recomputed })
}

/// The document and its hash, once form and hash are right.
pub(crate) fn read(file: &[u8]) -> Result<(Document, String), VerifyError> {
    let unreadable = |error: &dyn std::fmt::Display| VerifyError::Unreadable(error.to_string());
    let text = std::str::from_utf8(file).map_err(|error| unreadable(&error))?.trim_end_matches('\n');
    let read: Value = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
    // Canonical form has each member once: nobody reads one of two where somebody else reads the other.
    if canonical(&read) != text {
        return Err(VerifyError::NotCanonical);
    }
    let (document, sha256) = match (&read["document"], &read["sha256"]) {
        (document @ Value::Object(_), Value::String(sha256)) => (document, sha256.clone()),
        _ => return Err(VerifyError::Unreadable("it has no document with its hash".to_owned())),
    };
    if hash(&canonical(document)) != sha256 {
        return Err(VerifyError::Hash);
    }
    match document["format"].as_str() {
        Some(FORMAT) => {}
        other => return Err(VerifyError::Format(other.unwrap_or_default().to_owned())),
    }
    let document: Document = serde_json::from_value(document.clone()).map_err(|error| unreadable(&error))?;
    Ok((document, sha256))
}

fn recomputed(document: &Document) -> Result<Recomputed, VerifyError> {
    let named = |framework: &&domain::Framework| {
        framework.code.as_str() == document.framework.code && framework.version == document.framework.version
    };
    let known = domain::builtin::frameworks().iter().find(named);
    let Some(framework) = known.filter(|known| hash(&known.write()) == document.framework.sha256) else {
        return Ok(Recomputed::UnknownFramework);
    };
    let scorer = Scorer::new(framework, domain::builtin::check_kinds())
        .map_err(|error| VerifyError::Unreadable(error.to_string()))?;
    if output(&scorer.score(&document.input.input())) == document.output {
        Ok(Recomputed::Equal)
    } else {
        Err(VerifyError::Score)
    }
}
