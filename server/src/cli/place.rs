//! Where files of evidence are, as several commands are told.

use clap::Args;

use crate::config::{DatabaseConfig, EvidenceConfig, EvidenceUrl};

/// The place of evidence.
#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "the options are named after the fields")]
pub(super) struct EvidencePlace {
    /// Where files of evidence are kept: `file:///FOLDER`, or
    /// `s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION`. Without it, an SQLite database has a folder beside it,
    /// and on PostgreSQL no file is taken
    #[arg(long, env = "RUNG_EVIDENCE_URL", value_name = "URL")]
    evidence_url: Option<EvidenceUrl>,
    /// The access key of the bucket for evidence
    #[arg(long, env = "RUNG_EVIDENCE_ACCESS_KEY", value_name = "KEY", hide_env_values = true)]
    evidence_access_key: Option<String>,
    /// The secret key of the bucket for evidence
    #[arg(long, env = "RUNG_EVIDENCE_SECRET_KEY", value_name = "KEY", hide_env_values = true)]
    evidence_secret_key: Option<String>,
}

impl EvidencePlace {
    pub(super) fn config(self, database: &DatabaseConfig) -> anyhow::Result<EvidenceConfig> {
        EvidenceConfig::chosen(
            database,
            self.evidence_url,
            self.evidence_access_key,
            self.evidence_secret_key,
        )
        .map_err(|problem| anyhow::anyhow!(problem))
    }
}
