//! A FHIR server with a token endpoint that verifies what clients send it.

pub(crate) mod token;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use token::Tokens;

pub(crate) const RSA: &str = include_str!("../fixtures/keys/rsa-pkcs8.pem");
pub(crate) const P384: &str = include_str!("../fixtures/keys/p384-pkcs8.pem");
pub(crate) const CLIENT: &str = "rung-check";

/// A running server; it ends with the test.
pub(crate) struct FhirServer {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for FhirServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FhirServer {
    /// Serves `fhir` below `/fhir` to whoever brings a token, and tokens at `/token` to the client with either key.
    pub(crate) async fn start(fhir: Router) -> Self {
        Self::with_tokens(fhir, Tokens::default()).await
    }

    pub(crate) async fn with_tokens(fhir: Router, tokens: Tokens) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let tokens = Arc::new(tokens.at(format!("http://{address}/token")));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let guarded = fhir.layer(middleware::from_fn_with_state(Arc::clone(&tokens), authorized));
        let app = Router::new()
            .route("/token", post(token::grant).with_state(tokens))
            .nest("/fhir", guarded)
            .layer(middleware::from_fn_with_state(Arc::clone(&requests), record));
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("a server runs until its test ends");
        });
        Self { address, requests, task }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}/fhir", self.address)
    }

    pub(crate) fn token_url(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// Method and address of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panics with the lock").clone()
    }

    /// How often something was asked for.
    pub(crate) fn count(&self, beginning: &str) -> usize {
        self.requests().iter().filter(|request| request.starts_with(beginning)).count()
    }

    /// The parameters of a registered client, and more.
    pub(crate) fn parameters<'a>(&self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
        let mut all = vec![
            ("base_url", self.base()),
            ("token_url", self.token_url()),
            ("client_id", CLIENT.to_owned()),
            ("private_key", RSA.to_owned()),
            ("key_id", "rung-rsa".to_owned()),
            ("scopes", "system/Patient.rs".to_owned()),
        ];
        for (name, text) in more {
            all.retain(|(known, _)| known != name);
            all.push((name, (*text).to_owned()));
        }
        all
    }
}

async fn record(State(requests): State<Arc<Mutex<Vec<String>>>>, request: Request, next: Next) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    requests.lock().expect("no test panics with the lock").push(line);
    next.run(request).await
}

async fn authorized(State(tokens): State<Arc<Tokens>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let open = request.uri().path().ends_with("/metadata");
    let token = given.map(|text| text.strip_prefix("Bearer ").unwrap_or_default());
    if open || tokens.admit(token) {
        next.run(request).await
    } else {
        outcome(StatusCode::UNAUTHORIZED, "no token of ours")
    }
}

/// A resource as FHIR's JSON.
pub(crate) fn fhir(resource: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/fhir+json")], resource.to_string()).into_response()
}

pub(crate) fn outcome(status: StatusCode, diagnostics: &str) -> Response {
    let issue = json!([{ "severity": "error", "code": "processing", "diagnostics": diagnostics }]);
    let mut response = fhir(&json!({ "resourceType": "OperationOutcome", "issue": issue }));
    *response.status_mut() = status;
    response
}
