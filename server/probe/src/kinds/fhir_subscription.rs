//! `fhir.subscription`: a subscription that really delivers.
//!
//! Subscribes at the server with an address of Rung's receiver, waits for the handshake, causes a test event and waits
//! for its notification; then takes the subscription back. Topic-based subscriptions are written as the server's
//! release wants them (R5's own, or the R5 backport in R4 and R4B); without a topic, R4's subscription by criteria.
//! In mode `webhook` nothing is created: the vendor has registered the address that the run names. How many events
//! arrive over weeks is computed from the runs that are kept.

mod event;
mod notification;
mod resource;

use std::time::Duration;

use domain::check::{Message, Outcome, Parameters, Reach, Severity};
use http::header::LOCATION;
use http::{Method, StatusCode};
use ring::digest::{SHA256, digest};
use rust_decimal::Decimal;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::{fhir, json, required};
use crate::connector::Deadline;
use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::http::{Answer, Get, Request};
use crate::prober::Context;
use crate::receiver::Inbox;
use crate::report::Report;
use crate::smart;
use event::TestEvent;
use notification::Notice;
use resource::Release;

pub(crate) const CODE: &str = "fhir.subscription";

const BACKPORT: &str = "https://hl7.org/fhir/uv/subscriptions-backport/";
/// Left of the run's time for taking the subscription back.
const CLOSING: Duration = Duration::from_secs(10);
/// What looking at the other subscriptions may take.
const ASIDE: Duration = Duration::from_secs(10);
/// An event that arrives within this passes.
const PASSING: Duration = Duration::from_mins(1);
/// Between looks at the subscription's state.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Subscription,
    Webhook,
}

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let plan = match Plan::read(context) {
        Ok(plan) => plan,
        Err(failure) => return Report::new("POST [base]/Subscription").stop(&failure),
    };
    let base = required(context, "base_url").unwrap_or_default();
    let checked = match plan.mode {
        Mode::Subscription => format!("POST {base}/Subscription, {}, DELETE of it", plan.event.describe()),
        Mode::Webhook => format!("{} at {base}, awaited at {}", plan.event.describe(), plan.inbox.url),
    };
    let working = context.deadline.leaving(CLOSING);
    let Plan { mode, event, topic, inbox, client } = plan;
    let run = Subscribing { context, client, report: Report::new(checked), working, event, topic, inbox };
    run.run(mode).await
}

/// What of the parameters no run could read.
pub(super) fn unusable(parameters: &Parameters) -> Option<Unusable> {
    TestEvent::read(given::text(parameters, event::NAME)?).err()
}

struct Plan {
    mode: Mode,
    event: TestEvent,
    topic: Option<String>,
    inbox: Inbox,
    client: smart::Client,
}

impl Plan {
    fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let refuse = |text: String| Failure::inconclusive(Layer::Guard, text);
        let mode = context.parameters.text("mode").map(|text| text.trim().to_ascii_lowercase());
        let mode = match mode.as_deref().unwrap_or("subscription") {
            "subscription" => Mode::Subscription,
            "webhook" => Mode::Webhook,
            other => {
                return Err(refuse(format!("mode is \"{other}\": write subscription or webhook")));
            }
        };
        let event = TestEvent::read(context.parameters.text(event::NAME).unwrap_or("heartbeat"))?;
        let topic = context.parameters.text("topic").map(str::to_owned);
        if mode == Mode::Subscription && topic.is_none() && event == TestEvent::Heartbeat {
            let text =
                "a heartbeat needs a topic-based subscription: enter a topic, or choose test-patient update";
            return Err(refuse(text.to_owned()));
        }
        let client = smart::Client::read(context)?;
        let Some(receiver) = context.receiver else {
            let text = "no address is configured at which notifications can arrive: start Rung with \
                        --receiver-listen and --receiver-url (RUNG_RECEIVER_LISTEN, RUNG_RECEIVER_URL)";
            return Err(refuse(text.to_owned()));
        };
        let name = match mode {
            Mode::Subscription => Uuid::new_v4().simple().to_string(),
            Mode::Webhook => standing(context)?,
        };
        Ok(Self { mode, event, topic, inbox: receiver.open(&name), client })
    }
}

