//! A report comes in: found by its token, kept, and looked at where it says something new.
//!
//! A report is on the disk before it is answered. One that says what the one before said costs that and nothing else.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::KindCode;
use domain::check::Observations;
use serde_json::Value as Json;
use store::record::{FeedReport, Heard, Keeping};
use store::{CheckId, UnixMillis, UserId};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::limit::{Pace, Strangers};
use super::news::News;
use super::observe::ROWS;
use crate::service::hash_of;
use crate::{Error, FieldError, Service};

/// The most tokens that are remembered.
const TOKENS: usize = 100_000;
/// How long a report waits for its look, so that whoever asks next sees what it brought.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a process knows of those that report to it.
pub(crate) struct Listening {
    /// By the hash of their token. What is here may be outdated: a report is kept by check and token together.
    known: Mutex<HashMap<String, Arc<Known>>>,
    strangers: Strangers,
    news: UnboundedSender<News>,
    per_minute: u32,
}

struct Known {
    check: CheckId,
    kind: KindCode,
    pace: Pace,
}

impl Listening {
    pub(crate) fn new(news: UnboundedSender<News>, per_minute: u32) -> Self {
        Self { known: Mutex::default(), strangers: Strangers::default(), news, per_minute }
    }

    pub(crate) fn send(&self, news: News) {
        // Without a receiver the service is shutting down; the next look by schedule sees the report.
        let _ = self.news.send(news);
    }

    /// Counts a token that somebody chooses like a guess at it.
    pub(super) fn choose(&self, by: UserId, now: UnixMillis) -> Result<(), Error> {
        let by = by.to_string();
        if let Some(retry_after_seconds) = self.strangers.wait(&by, now) {
            return Err(Error::Throttled { retry_after_seconds });
        }
        self.strangers.note(&by, now);
        Ok(())
    }

    fn known(&self, hash: &str) -> Option<Arc<Known>> {
        self.known.lock().expect("no holder of the lock panics").get(hash).cloned()
    }

    fn remember(&self, hash: &str, known: Known) -> Arc<Known> {
        let mut all = self.known.lock().expect("no holder of the lock panics");
        if all.len() >= TOKENS {
            all.clear();
        }
        Arc::clone(all.entry(hash.to_owned()).or_insert_with(|| Arc::new(known)))
    }

    fn forget(&self, hash: &str) {
        self.known.lock().expect("no holder of the lock panics").remove(hash);
    }
}

impl Service {
    /// A feed reports in, by its token alone; durable when it returns. `from` is the address that asks.
    pub async fn heartbeat(
        &self,
        token: &str,
        from: &str,
        figures: Option<&BTreeMap<String, Json>>,
    ) -> Result<(), Error> {
        let (hash, now) = (hash_of(token), UnixMillis::now());
        let known = self.reporter(&hash, from, now).await?;
        let listening = self.listening();
        let paced = known.pace.take(listening.per_minute, now);
        paced.map_err(|retry_after_seconds| Error::Throttled { retry_after_seconds })?;
        let observations = figures.map(|figures| self.figures(&known.kind, figures)).transpose()?;
        let observations = observations.filter(|figures| figures.iter().next().is_some());
        let of_a_file = observations.as_ref().is_some_and(|figures| figures.get(ROWS).is_some());
        let keeping = if of_a_file { Keeping::Each } else { Keeping::News };
        let report = FeedReport { check: known.check, token_hash: hash, at: now, observations, keeping };
        let hash = report.token_hash.clone();
        match self.store().hear(report).await? {
            Heard::Repeat => Ok(()),
            Heard::News => {
                self.tell_news(known.check).await;
                Ok(())
            }
            Heard::Nobody => {
                listening.forget(&hash);
                Err(stranger())
            }
        }
    }

    async fn reporter(&self, hash: &str, from: &str, now: UnixMillis) -> Result<Arc<Known>, Error> {
        let listening = self.listening();
        if let Some(known) = listening.known(hash) {
            return Ok(known);
        }
        if let Some(retry_after_seconds) = listening.strangers.wait(from, now) {
            return Err(Error::Throttled { retry_after_seconds });
        }
        let Some(found) = self.store().reporter(hash).await? else {
            listening.strangers.note(from, now);
            return Err(stranger());
        };
        let known = Known { check: found.check, kind: found.kind, pace: Pace::default() };
        Ok(listening.remember(hash, known))
    }

    fn figures(&self, kind: &KindCode, raw: &BTreeMap<String, Json>) -> Result<Observations, Error> {
        let kind = self.kind(kind).ok_or(Error::NotFound("The kind of the check"))?;
        Observations::read(kind, raw).map_err(|errors| {
            let errors = errors.into_iter();
            let fields =
                errors.map(|error| FieldError::new(format!("observations.{}", error.name), error.problem));
            Error::Invalid(fields.collect())
        })
    }

    /// Has the check looked at, and waits for that a little where nothing else is in line.
    pub(in crate::check) async fn tell_news(&self, check: CheckId) {
        let (looked, done) = oneshot::channel();
        self.send_news(News::Of { check, looked });
        // An error means that the look is put off; the report is on file all the same.
        let _ = tokio::time::timeout(PATIENCE, done).await;
    }

    /// Has the check looked at once more, for whoever cannot wait for that.
    pub(in crate::check) fn look_once_more(&self, check: CheckId) {
        let (looked, _) = oneshot::channel();
        self.send_news(News::Of { check, looked });
    }
}

fn stranger() -> Error {
    Error::NotFound("A feed with this token")
}
