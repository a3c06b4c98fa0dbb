//! A token endpoint: grants a token for a client assertion that holds (SMART App Launch 2.2, backend services).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Form;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA384, UnparsedPublicKey};
use serde_json::{Value, json};

const RSA_PUBLIC: &[u8] = include_bytes!("../../fixtures/keys/rsa-public.der");
const P384_PUBLIC: &[u8] = include_bytes!("../../fixtures/keys/p384-public.bin");

/// What was granted, and to what.
#[derive(Default)]
pub(crate) struct Tokens {
    url: String,
    /// How long tokens live; not said where there is none.
    lifetime: Option<i64>,
    /// Whoever brings no token is let in, and nobody else.
    open: bool,
    granted: Mutex<BTreeSet<String>>,
    seen: Mutex<BTreeSet<String>>,
}

impl Tokens {
    pub(crate) fn living(seconds: i64) -> Self {
        Self { lifetime: Some(seconds), ..Self::default() }
    }

    /// Of a server that wants none.
    pub(crate) fn unwanted() -> Self {
        Self { open: true, ..Self::default() }
    }

    pub(super) fn at(self, url: String) -> Self {
        Self { url, lifetime: self.lifetime.or(Some(300)), ..self }
    }

    /// Whether whoever comes with this, or with nothing, is let in.
    pub(super) fn admit(&self, token: Option<&str>) -> bool {
        match token {
            None => self.open,
            Some(token) => self.granted.lock().expect("no test panics with the lock").contains(token),
        }
    }

    /// The scopes asked for, where the request holds.
    fn verify(&self, form: &BTreeMap<String, String>) -> Result<String, String> {
        let field = |name: &str| form.get(name).ok_or_else(|| format!("{name} is missing"));
        same("grant_type", field("grant_type")?, "client_credentials")?;
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        same("client_assertion_type", field("client_assertion_type")?, kind)?;
        let assertion = field("client_assertion")?;
        let (signed, signature) = assertion.rsplit_once('.').ok_or("no signature")?;
        let (header, claims) = signed.split_once('.').ok_or("no claims")?;
        let (header, claims) = (decoded(header)?, decoded(claims)?);
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|error| error.to_string())?;
        let holds = match header["alg"].as_str() {
            Some("RS384") => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA384, RSA_PUBLIC)
                .verify(signed.as_bytes(), &signature),
            Some("ES384") => UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, P384_PUBLIC)
                .verify(signed.as_bytes(), &signature),
            other => return Err(format!("alg is {other:?}")),
        };
        holds.map_err(|_| "the signature does not hold".to_owned())?;
        same("typ", header["typ"].as_str().unwrap_or_default(), "JWT")?;
        for (claim, wanted) in [("iss", super::CLIENT), ("sub", super::CLIENT), ("aud", &self.url)] {
            same(claim, claims[claim].as_str().unwrap_or_default(), wanted)?;
        }
        let left = claims["exp"].as_i64().ok_or("exp is missing")? - Timestamp::now().as_second();
        if !(1..=300).contains(&left) {
            return Err(format!("exp is {left} s from now"));
        }
        let id = claims["jti"].as_str().ok_or("jti is missing")?.to_owned();
        if !self.seen.lock().expect("no test panics with the lock").insert(id) {
            return Err("this jti was used before".to_owned());
        }
        Ok(field("scope")?.clone())
    }
}

fn same(name: &str, given: &str, wanted: &str) -> Result<(), String> {
    if given == wanted { Ok(()) } else { Err(format!("{name} is {given}, not {wanted}")) }
}

fn decoded(part: &str) -> Result<Value, String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

pub(super) async fn grant(
    State(tokens): State<Arc<Tokens>>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    match tokens.verify(&form) {
        Ok(scope) => {
            let token = uuid::Uuid::new_v4().to_string();
            tokens.granted.lock().expect("no test panics with the lock").insert(token.clone());
            let granted = json!({
                "access_token": token,
                "token_type": "bearer",
                "expires_in": tokens.lifetime,
                "scope": scope,
            });
            Json(granted).into_response()
        }
        Err(problem) => {
            let refusal = json!({ "error": "invalid_client", "error_description": problem });
            (StatusCode::UNAUTHORIZED, Json(refusal)).into_response()
        }
    }
}