/// The name of an address that stays the same from run to run, since somebody else has registered it.
fn standing(context: &Context<'_>) -> Result<String, Failure> {
    // The key makes it impossible to guess from outside.
    let parts =
        [required(context, "base_url")?, required(context, "client_id")?, required(context, "private_key")?];
    let hash = digest(&SHA256, parts.join("\n").as_bytes());
    let half: [u8; 16] = hash.as_ref()[..16].try_into().expect("SHA-256 has 32 bytes");
    Ok(Uuid::from_bytes(half).simple().to_string())
}

/// A run under way.
struct Subscribing<'a, 'c> {
    context: &'a Context<'c>,
    client: smart::Client,
    report: Report,
    /// When the work must end, so that time is left for closing.
    working: Deadline,
    event: TestEvent,
    topic: Option<String>,
    inbox: Inbox,
}

impl Subscribing<'_, '_> {
    async fn run(mut self, mode: Mode) -> Outcome {
        let ended = match mode {
            Mode::Subscription => self.subscription().await,
            Mode::Webhook => self.webhook().await,
        };
        match ended {
            Ok(()) => self.report.close(),
            Err(failure) => self.report.stop(&failure),
        }
    }

    async fn subscription(&mut self) -> Result<(), Failure> {
        let release = match self.release().await {
            Err(failure) if failure.reach == Reach::Answered => return Err(self.undelivered(failure)),
            release => release?,
        };
        self.topics().await;
        let created = self.subscribe(release).await.map_err(|failure| self.undelivered(failure))?;
        let ended = self.deliver(&created).await;
        self.take_back(&created).await;
        ended
    }

    /// Whoever cannot subscribe gets nothing, which is what conditions must see.
    fn undelivered(&mut self, failure: Failure) -> Failure {
        self.report.observe("handshake_ok", false);
        self.report.observe("delivered", false);
        failure
    }

    /// Nothing is created; the first thing that arrives is the handshake and the event in one.
    async fn webhook(&mut self) -> Result<(), Failure> {
        self.topics().await;
        let from = self.cause(Instant::now()).await?;
        let awaited = self.event.clone();
        let arrived = self.await_notice(|notice| awaited.is_answered_by(notice)).await;
        self.report.observe("handshake_ok", arrived.is_some());
        if arrived.is_none() {
            let text = format!("is {} registered with the vendor?", self.inbox.url);
            self.report.note(text);
        }
        self.judge(from, arrived);
        Ok(())
    }

    /// Which FHIR the server speaks; one that does not say is taken to speak R4.
    async fn release(&mut self) -> Result<Release, Failure> {
        let url = fhir::below(self.context, "metadata")?;
        let token = self.client.token(self.context, &mut self.report).await?;
        let get = Get { url: &url, accept: fhir::ACCEPT, bearer: Some(&token), deadline: self.working };
        let answer = self.context.http.get(&get).await?;
        let version = fhir::resource(&answer, &mut Report::new(""))
            .ok()
            .and_then(|document| json::text(&document, "fhirVersion").map(str::to_owned));
        if version.is_none() {
            self.report.note("the server does not say its FHIR version; R4 was assumed");
        }
        Ok(Release::of(version.as_deref()))
    }

