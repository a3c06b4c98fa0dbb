//! The test credentials, in the forms that test endpoints ask for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::failure::{Failure, Layer};
use crate::kinds::json;
use crate::prober::Context;
use crate::report::Report;
use crate::smart;

/// Who asks. Never printed.
pub(super) enum Credentials {
    /// A whole `Authorization` header.
    Header(String),
    Client(Box<smart::Client>),
}

impl Credentials {
    /// A token; `Bearer TOKEN`; `Basic user:password` or `Basic` with what is already encoded; or the JSON of a client
    /// with `token_url`, `client_id`, `private_key`, `scopes` and perhaps `key_id`.
    pub(super) fn read(context: &Context<'_>, text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        if text.starts_with('{') {
            return client(context, text);
        }
        let header = match text.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => match rest.trim() {
                pair if pair.contains(':') => format!("Basic {}", STANDARD.encode(pair)),
                encoded => format!("Basic {encoded}"),
            },
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => {
                format!("Bearer {}", rest.trim())
            }
            Some(_) => {
                let text = "credentials is not usable: write a token, \"Basic user:password\", or a client as \
                            JSON with token_url, client_id, private_key and scopes";
                return Err(Failure::inconclusive(Layer::Guard, text));
            }
            None => format!("Bearer {text}"),
        };
        Ok(Self::Header(header))
    }

    /// The header to send, for which a client first asks for a token.
    pub(super) async fn authorization(
        self,
        context: &Context<'_>,
        report: &mut Report,
    ) -> Result<String, Failure> {
        match self {
            Self::Header(header) => Ok(header),
            Self::Client(mut client) => Ok(format!("Bearer {}", client.token(context, report).await?)),
        }
    }
}

fn client(context: &Context<'_>, text: &str) -> Result<Credentials, Failure> {
    let unusable = |problem: String| {
        Failure::inconclusive(Layer::Guard, format!("credentials is not usable: {problem}"))
    };
    // Serde's message would repeat a part of the key.
    let document: Value = serde_json::from_str(text)
        .map_err(|_| unusable("it begins like JSON but is not readable as JSON".to_owned()))?;
    let member = |name: &str| {
        json::text(&document, name).ok_or_else(|| unusable(format!("its member {name} is missing")))
    };
    let key = match &document["private_key"] {
        jwk @ Value::Object(_) => jwk.to_string(),
        _ => member("private_key")?.to_owned(),
    };
    let scopes = json::strings(&document, "scopes");
    let scopes = scopes.iter().flat_map(|scopes| scopes.split_whitespace()).map(str::to_owned).collect();
    let client = smart::Client::registered(
        context,
        member("token_url")?,
        member("client_id")?,
        &key,
        json::text(&document, "key_id"),
        scopes,
    )?;
    Ok(Credentials::Client(Box::new(client)))
}
