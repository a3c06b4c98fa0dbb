//! The audit log.

use crate::ids::{AuditId, OrgId, UnixMillis, UserId};

/// One line of the append-only audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: UnixMillis,
    /// `None` for what Rung does by itself.
    pub actor: Option<UserId>,
    pub actor_name: Option<String>,
    pub org: Option<OrgId>,
    /// A verb in the past and its object, for example `answer.saved`.
    pub action: String,
    pub subject: String,
    /// JSON; never a secret.
    pub details: serde_json::Value,
}

/// The audit line that a write leaves, written in its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    pub at: UnixMillis,
    pub actor: Option<UserId>,
    pub org: Option<OrgId>,
    pub action: &'static str,
    pub subject: String,
    pub details: serde_json::Value,
}

impl Audit {
    /// The line of what followed from this in the same transaction; its details say from what.
    pub(crate) fn following(&self, action: &'static str, subject: impl ToString) -> Self {
        let details = serde_json::json!({ "because": self.action, "of": self.subject });
        Self { action, subject: subject.to_string(), details, ..self.clone() }
    }
}
