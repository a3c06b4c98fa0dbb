//! Collects what a run sees, and closes it into an outcome.

use std::time::Duration;

use domain::check::{Message, Observations, Outcome, Reach, Severity, Status, Value};

use crate::failure::Failure;

/// An outcome in the making. It passes until something says otherwise.
#[derive(Debug)]
pub(crate) struct Report {
    reach: Reach,
    failed: bool,
    warned: bool,
    observations: Observations,
    messages: Vec<Message>,
    checked: String,
}

impl Report {
    /// `checked` says what is sent, without secrets.
    pub(crate) fn new(checked: impl Into<String>) -> Self {
        Self {
            reach: Reach::Answered,
            failed: false,
            warned: false,
            observations: Observations::new(),
            messages: Vec::new(),
            checked: checked.into(),
        }
    }

    pub(crate) fn observe(&mut self, name: &str, value: impl Into<Value>) {
        self.observations.set(name, value);
    }

    /// A time in whole milliseconds.
    pub(crate) fn observe_millis(&mut self, name: &str, time: Duration) {
        self.observe(name, i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
    }

    /// Says something that changes nothing.
    pub(crate) fn say(&mut self, message: Message) {
        self.messages.push(message);
    }

    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.say(Message::new(Severity::Info, text));
    }

    /// Says something that makes a pass a warning: the kind's `warn` prose.
    pub(crate) fn warn(&mut self, message: Message) {
        self.warned = true;
        self.messages.push(message);
    }

    /// Says something that makes the run a failure: the kind's `fail` prose.
    pub(crate) fn fail(&mut self, message: Message) {
        self.failed = true;
        self.messages.push(message);
    }

    /// Ends the run at a failure.
    pub(crate) fn stop(mut self, failure: &Failure) -> Outcome {
        self.reach = failure.reach;
        self.fail(failure.message());
        self.close()
    }

    /// Ends the run.
    pub(crate) fn close(self) -> Outcome {
        let status = match (self.reach, self.failed, self.warned) {
            (Reach::Inconclusive, ..) => Status::Unknown,
            (Reach::NoAnswer, ..) | (_, true, _) => Status::Fail,
            (_, _, true) => Status::Warn,
            _ => Status::Pass,
        };
        Outcome {
            reach: self.reach,
            status,
            warned: self.warned,
            observations: self.observations,
            messages: self.messages,
            checked: self.checked,
        }
    }
}
