//! Servers to check, and a prober that may reach them.

pub(crate) mod authority;
pub(crate) mod fhir;
pub(crate) mod http;
pub(crate) mod python;
pub(crate) mod tcp;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::check::{Message, Outcome, Parameters, Severity, Value};
use probe::{Prober, ProberConfig, ResolveFuture, Resolver};

/// Runs a check of a built-in kind with parameters as the command line gives them.
pub(crate) async fn run(prober: &Prober, kind: &str, parameters: &[(&str, &str)]) -> Outcome {
    let owned: Vec<_> = parameters.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    run_with(prober, kind, &owned).await
}

/// The same with parameters made in the test. Whatever it sees, the kind is known to observe.
pub(crate) async fn run_with(prober: &Prober, kind: &str, parameters: &[(&str, String)]) -> Outcome {
    let kind = domain::builtin::check_kinds().get(&kind.into()).expect("a built-in kind");
    let raw: BTreeMap<String, String> =
        parameters.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
    let parameters = Parameters::from_text(kind, &raw).expect("parameters that the kind accepts");
    let outcome = prober.run(kind, &parameters).await;
    for (name, _) in outcome.observations.iter() {
        assert!(kind.observes(name), "{} does not declare {name}", kind.code);
    }
    outcome
}

/// A configuration that may reach this machine, where every name means this machine.
pub(crate) fn config() -> ProberConfig {
    ProberConfig {
        allow: "127.0.0.0/8".parse().expect("a network"),
        resolver: Some(Arc::new(Names::always("127.0.0.1"))),
        ..ProberConfig::default()
    }
}

pub(crate) fn prober() -> Prober {
    Prober::new(config()).expect("a configuration without extra roots")
}

/// One that loses patience soon, for servers that never end.
pub(crate) fn impatient() -> Prober {
    let config = ProberConfig { time_limit: Some(Duration::from_millis(700)), ..config() };
    Prober::new(config).expect("a configuration without extra roots")
}

/// One that gives every run so many seconds.
pub(crate) fn within(seconds: u64) -> Prober {
    let config = ProberConfig { time_limit: Some(Duration::from_secs(seconds)), ..config() };
    Prober::new(config).expect("a configuration without extra roots")
}

/// One that trusts an authority made in the test.
pub(crate) fn trusting(pem: &str) -> Prober {
    Prober::new(ProberConfig { extra_roots: Some(pem.to_owned()), ..config() }).expect("a readable root")
}

/// A resolver that answers in turn, the last answer ever after, and counts the look-ups.
pub(crate) struct Names {
    answers: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Names {
    pub(crate) fn always(address: &str) -> Self {
        Self::changing(&[address])
    }

    pub(crate) fn changing(addresses: &[&str]) -> Self {
        let answers = addresses.iter().map(|address| address.parse().expect("an address")).collect();
        Self { answers, asked: AtomicUsize::new(0) }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, _name: &'a str) -> ResolveFuture<'a> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[turn.min(self.answers.len() - 1)];
        Box::pin(async move { Ok(vec![answer]) })
    }
}

/// An observation as text, for short assertions; empty when there is none.
pub(crate) fn seen(outcome: &Outcome, name: &str) -> String {
    match outcome.observations.get(name) {
        None => String::new(),
        Some(Value::Boolean(truth)) => truth.to_string(),
        Some(Value::Integer(number)) => number.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::List(items)) => items.join(" "),
    }
}

/// Everything that was said, for assertions on words.
pub(crate) fn said(outcome: &Outcome) -> String {
    outcome.messages.iter().map(|message| &*message.text).collect::<Vec<_>>().join("\n")
}

/// The first error.
pub(crate) fn error(outcome: &Outcome) -> &Message {
    let mut errors = outcome.messages.iter().filter(|message| message.severity == Severity::Error);
    errors.next().unwrap_or_else(|| panic!("no error in {outcome:#?}"))
}

/// The ids of the rules that were broken.
pub(crate) fn broken_rules(outcome: &Outcome) -> Vec<&str> {
    let told = outcome.messages.iter().filter(|message| message.severity != Severity::Info);
    told.filter_map(|message| message.requirement.as_ref())
        .map(|requirement| requirement.id.as_str())
        .collect()
}
