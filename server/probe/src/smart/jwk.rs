//! Private keys as JSON Web Keys (RFC 7517, RFC 7518 section 6), one or a set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::RsaKeyPair;
use serde_json::Value;

use super::key::SigningKey;

/// Reads a key, or the one of a set that `wanted_id` names, else the first that can sign.
pub(super) fn read(text: &str, wanted_id: Option<&str>) -> Result<(SigningKey, Option<String>), String> {
    // Serde's message would repeat a part of the key.
    let document: Value =
        serde_json::from_str(text).map_err(|_| "it begins like a JWK but is not JSON".to_owned())?;
    let Some(keys) = document["keys"].as_array() else { return key(&document) };
    let id = |key: &Value| key["kid"].as_str().map(str::to_owned);
    if let Some(wanted) = wanted_id
        && keys.iter().any(|key| id(key).is_some())
    {
        let found = keys.iter().find(|key| id(key).as_deref() == Some(wanted));
        return key(found.ok_or_else(|| format!("the set holds no key with the id {wanted}"))?);
    }
    let mut problem = "the set holds no key".to_owned();
    for candidate in keys {
        match key(candidate) {
            Ok(found) => return Ok(found),
            Err(why) => problem = why,
        }
    }
    Err(problem)
}

fn key(jwk: &Value) -> Result<(SigningKey, Option<String>), String> {
    let kind = jwk["kty"].as_str().unwrap_or("none");
    if matches!(kind, "RSA" | "EC") && jwk["d"].is_null() {
        return Err("it is a public key; enter the private one".to_owned());
    }
    let signing = match (kind, jwk["crv"].as_str()) {
        ("RSA", _) => rsa(jwk)?,
        ("EC", Some("P-384")) => {
            let point = [vec![4], coordinate(jwk, "x")?, coordinate(jwk, "y")?].concat();
            SigningKey::p384(&coordinate(jwk, "d")?, &point)?
        }
        ("EC", curve) => {
            let curve = curve.unwrap_or("no curve");
            return Err(format!("it is a key on {curve}; SMART wants RSA (RS384) or P-384 (ES384)"));
        }
        (other, _) => return Err(format!("its kty is {other}; SMART wants RSA (RS384) or EC (ES384)")),
    };
    if let Some(named) = jwk["alg"].as_str()
        && named != signing.algorithm()
    {
        return Err(format!("its alg is {named}; SMART wants RS384 or ES384"));
    }
    Ok((signing, jwk["kid"].as_str().map(str::to_owned)))
}

fn rsa(jwk: &Value) -> Result<SigningKey, String> {
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n: number(jwk, "n")?, e: number(jwk, "e")? },
        d: number(jwk, "d")?,
        p: number(jwk, "p")?,
        q: number(jwk, "q")?,
        dP: number(jwk, "dp")?,
        dQ: number(jwk, "dq")?,
        qInv: number(jwk, "qi")?,
    };
    RsaKeyPair::from_components(&components)
        .map(SigningKey::rsa)
        .map_err(|rejected| format!("the RSA key is rejected ({rejected}); 2048 to 4096 bits are wanted"))
}

fn number(jwk: &Value, name: &str) -> Result<Vec<u8>, String> {
    let text = jwk[name].as_str().ok_or_else(|| format!("its member {name} is missing"))?;
    let bare = text.trim().trim_end_matches('=');
    URL_SAFE_NO_PAD.decode(bare).map_err(|_| format!("its member {name} is not base64url"))
}

/// A number of a P-384 key at its full length, which some writers shorten by leading zeros.
fn coordinate(jwk: &Value, name: &str) -> Result<Vec<u8>, String> {
    const LENGTH: usize = 48;
    let digits = number(jwk, name)?;
    let missing = LENGTH.checked_sub(digits.len());
    let missing = missing.ok_or_else(|| format!("its member {name} is too long for P-384"))?;
    Ok([vec![0; missing], digits].concat())
}
