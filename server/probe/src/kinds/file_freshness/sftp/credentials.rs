//! Who lists a folder over SFTP, and at which server: `USER:PASSWORD@SHA256:FINGERPRINT`, or a private key in place of
//! the password. On one line or on several: a form's field for secrets drops line breaks.

use russh::keys::PrivateKey;

use super::super::NAME;
use crate::given::Unusable;

/// How a fingerprint of a host key begins, as `ssh-keygen -l` writes it.
const SHA256: &str = "SHA256:";
/// The length of a fingerprint's base64 without padding.
const DIGITS: usize = 43;

pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) proof: Proof,
    /// `SHA256:…`; `None` while nobody said which server is meant.
    pub(super) host_key: Option<String>,
}

pub(super) enum Proof {
    Password(String),
    Key(Box<PrivateKey>),
}

impl Credentials {
    pub(super) fn read(text: &str) -> Result<Self, Unusable> {
        let unusable = |why: &str| {
            let problem = format!(
                "{why}; write USER:PASSWORD@SHA256:FINGERPRINT, or the text of a private key in place of the password"
            );
            Unusable::new(NAME, problem)
        };
        let text = text.trim();
        let (who, host_key) = match text.rsplit_once(&format!("@{SHA256}")) {
            Some((who, digits)) => {
                let digits = digits.trim().trim_end_matches('=');
                if digits.len() != DIGITS || !digits.chars().all(is_base64) {
                    return Err(unusable("the host key's fingerprint is not one"));
                }
                (who, Some(format!("{SHA256}{digits}")))
            }
            None => (text, None),
        };
        let (user, proof) = who.split_once(':').ok_or_else(|| unusable("there is no colon in it"))?;
        if user.is_empty() || proof.trim().is_empty() {
            return Err(unusable("the user or the password is missing"));
        }
        let proof = if proof.trim_start().starts_with("-----BEGIN ") {
            let key = with_line_breaks(proof).ok_or_else(|| unusable("the private key has no end"))?;
            let key = russh::keys::decode_secret_key(&key, None);
            // The library's words are of no use to whoever pasted the key, and might quote it.
            Proof::Key(Box::new(
                key.map_err(|_| unusable("the private key cannot be read, or has a passphrase"))?,
            ))
        } else {
            Proof::Password(proof.trim_end_matches(['\r', '\n']).to_owned())
        };
        Ok(Self { user: user.to_owned(), proof, host_key })
    }
}

const fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}

/// A key as PEM wants it (RFC 7468), whatever became of its line breaks.
fn with_line_breaks(text: &str) -> Option<String> {
    let rest = text.trim().strip_prefix("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let lines = body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
    let lines: Vec<String> = lines.collect();
    Some(format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "SHA256:uNiVztksCsDhcc0u9e8BrrlwXs1Ek6ZIOnjyKQwpzgY";

    fn problem(text: &str) -> String {
        Credentials::read(text).err().expect("it is refused").problem
    }

    #[test]
    fn a_password_may_hold_every_sign() {
        let text = format!("reader:p@ss:w@SHA256:ord @{FINGERPRINT}");
        let credentials = Credentials::read(&text).unwrap();
        let Proof::Password(password) = credentials.proof else { panic!("a password") };
        assert_eq!((credentials.user.as_str(), password.as_str()), ("reader", "p@ss:w@SHA256:ord "));
        assert_eq!(credentials.host_key.as_deref(), Some(FINGERPRINT));
    }

    #[test]
    fn without_a_fingerprint_the_server_is_not_known() {
        assert!(Credentials::read("reader:hunter2").unwrap().host_key.is_none());
    }

    #[test]
    fn what_cannot_be_used_is_said_without_repeating_it() {
        for text in
            ["hunter2", ":hunter2", "reader:", "reader:hunter2@SHA256:short", "reader:-----BEGIN hunter2"]
        {
            let problem = problem(text);
            assert!(problem.contains("FINGERPRINT") && !problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn a_key_that_lost_its_line_breaks_gets_them_back() {
        let body = "A".repeat(100);
        let one_line = format!("-----BEGIN OPENSSH PRIVATE KEY-----{body}-----END OPENSSH PRIVATE KEY-----");
        let whole = with_line_breaks(&one_line).unwrap();
        let lines: Vec<usize> = whole.lines().map(str::len).collect();
        assert_eq!(lines, [35, 64, 36, 33]);
    }
}
