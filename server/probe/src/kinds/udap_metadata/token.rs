//! A signed token with its certificates (RFC 7515, `x5c` of section 4.1.6).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    UnparsedPublicKey, VerificationAlgorithm,
};
use rustls::pki_types::CertificateDer;
use serde_json::Value;

use super::chain::{KeyKind, Leaf};
use crate::kinds::json;

/// Certificates that are looked at; a chain is shorter.
const MOST_CERTIFICATES: usize = 10;

/// A token as it was sent, its signature not yet verified.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) algorithm: String,
    pub(super) claims: Value,
    /// The signer's certificate first; at least one.
    pub(super) chain: Vec<CertificateDer<'static>>,
    signed: String,
    signature: Vec<u8>,
}

impl Token {
    /// Takes a token in compact form apart. The problem is a sentence.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            let text = "expected signed_metadata in three parts separated by dots";
            return Err(format!("{text}, got {}", parts.len()));
        };
        let header = document("header", header)?;
        let claims = document("claims", claims)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| "the signature of signed_metadata is not base64url".to_owned())?;
        let algorithm = json::text(&header, "alg").unwrap_or("none").to_owned();
        let chain = certificates(&header)?;
        let signed = text[..text.rfind('.').unwrap_or_default()].to_owned();
        Ok(Self { algorithm, claims, chain, signed, signature })
    }

    /// Whether the signature is by the key of the first certificate.
    pub(super) fn verify(&self, leaf: &Leaf) -> Result<(), String> {
        let (algorithm, kind): (&'static dyn VerificationAlgorithm, _) = match self.algorithm.as_str() {
            "RS256" => (&RSA_PKCS1_2048_8192_SHA256, KeyKind::Rsa),
            "RS384" => (&RSA_PKCS1_2048_8192_SHA384, KeyKind::Rsa),
            "ES256" => (&ECDSA_P256_SHA256_FIXED, KeyKind::P256),
            "ES384" => (&ECDSA_P384_SHA384_FIXED, KeyKind::P384),
            other => return Err(format!("expected alg RS256, RS384, ES256 or ES384, got {other}")),
        };
        if leaf.key_kind != Some(kind) {
            let held = leaf.key_kind.map_or("another key", KeyKind::as_str);
            return Err(format!("alg is {}, but the certificate holds {held}", self.algorithm));
        }
        let text = "the signature does not hold under the first certificate's key";
        UnparsedPublicKey::new(algorithm, &leaf.public_key)
            .verify(self.signed.as_bytes(), &self.signature)
            .map_err(|_| text.to_owned())
    }
}

fn document(what: &str, part: &str) -> Result<Value, String> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part.trim_end_matches('='))
        .map_err(|_| format!("the {what} of signed_metadata is not base64url"))?;
    let document: Value = serde_json::from_slice(&bytes)
        .map_err(|error| format!("the {what} of signed_metadata is not readable as JSON ({error})"))?;
    if document.is_object() {
        return Ok(document);
    }
    Err(format!("expected the {what} of signed_metadata as a JSON object, got {}", json::shape(&document)))
}

fn certificates(header: &Value) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain = json::strings(header, "x5c");
    if chain.is_empty() {
        return Err(
            "expected the signer's certificates in x5c of the token's header; there is none".to_owned()
        );
    }
    let read = chain.iter().take(MOST_CERTIFICATES).enumerate().map(|(index, text)| {
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let der = STANDARD.decode(bare).map_err(|_| format!("x5c[{index}] is not base64"))?;
        Ok(CertificateDer::from(der))
    });
    read.collect()
}
