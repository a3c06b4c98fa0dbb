//! Runs checks: the one entry to the kinds.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::KindCode;
use domain::check::{CheckKind, Finalized, Outcome, Parameters, Sighting};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use thiserror::Error;

use crate::connector::{Connector, Deadline};
use crate::guard::{AllowList, Guard, Resolver, SystemResolver};
use crate::http::Client;
use crate::kinds;
use crate::limits::Limits;
use crate::receiver::Receiver;
use crate::tls::{self, Trust};

/// How checks are run.
#[derive(Clone, Default)]
pub struct ProberConfig {
    /// Networks that checks may connect to although they are not public (`RUNG_PROBE_ALLOW`, `--allow`).
    pub allow: AllowList,
    /// Who resolves names; the system's resolver by default.
    pub resolver: Option<Arc<dyn Resolver>>,
    /// Certificates (PEM) of authorities to trust beside the web's and the system's.
    pub extra_roots: Option<String>,
    /// Ends every run after this time, where the kind's own timeout is longer.
    pub time_limit: Option<Duration>,
    pub limits: Limits,
    /// Where notifications arrive; without one, checks that wait for them are inconclusive.
    pub receiver: Option<Arc<Receiver>>,
    /// The one folder of this machine that checks may list, with what is below it.
    pub feed_root: Option<PathBuf>,
}

/// What a run is told beside its parameters.
#[derive(Debug, Clone, Default)]
pub struct Occasion {
    /// Ends the run after this time, where the kind's own timeout is longer: somebody waits for it.
    pub time_limit: Option<Duration>,
    /// When the check last passed: an incremental export asks for what changed since.
    pub last_success: Option<Timestamp>,
    /// The folder below the opened one that is the check's own, where several organizations share that; without it, the
    /// whole.
    pub feed_folder: Option<PathBuf>,
    /// What the source of a check reported as finalized, for the kinds that look how soon it is visible.
    pub finalized: Vec<Finalized>,
}

/// What a run brought beside its outcome, where the kind reads that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// What the target declares of itself, one fact a line, sorted, so that two declarations can be held against each
    /// other.
    pub declared: Option<String>,
    /// How items that the source finalized stand, by reference, where that changed.
    pub sightings: Vec<(String, Sighting)>,
}

/// A configuration that no check can run with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProberError {
    #[error("the extra trusted certificates are not usable: {0}")]
    ExtraRoots(String),
}

/// Runs checks. Cheap to clone; clones share the resolver's cache and the trust store.
#[derive(Clone)]
pub struct Prober {
    connector: Connector,
    http: Client,
    trust: Arc<Trust>,
    limits: Limits,
    time_limit: Option<Duration>,
    receiver: Option<Arc<Receiver>>,
    feed_root: Option<PathBuf>,
}

/// What a kind needs to run.
pub(crate) struct Context<'a> {
    pub(crate) connector: &'a Connector,
    pub(crate) http: &'a Client,
    pub(crate) trust: &'a Trust,
    pub(crate) limits: &'a Limits,
    pub(crate) receiver: Option<&'a Receiver>,
    pub(crate) feed_root: Option<&'a Path>,
    pub(crate) parameters: &'a Parameters,
    /// When the check last passed, where that is known.
    pub(crate) last_success: Option<Timestamp>,
    /// Whether this run has less time than its kind asks for.
    pub(crate) cut_short: bool,
    /// When the run begins; dates are judged by it.
    pub(crate) now: Timestamp,
    pub(crate) deadline: Deadline,
    /// What the target declares of itself, one fact a line, where the kind reads that.
    pub(crate) declared: &'a OnceLock<String>,
    /// What the source reported as finalized.
    pub(crate) finalized: &'a [Finalized],
    /// How that stands now, by reference, where it changed.
    pub(crate) sightings: &'a OnceLock<Vec<(String, Sighting)>>,
}

impl Prober {
    pub fn new(config: ProberConfig) -> Result<Self, ProberError> {
        let extra: Vec<CertificateDer<'static>> = match &config.extra_roots {
            Some(pem) => tls::read_pem(pem).map_err(ProberError::ExtraRoots)?,
            None => Vec::new(),
        };
        let resolver = config.resolver.unwrap_or_else(|| Arc::new(SystemResolver::new()));
        let connector = Connector::new(Guard::new(config.allow, resolver));
        let trust = Arc::new(Trust::new(&extra));
        let http = Client::new(connector.clone(), trust.clone(), config.limits);
        let ProberConfig { limits, time_limit, receiver, feed_root, .. } = config;
        Ok(Self { connector, http, trust, limits, time_limit, receiver, feed_root })
    }

    /// Whether this crate runs a kind. The others are fed, computed, or not built yet.
    pub fn supports(kind: &KindCode) -> bool {
        kinds::supports(kind.as_str())
    }

    /// The guard in front of every connection, for vetting a target before a check is stored.
    pub fn guard(&self) -> &Guard {
        self.connector.guard()
    }

    /// The guarded connector, for whatever else must go out.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(crate) fn http(&self) -> &Client {
        &self.http
    }

    /// Runs a check now. Whatever goes wrong is part of the outcome; it ends within the kind's timeout.
    pub async fn run(&self, kind: &CheckKind, parameters: &Parameters) -> Outcome {
        self.run_on(kind, parameters, &Occasion::default()).await
    }

    /// The same, with what whoever keeps the runs knows of this one.
    pub async fn run_on(&self, kind: &CheckKind, parameters: &Parameters, occasion: &Occasion) -> Outcome {
        self.run_reading(kind, parameters, occasion).await.0
    }

    /// The same, with what the run brought beside its outcome.
    pub async fn run_reading(
        &self,
        kind: &CheckKind,
        parameters: &Parameters,
        occasion: &Occasion,
    ) -> (Outcome, Beside) {
        let (declared, sightings) = (OnceLock::new(), OnceLock::new());
        let own = Duration::from_secs(u64::from(kind.timeout));
        let limits = [self.time_limit, occasion.time_limit].into_iter().flatten();
        let time = limits.fold(own, Duration::min);
        let feed_root = self.feed_root.as_ref().map(|root| match &occasion.feed_folder {
            Some(folder) => root.join(folder),
            None => root.clone(),
        });
        let context = Context {
            connector: &self.connector,
            http: &self.http,
            trust: &self.trust,
            limits: &self.limits,
            receiver: self.receiver.as_deref(),
            feed_root: feed_root.as_deref(),
            parameters,
            last_success: occasion.last_success,
            cut_short: time < own,
            now: Timestamp::now(),
            deadline: Deadline::after(time),
            declared: &declared,
            finalized: &occasion.finalized,
            sightings: &sightings,
        };
        let outcome = kinds::run(kind.code.as_str(), &context).await;
        let beside =
            Beside { declared: declared.into_inner(), sightings: sightings.into_inner().unwrap_or_default() };
        (outcome, beside)
    }
}
