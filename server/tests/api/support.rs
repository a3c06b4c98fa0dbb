//! A server of its own for each test, and the people who use it.

use std::net::{Ipv4Addr, SocketAddr};

use probe::AllowList;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use server::config::{
    Config, DatabaseConfig, Demonstration, EvidenceConfig, ListenConfig, ProbeConfig, SecretConfig,
    TrustedProxies, Worker,
};
use server::startup::Application;
use service::Service;
use service::account::SignUp;
use service::record::Retention;
pub(crate) use store::Backend;
use store::testing::TestDatabase;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const PASSWORD: &str = "walnut-otter-lantern-41";

/// A running server. It is asked to stop, and must stop, when the test ends well.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) service: Service,
    pub(crate) config: Config,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
    database: TestDatabase,
    folder: TempDir,
}

impl TestApp {
    pub(crate) async fn spawn(backend: Backend) -> Self {
        Self::spawn_with(backend, |_| {}).await
    }

    /// With a configuration that differs from the usual one.
    pub(crate) async fn spawn_with(backend: Backend, change: impl FnOnce(&mut Config)) -> Self {
        let (database, store) = TestDatabase::open(backend).await;
        store.close().await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            database: DatabaseConfig { url: database.url().to_owned() },
            listen: ListenConfig {
                addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                public_url: None,
                trusted_proxies: TrustedProxies::default(),
            },
            probes: ProbeConfig {
                allow: "127.0.0.0/8".parse::<AllowList>().unwrap(),
                ..ProbeConfig::default()
            },
            secrets: SecretConfig::file(folder.path().join("rung.key")),
            evidence: EvidenceConfig::Folder(folder.path().join("evidence")),
            mail: None,
            worker: Worker::Off,
            keep: Retention { runs_days: 30, hours_days: 90, days_days: 1825 },
            demonstration: Demonstration::Off,
        };
        change(&mut config);
        let application = Application::build(config.clone()).await.unwrap();
        let url = format!("http://{}", application.addr());
        let service = application.service().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(application.run_until(async move {
            let _ = stopped.await;
        }));
        Self { url, service, config, stop: Some(stop), serving, database, folder }
    }

    /// Asks the server to stop and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }

    /// Stops the server and keeps its database for another process, as long as what this gives is kept.
    pub(crate) async fn halt(mut self) -> (TestDatabase, TempDir) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap().unwrap();
        (self.database, self.folder)
    }

    /// What the audit log says was done, oldest first.
    pub(crate) async fn deeds(&self) -> Vec<String> {
        self.database.deeds().await
    }

    /// Takes a table away, so that whatever needs it fails from then on.
    pub(crate) async fn lose(&self, table: &'static str) {
        self.database.lose(table).await;
    }

    /// Gives it back.
    pub(crate) async fn find(&self, table: &'static str) {
        self.database.find(table).await;
    }

    /// Does to the database what the server never does.
    pub(crate) async fn execute(&self, sql: &str) {
        self.database.execute(sql.to_owned()).await;
    }

    /// Somebody without an account.
    pub(crate) fn anonymous(&self) -> Person {
        Person { url: self.url.clone(), client: client(), token: None, email: String::new() }
    }

    /// Somebody with an account and a token, belonging nowhere yet.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let email = format!("{name}@example.org");
        let sign_up = SignUp { name: name.to_owned(), email: email.clone(), password: PASSWORD.to_owned() };
        self.service.create_account_as_operator(sign_up, false).await.unwrap();
        let token = self.service.create_token_as_operator(&email).await.unwrap().secret;
        Person { token: Some(token), email, ..self.anonymous() }
    }
}

fn client() -> Client {
    // Plain http only, but the client wants a provider all the same. A second installation is refused, and fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().cookie_store(true).redirect(Policy::none()).build().unwrap()
}

/// Somebody at a browser (with its cookies) and at the API (with a token).
#[derive(Clone)]
pub(crate) struct Person {
    url: String,
    pub(crate) client: Client,
    pub(crate) token: Option<String>,
    pub(crate) email: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the status and gives the body.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts that it is a problem of this status, and gives it.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header(CONTENT_TYPE.as_str()), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }

    /// Asserts a 422, and gives the pointers that it names.
    #[track_caller]
    pub(crate) fn pointers(&self) -> Vec<String> {
        let problem = self.problem(422);
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }
}

impl Person {
    /// A request to the API.
    pub(crate) fn api(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.api(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.api(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.api(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.api(Method::PATCH, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.api(Method::DELETE, path)).await
    }

    /// A page, as a browser asks for it.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        Answer::of(self.client.get(format!("{}{path}", self.url))).await
    }

    /// A form, as a browser posts it from a page of this site.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.url))
            .header("origin", &self.url)
            .header("sec-fetch-site", "same-origin")
            .form(fields)
    }

    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.form(path, fields)).await
    }

    /// A form that leads on to a page, and that page.
    pub(crate) async fn submit_on(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.submit(path, fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        self.page(answer.location()).await
    }

    pub(crate) async fn sign_in(&self) -> Answer {
        let fields = [("sign-in.email", self.email.as_str()), ("sign-in.password", PASSWORD)];
        let answer = self.submit("/sign-in", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer
    }
}

/// An organization with an assessment, and its owner.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) owner: Person,
    pub(crate) organization: String,
    pub(crate) slug: String,
    pub(crate) assessment: String,
}

impl World {
    pub(crate) async fn new(backend: Backend) -> Self {
        Self::with(backend, |_| {}).await
    }

    /// With a configuration that differs from the usual one.
    pub(crate) async fn with(backend: Backend, change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::spawn_with(backend, change).await;
        let owner = app.person("owner").await;
        let new = json!({ "name": "Alder Regional Hospital", "profiles": ["H"], "size_band": "21-150" });
        let organization = owner.post("/organizations", new).await.expect(201);
        let id = text(&organization["id"]);
        let new = json!({ "framework": "B7", "title": "Spring", "target": "8.1" });
        let assessment = owner.post(&format!("/organizations/{id}/assessments"), new).await.expect(201);
        Self {
            app,
            owner,
            organization: id,
            slug: text(&organization["slug"]),
            assessment: text(&assessment["id"]),
        }
    }

    /// A member of the organization with this role, named after it.
    pub(crate) async fn member(&self, role: &str) -> Person {
        let person = self.app.person(role).await;
        let new = json!({ "email": person.email, "role": role });
        self.owner.post(&format!("/organizations/{}/members", self.organization), new).await.expect(201);
        person
    }

    /// Below `/organizations/{id}`.
    pub(crate) fn org(&self, rest: &str) -> String {
        format!("/organizations/{}{rest}", self.organization)
    }

    /// Below `/assessments/{id}`.
    pub(crate) fn at(&self, rest: &str) -> String {
        format!("/assessments/{}{rest}", self.assessment)
    }

    pub(crate) fn answer_to(&self, criterion: &str) -> String {
        self.at(&format!("/answers/{criterion}"))
    }

    /// An integration of the organization that serves these domains.
    pub(crate) async fn integration(&self, serves: &[&str]) -> String {
        // No two of an organization have the same name.
        let known = self.owner.get(&self.org("/integrations?limit=200")).await.expect(200);
        let name = match known["items"].as_array().unwrap().len() {
            0 => "Patient access API".to_owned(),
            others => format!("Patient access API {}", others + 1),
        };
        let new = json!({ "name": name, "serves": serves });
        let made = self.owner.post(&self.org("/integrations"), new).await.expect(201);
        text(&made["id"])
    }
}

/// The text of a JSON value that is one.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}
