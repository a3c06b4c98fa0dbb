//! The client assertion: a signed statement of who asks (SMART App Launch 2.2, "Asymmetric authentication").

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::key::SigningKey;

/// SMART allows five minutes at most.
const LIFETIME_SECONDS: i64 = 240;

/// What is claimed.
pub(super) struct Claims<'a> {
    pub(super) client_id: &'a str,
    /// The token endpoint, as it is configured.
    pub(super) audience: &'a str,
    pub(super) now: Timestamp,
}

/// A JSON Web Token (RFC 7519) in compact form, with an identifier of its own each time.
pub(super) fn signed(key: &SigningKey, claims: &Claims<'_>, key_id: Option<&str>) -> String {
    let mut header = json!({ "typ": "JWT", "alg": key.algorithm() });
    if let Some(id) = key_id {
        header["kid"] = id.into();
    }
    let issued = claims.now.as_second();
    let payload = json!({
        "iss": claims.client_id,
        "sub": claims.client_id,
        "aud": claims.audience,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
        "jti": Uuid::new_v4(),
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&payload));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}
