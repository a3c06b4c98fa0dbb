//! Sealing what must be kept but never shown: the secrets of health checks, alert channels and second factors, and the
//! links of invitations until their mail has gone out.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use thiserror::Error;

/// Why a key or a sealed secret could not be used.
#[derive(Debug, Error)]
pub enum SecretError {
    #[error("the secret key must be 32 bytes in base64")]
    BadKey,
    #[error("the key file {path} could not be read or written: {cause}")]
    File { path: String, cause: std::io::Error },
    #[error("a sealed secret could not be opened: it was sealed with another key, or it was altered")]
    NotOpened,
}

/// The key with which secrets are sealed (XChaCha20-Poly1305).
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

/// The keys of an installation: one that seals, and those before it, which still open.
#[derive(Debug, Clone)]
pub struct SecretKeys {
    current: SecretKey,
    old: Vec<SecretKey>,
}

impl From<SecretKey> for SecretKeys {
    fn from(current: SecretKey) -> Self {
        Self { current, old: Vec::new() }
    }
}

impl SecretKeys {
    /// `old` in any order.
    pub fn new(current: SecretKey, old: Vec<SecretKey>) -> Self {
        Self { current, old }
    }

    pub(crate) fn has_old(&self) -> bool {
        !self.old.is_empty()
    }

    /// Seals `secret` for the place `bound_to`; it opens there only.
    pub(crate) fn seal(&self, secret: &str, bound_to: &str) -> String {
        self.current.seal(secret, bound_to)
    }

    pub(crate) fn open(&self, sealed: &str, bound_to: &str) -> Result<String, SecretError> {
        let keys = std::iter::once(&self.current).chain(&self.old);
        keys.map(|key| key.open(sealed, bound_to)).find(Result::is_ok).unwrap_or(Err(SecretError::NotOpened))
    }

    /// Whether the key in use opens it.
    pub(crate) fn is_current(&self, sealed: &str, bound_to: &str) -> bool {
        self.current.open(sealed, bound_to).is_ok()
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

impl SecretKey {
    /// A key that nobody else knows: for a process that seals and opens nothing.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// A key from 32 bytes in base64.
    pub fn from_base64(text: &str) -> Result<Self, SecretError> {
        let bytes = BASE64.decode(text.trim()).map_err(|_| SecretError::BadKey)?;
        bytes.try_into().map(Self).map_err(|_| SecretError::BadKey)
    }

    /// The key in `path`, or a new one written there, readable by its owner alone.
    pub fn from_file(path: &Path) -> Result<Self, SecretError> {
        let failed = |cause| SecretError::File { path: path.display().to_string(), cause };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_base64(&text),
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                let key = Self::random();
                write_private(path, &BASE64.encode(key.0)).map_err(failed)?;
                Ok(key)
            }
            Err(cause) => Err(failed(cause)),
        }
    }

    fn seal(&self, secret: &str, bound_to: &str) -> String {
        let nonce: [u8; 24] = rand::random();
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: secret.as_bytes(), aad: bound_to.as_bytes() })
            .expect("sealing a text in memory has no way to fail");
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        BASE64.encode(bytes)
    }

    fn open(&self, sealed: &str, bound_to: &str) -> Result<String, SecretError> {
        let bytes = BASE64.decode(sealed).map_err(|_| SecretError::NotOpened)?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or(SecretError::NotOpened)?;
        let opened = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: bound_to.as_bytes() })
            .map_err(|_| SecretError::NotOpened)?;
        String::from_utf8(opened).map_err(|_| SecretError::NotOpened)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_where_it_was_sealed() {
        let key = SecretKey([7; 32]);
        let sealed = key.seal("token", "check-1");
        assert!(!sealed.contains("token"));
        assert_eq!(key.open(&sealed, "check-1").unwrap(), "token");
        assert!(key.open(&sealed, "check-2").is_err());
        assert!(SecretKey([8; 32]).open(&sealed, "check-1").is_err());
    }

    #[test]
    fn an_old_key_still_opens_and_no_longer_seals() {
        let (old, new) = (SecretKey([7; 32]), SecretKey([8; 32]));
        let before = old.seal("token", "check-1");
        let keys = SecretKeys::new(new.clone(), vec![SecretKey([9; 32]), old]);
        assert_eq!(keys.open(&before, "check-1").unwrap(), "token");
        assert!(!keys.is_current(&before, "check-1"));
        let after = keys.seal("token", "check-1");
        assert!(keys.is_current(&after, "check-1"));
        assert_eq!(new.open(&after, "check-1").unwrap(), "token");
        assert!(SecretKeys::from(new).open(&before, "check-1").is_err());
    }

    #[test]
    fn a_key_file_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/secret.key");
        let first = SecretKey::from_file(&path).unwrap();
        assert_eq!(SecretKey::from_file(&path).unwrap().0, first.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
