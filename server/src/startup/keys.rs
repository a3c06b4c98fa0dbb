//! The keys of secrets: as the operator gave them, and tried on what the database holds before anything else starts. With
//! wrong ones every check that has a secret would end UNKNOWN, one by one, and nobody would know why.

use service::{SecretKey, SecretKeys, Service};

use super::StartError;
use crate::config::{KeyBefore, KeySource, SecretConfig};

pub(super) fn read(secrets: &SecretConfig) -> Result<SecretKeys, StartError> {
    let unusable = |error: service::SecretError| StartError::SecretKey(error.into());
    let current = match &secrets.key {
        KeySource::Given(text) => SecretKey::from_base64(text).map_err(unusable)?,
        KeySource::File(path) => SecretKey::from_file(path).map_err(unusable)?,
        KeySource::Unknown => return Err(StartError::NoSharedKey),
        KeySource::Unused => SecretKey::random(),
    };
    let old = secrets.old.0.iter().map(|text| SecretKey::from_base64(text));
    let old = old.collect::<Result<_, _>>().map_err(|error| StartError::OldKey(error.into()))?;
    Ok(SecretKeys::new(current, old))
}

/// Refuses keys that open nothing of what is sealed, unless the right one is lost, and says on the log what does not open.
/// A database that holds nothing sealed takes any key.
pub(super) async fn try_on(service: &Service, secrets: &SecretConfig) -> Result<(), StartError> {
    let seals = service.try_seals().await?;
    let all = seals.all();
    if all.resealed > 0 {
        tracing::info!(resealed = all.resealed, "secrets were sealed anew, with the key in use");
    }
    if seals.none_opens() && secrets.before == KeyBefore::Kept {
        return Err(StartError::OtherKey { key: named(secrets), seals });
    }
    if all.shut > 0 {
        tracing::warn!(
            shut = %seals,
            "secrets were sealed with a key that is not given and do not open: give it in RUNG_SECRET_KEY_OLD, or enter \
             them again"
        );
    }
    Ok(())
}

/// Where the keys come from, in the words of the settings.
fn named(secrets: &SecretConfig) -> String {
    let current = match &secrets.key {
        KeySource::File(path) => format!("the key in {}", path.display()),
        KeySource::Given(_) | KeySource::Unknown | KeySource::Unused => {
            "the key in RUNG_SECRET_KEY".to_owned()
        }
    };
    if secrets.old.0.is_empty() { current } else { format!("{current}, nor with one in RUNG_SECRET_KEY_OLD") }
}
