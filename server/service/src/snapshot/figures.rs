//! The figures of a snapshot, as its file says them.

use std::collections::BTreeMap;

use domain::DomainCode;
use domain::live::Fraction;
use serde_json::Value;
use store::SnapshotId;
use store::record::{SizeBand, SnapshotResult};

use super::verify::{self, VerifyError};
use crate::{Error, Service};

/// Files that are read at once.
const ROUND: u32 = 50;

impl Service {
    /// Reads the figures of every snapshot that they were not read of yet: what was signed before they were kept, and what
    /// came from elsewhere. They follow from the file alone.
    pub(crate) async fn read_submissions(&self) -> Result<(), Error> {
        loop {
            let unread = self.store().unread_snapshots(ROUND).await?;
            if unread.is_empty() {
                return Ok(());
            }
            for (id, file) in unread {
                let figures = figures(id, &file).unwrap_or_else(|error| {
                    tracing::error!(snapshot = %id, %error, "the file of a snapshot is broken; it counts as unrated");
                    unrated(id)
                });
                self.store().keep_snapshot_result(&figures).await?;
            }
        }
    }
}

fn figures(id: SnapshotId, file: &str) -> Result<SnapshotResult, VerifyError> {
    let (document, _) = verify::read(file.as_bytes())?;
    let size_band: SizeBand = serde_json::from_value(document.organization.size_band)
        .map_err(|error| VerifyError::Unreadable(error.to_string()))?;
    let fraction = |value: &Value| value.as_str().map(|text| Fraction::from(text.to_owned()));
    let totals = &document.output["totals"];
    let domains = document.output["domains"].as_array().into_iter().flatten();
    let domains: BTreeMap<DomainCode, Fraction> = domains
        .filter_map(|domain| Some((domain["code"].as_str()?.into(), fraction(&domain["score"])?)))
        .collect();
    Ok(SnapshotResult {
        snapshot: id,
        overall: fraction(&totals["overall"]),
        claimed: fraction(&totals["claimed"]),
        domains,
        profiles: document.input.profiles,
        size_band,
    })
}

fn unrated(id: SnapshotId) -> SnapshotResult {
    SnapshotResult {
        snapshot: id,
        overall: None,
        claimed: None,
        domains: BTreeMap::new(),
        profiles: Vec::new(),
        size_band: SizeBand::UpTo6,
    }
}
