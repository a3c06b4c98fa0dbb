//! Private keys in PEM (RFC 7468), as people paste them: with or without line breaks, after parameters or text.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::key::SigningKey;

const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A private key as its PEM label names it.
pub(super) enum PrivateKey {
    Pkcs8(Vec<u8>),
    Pkcs1(Vec<u8>),
    Sec1(Vec<u8>),
}

/// Finds the private key in a PEM text. A one-line field drops line breaks and an environment file writes them as
/// `\n`, so neither matters.
pub(super) fn private(text: &str) -> Result<PrivateKey, String> {
    let mut rest = text;
    let mut other = None;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else { break };
        let Some((body, after)) = body.split_once("-----END ") else {
            return Err("its end is missing; paste it from BEGIN to END".to_owned());
        };
        rest = after;
        if label == "ENCRYPTED PRIVATE KEY" || body.contains("ENCRYPTED") {
            return Err("it is protected by a passphrase; give it without one".to_owned());
        }
        let wrap: fn(Vec<u8>) -> PrivateKey = match label {
            "PRIVATE KEY" => PrivateKey::Pkcs8,
            "RSA PRIVATE KEY" => PrivateKey::Pkcs1,
            "EC PRIVATE KEY" => PrivateKey::Sec1,
            _ => {
                other = Some(label);
                continue;
            }
        };
        let body = body.replace("\\r", "").replace("\\n", "");
        let bare: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        return TOLERANT.decode(bare).map(wrap).map_err(|_| "its PEM is damaged".to_owned());
    }
    Err(match other {
        Some(label @ ("CERTIFICATE" | "PUBLIC KEY")) => {
            format!("it is a {}; enter the private key", label.to_lowercase())
        }
        _ => "it is neither a PEM (BEGIN PRIVATE KEY) nor a JWK ({\"kty\": …})".to_owned(),
    })
}

impl PrivateKey {
    pub(super) fn into_key(self) -> Result<SigningKey, String> {
        match self {
            Self::Pkcs8(der) => SigningKey::from_pkcs8(&der),
            Self::Pkcs1(der) => SigningKey::from_pkcs1(&der),
            Self::Sec1(der) => SigningKey::from_pkcs8(&wrapped(&der)),
        }
    }
}

/// `AlgorithmIdentifier`: id-ecPublicKey (1.2.840.10045.2.1) on secp384r1 (1.3.132.0.34).
const P384: [u8; 18] = [
    0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00,
    0x22,
];
const P256: [u8; 21] = [
    0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07,
];
/// The curve as SEC1's own parameters name it.
const P256_CURVE: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// SEC1's `ECPrivateKey` inside PKCS#8's `PrivateKeyInfo` (RFC 5915, RFC 5958).
fn wrapped(sec1: &[u8]) -> Vec<u8> {
    let is_p256 = sec1.windows(P256_CURVE.len()).any(|window| window == P256_CURVE);
    let algorithm: &[u8] = if is_p256 { &P256 } else { &P384 };
    let version = [0x02, 0x01, 0x00];
    let content = [&version, algorithm, &tagged(0x04, sec1)].concat();
    tagged(0x30, &content)
}

/// A DER value with its tag and length (X.690 section 8.1.3).
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let bare = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut out = vec![tag];
    if content.len() < 128 {
        out.push(length[length.len() - 1]);
    } else {
        out.push(0x80 | u8::try_from(bare.len()).expect("a length has at most eight bytes"));
        out.extend_from_slice(bare);
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_written_short_and_long() {
        assert_eq!(tagged(4, &[]), [4, 0]);
        assert_eq!(tagged(4, &[7; 3]), [4, 3, 7, 7, 7]);
        assert_eq!(tagged(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(tagged(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
    }

    #[test]
    fn what_is_no_private_key_is_named() {
        let problem = |text: &str| private(text).err().unwrap_or_default();
        assert!(problem("hunter2").contains("neither a PEM"));
        assert!(
            problem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").contains("certificate")
        );
        assert!(problem("-----BEGIN PRIVATE KEY-----\nAAAA").contains("end is missing"));
        assert!(problem("-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----").contains("damaged"));
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
        assert!(problem(locked).contains("passphrase"));
    }

    #[test]
    fn line_breaks_do_not_matter() {
        for text in [
            "-----BEGIN PRIVATE KEY-----\nAAEC\nAwQ=\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY-----AAECAwQ=-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\\nAAEC\\nAwQ\\n-----END PRIVATE KEY-----\\n",
        ] {
            let Ok(PrivateKey::Pkcs8(der)) = private(text) else { panic!("{text} is a PEM") };
            assert_eq!(der, [0, 1, 2, 3, 4]);
        }
    }
}
