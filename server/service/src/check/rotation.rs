//! A new key for the secrets of checks, alert channels, second factors and the links of invitations whose mail waits: what
//! an older one sealed is sealed anew.

use store::CheckId;

use crate::{Error, Service};

/// Checks read at a time.
const AT_ONCE: u32 = 200;

impl Service {
    /// Seals with the key in use what an older one sealed; of how many of them. Does nothing where no older key is named,
    /// and may run on several nodes at once. A secret that no key opens stays as it is, and is on the log.
    pub async fn reseal_secrets(&self) -> Result<u32, Error> {
        if !self.secret_keys().has_old() {
            return Ok(0);
        }
        let mut resealed = 0;
        let mut after: Option<CheckId> = None;
        loop {
            let checks = self.store().checks_after(after, AT_ONCE).await?;
            let Some(last) = checks.last() else { break };
            after = Some(last.id);
            for check in &checks {
                match self.resealed(check) {
                    Ok(None) => {}
                    Ok(Some(parameters)) => {
                        // Somebody who changed the check meanwhile sealed with the key in use.
                        let done = self.store().replace_parameters(check.id, &check.parameters, &parameters);
                        resealed += u32::from(done.await?);
                    }
                    Err(error) => {
                        tracing::warn!(check = %check.id, ?error, "no key opens the secret of a check");
                    }
                }
            }
        }
        resealed += self.reseal_channels().await? + self.reseal_second_factors().await?;
        Ok(resealed + self.reseal_invitations().await?)
    }
}
