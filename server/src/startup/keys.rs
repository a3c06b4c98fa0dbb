//! The keys of secrets: as the operator gave them, and tried on what the database holds before anything else starts. With
//! wrong ones every check that has a secret would end UNKNOWN, one by one, and nobody would know why.

use service::{SecretKey, SecretKeys, Service};

use super::StartError;
use crate::config::{KeyBefore, KeySource, SecretConfig};

/// Whether the file that is to hold the key was there when the process started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyFile {
    There,
    Missing,
}

impl KeyFile {
    /// Looked at before [`read`], which makes one that is missing.
    pub(super) fn look(secrets: &SecretConfig) -> Self {
        match &secrets.key {
            KeySource::File(path) if !path.exists() => Self::Missing,
            _ => Self::There,
        }
    }
}

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
/// A database that holds nothing sealed takes any key. A key that was just made because its file is not there is no other
/// key: it is taken away again, so that nobody takes it for the right one.
pub(super) async fn try_on(
    service: &Service,
    secrets: &SecretConfig,
    file: KeyFile,
) -> Result<(), StartError> {
    let seals = service.try_seals().await?;
    let all = seals.all();
    if all.resealed > 0 {
        tracing::info!(resealed = all.resealed, "secrets were sealed anew, with the key in use");
    }
    if seals.none_opens() && secrets.before == KeyBefore::Kept {
        if let (KeyFile::Missing, KeySource::File(path)) = (file, &secrets.key) {
            if let Err(error) = std::fs::remove_file(path) {
                tracing::warn!(path = %path.display(), %error, "a key that opens nothing was made and stays");
            }
            return Err(StartError::NoKeyFile { path: path.display().to_string(), seals });
        }
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