    /// Counts what is subscribed to already: the event types in use. A server need not show them.
    async fn topics(&mut self) {
        let found = async {
            let url = fhir::below(self.context, "Subscription?status=active&_count=200")?;
            let token = self.client.token(self.context, &mut self.report).await?;
            // A side request: it may not use up the time of the main one.
            let deadline = self.working.at_most(ASIDE.min(self.working.left() / 4));
            let get = Get { url: &url, accept: fhir::ACCEPT, bearer: Some(&token), deadline };
            fhir::resource(&self.context.http.get(&get).await?, &mut Report::new(""))
        };
        match found.await {
            Ok(bundle) => {
                let receiver = self.context.receiver;
                let own = |address: &str| receiver.is_some_and(|receiver| receiver.owns(address));
                let topics = resource::topics(&bundle, own);
                self.report.observe("topics", i64::try_from(topics.len()).unwrap_or(i64::MAX));
            }
            Err(failure) => self.report.note(format!("active subscriptions are not shown: {failure}")),
        }
    }

    async fn get(&mut self, url: &url::Url) -> Result<Answer, Failure> {
        let token = self.client.token(self.context, &mut self.report).await?;
        let get = Get { url, accept: fhir::ACCEPT, bearer: Some(&token), deadline: self.working };
        self.context.http.get(&get).await
    }

    /// Asks for the subscription; answers with its address.
    async fn subscribe(&mut self, release: Release) -> Result<url::Url, Failure> {
        let wanted = resource::Wanted {
            topic: self.topic.as_deref(),
            endpoint: self.inbox.url.as_str(),
            criteria: self.event.criteria(),
            until: self.context.now,
        };
        let body = resource::subscription(release, &wanted).to_string();
        let url = fhir::below(self.context, "Subscription")?;
        let token = self.client.token(self.context, &mut self.report).await?;
        let request = Request::post(&url, fhir::ACCEPT, fhir::CONTENT, body.as_bytes(), self.working)
            .bearer(Some(&token));
        let answer =
            self.context.http.send(&request).await.map_err(|failure| failure.context("subscribing"))?;
        if fhir::is_refusal(answer.status) {
            let text = format!(
                "subscribing was refused: {}; check that the client may create subscriptions",
                fhir::status_and_reason(&answer)
            );
            return Err(Failure::inconclusive(Layer::Http, text));
        }
        if !answer.status.is_success() {
            let text = format!("subscribing: expected 201, got {}", fhir::status_and_reason(&answer));
            return Err(Failure::answered(Layer::Http, text));
        }
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let located = answer.header(LOCATION).and_then(resource::id_in).map(str::to_owned);
        let id = located.or_else(|| json::text(&document, "id").map(str::to_owned)).ok_or_else(|| {
            let text = "subscribing: expected the new subscription's address in Location; it is missing";
            Failure::answered(Layer::Http, text)
        })?;
        fhir::below(self.context, &format!("Subscription/{}", fhir::encoded(&id)))
    }

    /// From the handshake to the notification.
    async fn deliver(&mut self, created: &url::Url) -> Result<(), Failure> {
        let shaken = self.handshake(created).await;
        self.report.observe("handshake_ok", shaken.is_ok());
        if let Err(failure) = shaken {
            self.report.observe("delivered", false);
            return Err(failure);
        }
        let from = match self.cause(Instant::now()).await {
            Ok(from) => from,
            Err(failure) => {
                self.report.observe("delivered", false);
                return Err(failure);
            }
        };
        let (awaited, by_topic) = (self.event.clone(), self.topic.is_some());
        let arrived = self.await_notice(|notice| !by_topic || awaited.is_answered_by(notice)).await;
        if arrived.is_none() {
            self.explain(created).await;
        }
        self.judge(from, arrived);
        Ok(())
    }

    /// Waits until the server has shaken hands, or calls the subscription active.
    async fn handshake(&mut self, created: &url::Url) -> Result<(), Failure> {
        loop {
            let pause = self.working.at_most(LOOK);
            if let Ok(notification) = pause.bound(self.inbox.next()).await {
                if Notice::read(&notification.body) == Notice::Handshake {
                    self.report.note("the server shook hands");
                    return Ok(());
                }
                continue;
            }
            let answer = self.get(created).await?;
            let document = fhir::resource(&answer, &mut Report::new(""))?;
            match json::text(&document, "status") {
                Some("active") => {
                    self.report.note("the server calls the subscription active");
                    return Ok(());
                }
                Some(status @ ("error" | "off" | "entered-in-error")) => {
                    let why =
                        resource::error_in(&document).unwrap_or_else(|| "it does not say why".to_owned());
                    let text = format!("expected the subscription to become active, it is {status}: {why}");
                    return Err(Failure::answered(Layer::Rule, text));
                }
                _ => {}
            }
            if self.working.left() < LOOK {
                let text = format!(
                    "expected a handshake at {}, or the subscription to become active, within {}; neither came",
                    self.inbox.url,
                    self.context.deadline.total()
                );
                return Err(Failure::answered(Layer::Rule, text));
            }
        }
    }

