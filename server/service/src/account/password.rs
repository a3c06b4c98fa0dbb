//! Passwords: Argon2id with the OWASP parameters, never more than two at once, and a minimum strength.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Error, FieldError};

/// Of the settings that the OWASP Password Storage Cheat Sheet gives as equal in defence, the one with the least memory,
/// 7 MiB with five passes and one lane: the allocator keeps what the last hash took. Older hashes name their own settings.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;
const LANES: u32 = 1;

/// The hasher and its gate: hashing is meant to be dear, so few run at once.
#[derive(Clone)]
pub(crate) struct Passwords {
    gate: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    /// The hash of nothing anybody knows, so that an unknown user costs the same time as a wrong password.
    decoy: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let unknowable: [u8; 32] = rand::random();
        let decoy = hasher()
            .hash_password(&unknowable)
            .map(|hash: PasswordHash| hash.to_string())
            .expect("32 random bytes can be hashed");
        let two = || Arc::new(Semaphore::new(2));
        Self { gate: two(), turns: two(), decoy: decoy.into() }
    }

    /// One of two turns to try a password. Held from counting the failures to noting the next one: a burst of guesses
    /// sent at once would otherwise be counted before any of them has failed.
    pub(crate) async fn turn(&self) -> SemaphorePermit<'_> {
        self.turns.acquire().await.expect("the gate is never closed")
    }

    /// The password's hash in PHC string format.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        self.apart(move || {
            hasher().hash_password(password.as_bytes()).map(|hash: PasswordHash| hash.to_string())
        })
        .await?
        .map_err(Error::internal)
    }

    /// Whether the password is the hash's; always false without a hash, after the same work.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let same =
            self.apart(move || hasher().verify_password(password.as_bytes(), hash.as_str()).is_ok()).await?;
        Ok(same && known)
    }

    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _turn = self.gate.acquire().await.expect("the gate is never closed");
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in Argon2's ranges");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// At least 10 characters and not easily guessed (zxcvbn 3 of 4), also by somebody who knows name and e-mail.
pub(super) fn check_strength(field: &str, password: &str, known: &[&str]) -> Result<(), FieldError> {
    let length = password.chars().count();
    if length < 10 {
        return Err(FieldError::new(field, "Use at least 10 characters for the password."));
    }
    if length > 200 {
        return Err(FieldError::new(field, "Use at most 200 characters for the password."));
    }
    let entropy = zxcvbn::zxcvbn(password, known);
    if entropy.score() >= zxcvbn::Score::Three {
        return Ok(());
    }
    let hint = entropy
        .feedback()
        .and_then(|feedback| feedback.warning().map(|warning| warning.to_string()))
        .unwrap_or_else(|| "Several unrelated words make a good one.".to_owned());
    Err(FieldError::new(field, format!("This password is too easy to guess. {hint}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_must_be_long_and_hard_to_guess() {
        for weak in ["short", "password12", "aaaaaaaaaaaa", "ana.li@clinic.example"] {
            assert!(
                check_strength("password", weak, &["Ana Li", "ana.li@clinic.example"]).is_err(),
                "{weak}"
            );
        }
        assert!(check_strength("password", "lantern crate violet ridge", &[]).is_ok());
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_verifies() {
        let passwords = Passwords::new();
        let hash = passwords.hash("lantern crate violet".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=7168,t=5,p=1$"));
        assert!(passwords.verify("lantern crate violet".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("lantern crate viole".to_owned(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("anything".to_owned(), None).await.unwrap());
        let params = Params::new(64, 1, 1, None).unwrap();
        let before = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let before: PasswordHash = before.hash_password(b"lantern crate violet").unwrap();
        assert!(passwords.verify("lantern crate violet".to_owned(), Some(before.to_string())).await.unwrap());
    }
}
