//! Codes of an authenticator: TOTP (RFC 6238) with HMAC-SHA-1, six digits and steps of 30 seconds, which is what every
//! authenticator takes; and recovery codes, for when it is not at hand.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use store::UnixMillis;

/// Milliseconds of a step (RFC 6238, section 5.2).
const STEP_MS: i64 = 30_000;
/// Steps before and after the present one whose code counts too: clocks differ, and typing takes a while.
const SKEW: i64 = 1;
const DIGITS: usize = 6;

/// Letters and digits of a recovery code, in groups of four: 80 random bits.
const RECOVERY_LENGTH: usize = 16;
/// Recovery codes made at a time.
pub(super) const RECOVERY_CODES: usize = 8;

/// What an authenticator and the server share: 160 random bits (RFC 4226, section 4, R6), written in base32.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Vec<u8>);

/// Never printed.
impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(***)")
    }
}

impl TotpSecret {
    pub(super) fn random() -> Self {
        let bytes: [u8; 20] = rand::random();
        Self(bytes.to_vec())
    }

    /// From base32 without padding; `None` where it is not.
    pub fn from_base32(text: &str) -> Option<Self> {
        BASE32_NOPAD.decode(text.as_bytes()).ok().map(Self)
    }

    /// In base32 without padding, as authenticators read it (RFC 4648, section 6).
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The code of a step (RFC 4226, section 5.3).
    pub fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let offset = usize::from(hash[19] & 0xf);
        let word = [hash[offset] & 0x7f, hash[offset + 1], hash[offset + 2], hash[offset + 3]];
        format!("{:06}", u32::from_be_bytes(word) % 1_000_000)
    }

    /// The latest step around `now` whose code this is.
    pub(super) fn step_of(&self, code: &str, now: UnixMillis) -> Option<i64> {
        let present = step_at(now);
        (present - SKEW..=present + SKEW).rev().find(|step| self.code(*step) == code)
    }
}

/// The step that an instant is in.
pub fn step_at(at: UnixMillis) -> i64 {
    at.0.div_euclid(STEP_MS)
}

/// What somebody typed as a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Six digits of an authenticator.
    Code(String),
    /// A recovery code in its one form, without spaces and hyphens.
    Recovery(String),
}

impl Typed {
    /// However it was spaced and in whatever letter case; `None` where it is neither.
    pub(super) fn read(text: &str) -> Option<Self> {
        // No more than a code can have, however long the text is.
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .take(RECOVERY_LENGTH + 1)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if plain.len() == DIGITS && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(Self::Code(plain))
        } else if plain.len() == RECOVERY_LENGTH && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Some(Self::Recovery(plain))
        } else {
            None
        }
    }
}

/// A new recovery code: `abcd-efgh-ijkl-mnop`.
pub(super) fn recovery_code() -> String {
    let bytes: [u8; RECOVERY_LENGTH * 5 / 8] = rand::random();
    let plain = BASE32_NOPAD.encode(&bytes).to_lowercase();
    let groups: Vec<&str> = (0..RECOVERY_LENGTH).step_by(4).map(|at| &plain[at..at + 4]).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B, for SHA-1.
    fn vector() -> TotpSecret {
        TotpSecret(b"12345678901234567890".to_vec())
    }

    /// RFC 6238, appendix B: the last six of the eight digits there.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(vector().code(step_at(UnixMillis(seconds * 1000))), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_one_step_late() {
        let now = UnixMillis(1_111_111_111_000);
        let present = step_at(now);
        for step in present - 1..=present + 1 {
            assert_eq!(vector().step_of(&vector().code(step), now), Some(step));
        }
        for step in [present - 2, present + 2] {
            assert_eq!(vector().step_of(&vector().code(step), now), None, "{step}");
        }
    }

    #[test]
    fn a_secret_is_read_as_it_was_written_and_never_printed() {
        let secret = TotpSecret::random();
        assert_eq!(secret.base32().len(), 32);
        assert_eq!(TotpSecret::from_base32(&secret.base32()).as_ref(), Some(&secret));
        assert_eq!(vector().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret::from_base32("not base32"), None);
        assert!(!format!("{:?}", vector()).contains("GEZD"));
    }

    #[test]
    fn what_is_typed_may_be_spaced() {
        assert_eq!(Typed::read(" 287 082\n"), Some(Typed::Code("287082".to_owned())));
        let code = recovery_code();
        assert_eq!(code.len(), 19);
        let plain = code.replace('-', "");
        for typed in [&code, &plain, &code.to_uppercase(), &code.replace('-', " ")] {
            assert_eq!(Typed::read(typed), Some(Typed::Recovery(plain.clone())), "{typed}");
        }
        for neither in ["", "28708", "2870821", "28708x", "é87082", &format!("{code}x"), &"1".repeat(100_000)]
        {
            assert_eq!(Typed::read(neither), None);
        }
    }
}
