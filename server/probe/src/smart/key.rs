//! The private key of a client: RSA signs RS384, P-384 signs ES384, the two algorithms that SMART requires.

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA384,
    RsaKeyPair,
};

use super::{der, jwk};

/// A key that signs. Prints as its algorithm only.
pub(super) enum SigningKey {
    Rs384(Box<RsaKeyPair>),
    Es384(Box<EcdsaKeyPair>),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.algorithm())
    }
}

const WANTED: &str = "an RSA key of 2048 to 4096 bits (RS384) or a P-384 key (ES384)";

impl SigningKey {
    /// Reads a PEM (PKCS#8, PKCS#1 or SEC1) or a JWK, whole or as one of a set; with the key's own id where it has
    /// one. `wanted_id` chooses from a set. The problem never repeats what was given.
    pub(super) fn read(text: &str, wanted_id: Option<&str>) -> Result<(Self, Option<String>), String> {
        let text = text.trim();
        if text.starts_with('{') {
            return jwk::read(text, wanted_id);
        }
        der::private(text)?.into_key().map(|key| (key, None))
    }

    /// `alg` of the assertion's header (RFC 7518 section 3.1).
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs384(_) => "RS384",
            Self::Es384(_) => "ES384",
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rs384(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA384, &random, message, &mut signature)
                    .expect("the system gives random numbers and the buffer has the modulus' length");
                signature
            }
            Self::Es384(key) => {
                key.sign(&random, message).expect("the system gives random numbers").as_ref().to_vec()
            }
        }
    }

    /// RFC 5958.
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, String> {
        let rsa = match RsaKeyPair::from_pkcs8(der) {
            Ok(key) => return Ok(Self::rsa(key)),
            Err(rejected) => rejected.to_string(),
        };
        let random = SystemRandom::new();
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der, &random) {
            return Ok(Self::Es384(Box::new(key)));
        }
        if EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &random).is_ok() {
            return Err(format!("it is a P-256 key; SMART wants {WANTED}"));
        }
        // "WrongAlgorithm" is what an elliptic-curve key is to RSA.
        match rsa.as_str() {
            "WrongAlgorithm" => Err(format!(
                "it is neither of the keys that SMART wants, {WANTED}; a P-384 key must hold its public part"
            )),
            reason => Err(format!("the RSA key is rejected ({reason}); SMART wants {WANTED}")),
        }
    }

    /// RFC 8017 appendix A.1.2.
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, String> {
        RsaKeyPair::from_der(der)
            .map(Self::rsa)
            .map_err(|rejected| format!("the RSA key is rejected ({rejected}); SMART wants {WANTED}"))
    }

    pub(super) fn rsa(key: RsaKeyPair) -> Self {
        Self::Rs384(Box::new(key))
    }

    /// A private scalar and its point, uncompressed (SEC 1 section 2.3.3).
    pub(super) fn p384(scalar: &[u8], point: &[u8]) -> Result<Self, String> {
        EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P384_SHA384_FIXED_SIGNING,
            scalar,
            point,
            &SystemRandom::new(),
        )
        .map(|key| Self::Es384(Box::new(key)))
        .map_err(|rejected| format!("the P-384 key is rejected ({rejected})"))
    }
}
