//! A client of SMART backend services: an access token for a private key.
//!
//! The client signs an assertion (`private_key_jwt`), posts it to the token endpoint and gets a token for a short
//! while (SMART App Launch 2.2, "Backend Services"; RFC 7523). Key, assertion and token appear in no message and no
//! log. What the token endpoint says is judged: it is part of what the check depends on.

mod assertion;
mod der;
mod jwk;
mod key;

use domain::check::{Message, Parameters, Severity};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::http::{Answer, Request};
use crate::kinds::json::{self, status_text};
use crate::kinds::required;
use crate::prober::Context;
use crate::report::Report;
use crate::said::short_line;
use key::SigningKey;

const BACKEND: &str = "https://hl7.org/fhir/smart-app-launch/backend-services.html";
/// The parameters that hold the key, and its id where the token endpoint knows it by one.
const KEY: &str = "private_key";
const KEY_ID: &str = "key_id";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// A token is renewed this long before it expires.
const EARLY: SignedDuration = SignedDuration::from_secs(15);
/// Where the token endpoint does not say how long its token lives; SMART recommends 300 s.
const ASSUMED_LIFETIME_SECONDS: i64 = 300;

/// Who asks: the client as it is registered with the token endpoint.
pub(crate) struct Client {
    token_url: Url,
    /// The same as it was entered: a server compares it letter by letter, and a parsed address gains a slash.
    audience: String,
    id: String,
    key: SigningKey,
    key_id: Option<String>,
    scopes: Vec<String>,
    token: Option<Token>,
}

/// An access token and when it ends. Prints without its value.
struct Token {
    value: String,
    until: Timestamp,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("until", &self.until).finish_non_exhaustive()
    }
}

/// The key that a client signs with, and the id by which the token endpoint knows it.
#[derive(Debug)]
pub(crate) struct ClientKey {
    key: SigningKey,
    id: Option<String>,
}

impl ClientKey {
    /// Reads a PEM or a JWK. `key_id` chooses from a set, and stands before the key's own id.
    pub(crate) fn read(text: &str, key_id: Option<&str>) -> Result<Self, String> {
        let (key, own_id) = SigningKey::read(text, key_id)?;
        Ok(Self { key, id: key_id.map(str::to_owned).or(own_id) })
    }
}

/// The private key of the kinds with a registered client, where no run could sign with it.
pub(crate) fn unusable(parameters: &Parameters) -> Option<Unusable> {
    let key = given::text(parameters, KEY)?;
    ClientKey::read(key, given::text(parameters, KEY_ID)).err().map(unusable_key)
}

fn unusable_key(problem: String) -> Unusable {
    Unusable::new(KEY, problem)
}