    /// Causes the test event; answers with the instant from which its delivery is timed.
    async fn cause(&mut self, ready: Instant) -> Result<Instant, Failure> {
        match &self.event {
            // Due one period after the handshake.
            TestEvent::Heartbeat => Ok(ready + resource::HEARTBEAT),
            TestEvent::Update(_) => event::update(self).await,
        }
    }

    async fn await_notice(&mut self, wanted: impl Fn(Notice) -> bool) -> Option<Instant> {
        loop {
            let notification = self.working.bound(self.inbox.next()).await.ok()?;
            if wanted(Notice::read(&notification.body)) {
                return Some(notification.at);
            }
        }
    }

    fn judge(&mut self, from: Instant, arrived: Option<Instant>) {
        self.report.observe("delivered", arrived.is_some());
        let Some(arrived) = arrived else {
            let text = format!(
                "expected the test event ({}) at {}; it did not arrive in the {} of the run",
                self.event.describe(),
                self.inbox.url,
                self.context.deadline.total()
            );
            self.report.fail(Message::new(Severity::Error, text).at(Layer::Rule.as_str()));
            return;
        };
        let took = arrived.saturating_duration_since(from);
        let millis = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        self.report.observe("delivery_seconds", (Decimal::from(millis) / Decimal::from(1000)).round_dp(2));
        if took > PASSING {
            let text = format!(
                "expected the test event within {} s, it took {} s",
                PASSING.as_secs(),
                took.as_secs()
            );
            self.report.warn(Message::new(Severity::Warning, text).at("delivery_seconds"));
        }
    }

    /// What the server itself says of a subscription that did not deliver.
    async fn explain(&mut self, created: &url::Url) {
        let pause = self.context.deadline.at_most(CLOSING / 2);
        let Ok(token) = self.client.token(self.context, &mut self.report).await else { return };
        let get = Get { url: created, accept: fhir::ACCEPT, bearer: Some(&token), deadline: pause };
        let Ok(answer) = self.context.http.get(&get).await else { return };
        let Ok(document) = fhir::resource(&answer, &mut Report::new("")) else { return };
        let status = json::text(&document, "status").unwrap_or("without a status");
        let error = resource::error_in(&document).map(|text| format!(": {text}")).unwrap_or_default();
        self.report.note(format!("the server calls the subscription {status}{error}"));
    }

    /// Takes the subscription back. What comes of it changes nothing.
    async fn take_back(&mut self, created: &url::Url) {
        let deleted = async {
            let token = self.client.token(self.context, &mut self.report).await?;
            let deadline = self.context.deadline.at_most(CLOSING);
            let request = Request::new(Method::DELETE, created, fhir::ACCEPT, deadline).bearer(Some(&token));
            self.context.http.send(&request).await
        };
        let problem = match deleted.await {
            Ok(answer) if answer.status.is_success() || answer.status == StatusCode::GONE => {
                self.report.note("the subscription was taken back");
                return;
            }
            Ok(answer) => format!("got {}", fhir::status_and_reason(&answer)),
            Err(failure) => failure.to_string(),
        };
        let text =
            format!("the test subscription could not be deleted, {problem}; it ends by itself in an hour");
        self.report
            .say(Message::new(Severity::Warning, text).at("DELETE").requirement("Subscriptions", BACKPORT));
    }
}
