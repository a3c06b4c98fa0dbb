//! The test credentials, in the forms that test endpoints ask for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::failure::Failure;
use crate::given::{self, Unusable};
use crate::kinds::json;
use crate::prober::Context;
use crate::report::Report;
use crate::smart;

/// The parameter.
const NAME: &str = "credentials";

/// Who asks. Never printed.
pub(super) enum Credentials {
    /// A whole `Authorization` header.
    Header(String),
    Client(Box<Client>),
}

/// A client of SMART backend services.
pub(super) struct Client {
    token_url: String,
    id: String,
    key: smart::ClientKey,
    scopes: Vec<String>,
}

impl Credentials {
    /// A token; `Bearer TOKEN`; `Basic user:password` or `Basic` with what is already encoded; or the JSON of a client
    /// with `token_url`, `client_id`, `private_key`, `scopes` and perhaps `key_id`.
    pub(super) fn read(text: &str) -> Result<Self, Unusable> {
        let text = text.trim();
        if text.starts_with('{') {
            return client(text).map(|client| Self::Client(Box::new(client))).map_err(unusable);
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
                let problem = "write a token, \"Basic user:password\", or a client as JSON with token_url, \
                               client_id, private_key and scopes";
                return Err(unusable(problem));
            }
            None => format!("Bearer {text}"),
        };
        given::header(NAME, &header)?;
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
            Self::Client(client) => {
                let Client { token_url, id, key, scopes } = *client;
                let mut client = smart::Client::registered(context, &token_url, &id, key, scopes)?;
                Ok(format!("Bearer {}", client.token(context, report).await?))
            }
        }
    }
}

fn unusable(problem: impl Into<String>) -> Unusable {
    Unusable::new(NAME, problem)
}

fn client(text: &str) -> Result<Client, String> {
    // Serde's message would repeat a part of the key.
    let document: Value = serde_json::from_str(text)
        .map_err(|_| "it begins like JSON but is not readable as JSON".to_owned())?;
    let member =
        |name: &str| json::text(&document, name).ok_or_else(|| format!("its member {name} is missing"));
    let key = match &document["private_key"] {
        jwk @ Value::Object(_) => jwk.to_string(),
        _ => member("private_key")?.to_owned(),
    };
    let key = smart::ClientKey::read(&key, json::text(&document, "key_id"))
        .map_err(|problem| format!("its private_key cannot be used: {problem}"))?;
    let scopes = json::strings(&document, "scopes");
    let scopes = scopes.iter().flat_map(|scopes| scopes.split_whitespace()).map(str::to_owned).collect();
    let (token_url, id) = (member("token_url")?.to_owned(), member("client_id")?.to_owned());
    Ok(Client { token_url, id, key, scopes })
}