impl Client {
    /// Reads the client from the parameters that all kinds with a registered client share.
    pub(crate) fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let key_id = given::text(context.parameters, KEY_ID);
        Self::registered(
            context,
            required(context, "token_url")?,
            required(context, "client_id")?,
            ClientKey::read(required(context, KEY)?, key_id).map_err(unusable_key)?,
            context.parameters.list("scopes").to_vec(),
        )
    }

    /// The same where a client is given: an open server is asked without.
    pub(crate) fn where_given(context: &Context<'_>) -> Result<Option<Self>, Failure> {
        let given = |name: &str| given::text(context.parameters, name).is_some();
        if ["token_url", "client_id", KEY].into_iter().any(given) {
            Self::read(context).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A client from its parts.
    pub(crate) fn registered(
        context: &Context<'_>,
        token_url: &str,
        client_id: &str,
        key: ClientKey,
        scopes: Vec<String>,
    ) -> Result<Self, Failure> {
        let audience = token_url.trim().to_owned();
        let token_url = context.connector.guard().vet_url(&audience)?;
        let ClientKey { key, id: key_id } = key;
        Ok(Self { token_url, audience, id: client_id.to_owned(), key, key_id, scopes, token: None })
    }

    /// A token that is still good for a request, asked for where there is none.
    pub(crate) async fn token(
        &mut self,
        context: &Context<'_>,
        report: &mut Report,
    ) -> Result<String, Failure> {
        let now = Timestamp::now();
        if let Some(token) = self.token.as_ref().filter(|token| now < token.until) {
            return Ok(token.value.clone());
        }
        let first = self.token.is_none();
        let token = self.ask(context, report, first).await?;
        Ok(self.token.insert(token).value.clone())
    }

    async fn ask(&self, context: &Context<'_>, report: &mut Report, first: bool) -> Result<Token, Failure> {
        let now = Timestamp::now();
        let assertion = assertion::signed(
            &self.key,
            &assertion::Claims { client_id: &self.id, audience: &self.audience, now },
            self.key_id.as_deref(),
        );
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &self.scopes.join(" "))
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", &assertion)
            .finish();
        let request = Request::post(
            &self.token_url,
            "application/json",
            "application/x-www-form-urlencoded",
            form.as_bytes(),
            context.deadline,
        );
        let answer = context.http.send(&request).await.map_err(|failure| failure.context("token request"))?;
        if first {
            report.note(format!(
                "token from {} with {} in {} ms",
                self.token_url,
                self.key.algorithm(),
                answer.latency.as_millis()
            ));
            if answer.tls.is_none() {
                let text = format!("expected the token endpoint over TLS; {} is not", self.token_url);
                let message = Message::new(Severity::Warning, text).at(Layer::Tls.as_str());
                report.say(message.requirement("SMART backend services", BACKEND));
            }
            if self.key_id.is_none() {
                let text = "the assertion names no key: SMART requires kid; enter it as key_id";
                let message = Message::new(Severity::Warning, text).at("key_id");
                report.say(message.requirement("SMART backend services", BACKEND));
            }
        }
        if !answer.status.is_success() {
            return Err(self.refused(&answer));
        }
        let document = json::read(&answer, report).map_err(|failure| failure.context("token request"))?;
        self.granted(&document, now, report, first)
    }

    fn granted(
        &self,
        document: &Value,
        now: Timestamp,
        report: &mut Report,
        first: bool,
    ) -> Result<Token, Failure> {
        let Some(value) = json::text(document, "access_token") else {
            let seen = if document.is_object() { "none" } else { json::shape(document) };
            let text = format!("token request: expected an access_token from {}, got {seen}", self.token_url);
            return Err(Failure::answered(Layer::Parse, text));
        };
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            let text = "token request: the access_token holds characters that no HTTP header can carry";
            return Err(Failure::answered(Layer::Parse, text));
        }
        if first {
            self.judge_grant(document, report);
        }
        let lifetime = &document["expires_in"];
        let seconds = lifetime.as_i64().or_else(|| lifetime.as_str()?.trim().parse().ok());
        let seconds = seconds.unwrap_or(ASSUMED_LIFETIME_SECONDS).clamp(0, 86_400);
        Ok(Token { value: value.to_owned(), until: now + SignedDuration::from_secs(seconds) - EARLY })
    }

    fn judge_grant(&self, document: &Value, report: &mut Report) {
        let mut remark = |at: &str, text: String| {
            let message = Message::new(Severity::Warning, text).at(at);
            report.say(message.requirement("SMART backend services", BACKEND));
        };
        let kind = json::text(document, "token_type").unwrap_or("none");
        if !kind.eq_ignore_ascii_case("bearer") {
            remark("token_type", format!("expected token_type bearer, got {kind}"));
        }
        if document["expires_in"].as_i64().is_none() {
            let text = "expected expires_in as a number of seconds; it is missing or no number";
            remark("expires_in", text.to_owned());
        }
        if let Some(granted) = json::text(document, "scope") {
            let granted: Vec<_> = granted.split_whitespace().collect();
            let withheld: Vec<_> =
                self.scopes.iter().filter(|scope| !granted.contains(&scope.as_str())).cloned().collect();
            if !withheld.is_empty() {
                let text = format!("asked for but not granted: {}", withheld.join(", "));
                remark("scope", text);
            }
        }
    }

    /// An error of RFC 6749 section 5.2. One that concerns this client says nothing about the target's service.
    fn refused(&self, answer: &Answer) -> Failure {
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let code = json::text(&document, "error").map(harmless);
        let detail = json::text(&document, "error_description").map(harmless);
        let mut text = format!(
            "token request: expected 200 from {}, got {}",
            self.token_url,
            status_text(answer.status)
        );
        for part in [&code, &detail].into_iter().flatten() {
            text = format!("{text}: {part}");
        }
        let clients = matches!(
            code.as_deref(),
            Some("invalid_client" | "unauthorized_client" | "invalid_scope" | "invalid_grant")
        );
        if clients || matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let advice = "check that the client, its public key and its scopes are registered there";
            return Failure::inconclusive(Layer::Http, format!("{text}; {advice}"));
        }
        Failure::answered(Layer::Http, text)
    }
}

/// What a server says about an error, short, and nothing where it repeats something that looks like a token.
fn harmless(text: &str) -> String {
    if text.contains("eyJ") {
        return "(its explanation repeats a token and is left out)".to_owned();
    }
    short_line(text).trim().to_owned()
}
