//! Signatures of webhooks: Standard Webhooks 1.0, symmetric (`v1`, HMAC-SHA256).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// 24 to 64 random bytes that sender and receiver share ("Signature scheme").
pub(super) struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// A new one of 32 bytes.
    pub(super) fn random() -> Self {
        let bytes: [u8; 32] = rand::random();
        Self(bytes.to_vec())
    }

    /// From its serialization; the text says what is wrong, and repeats nothing of it.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let encoded = text.strip_prefix(PREFIX).ok_or("A signing secret begins with whsec_.")?;
        let bytes = BASE64.decode(encoded).map_err(|_| "After whsec_ stands base64.")?;
        if (24..=64).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err("A signing secret has 24 to 64 bytes.")
        }
    }

    /// `whsec_` and base64.
    pub(super) fn written(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// The value of the header `webhook-signature` for a message, a time in Unix seconds and a body.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the reference libraries (standard-webhooks/standard-webhooks, their unit tests).
    #[test]
    fn a_signature_is_that_of_the_reference() {
        let secret = SigningSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_24_to_64_bytes_in_base64() {
        for wrong in ["", "hunter2", "whsec_", "whsec_not base64", "whsec_c2hvcnQ="] {
            let problem = SigningSecret::read(wrong).err().unwrap();
            assert!(wrong.is_empty() || !problem.contains(wrong) || wrong == "whsec_", "{problem}");
        }
        let made = SigningSecret::random();
        assert_eq!(SigningSecret::read(&made.written()).unwrap().0, made.0);
    }
}
