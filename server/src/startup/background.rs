//! What goes on beside serving, and without it: the health checks that are due, and what is done once an hour.

use std::time::Duration;

use service::Service;
use service::record::Retention;
use store::{Backend, Store};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::keys::KeyFile;
use super::{StartError, node_name, prepare_schema};
use crate::config::{Worker, WorkerConfig};

/// How long the worker and the findings may take to come to an end.
const SETTLE: Duration = Duration::from_secs(15);

/// What goes on beside serving.
pub(crate) struct Background {
    /// Ends by itself when the process is asked to stop.
    work: JoinSet<()>,
    maintenance: JoinSet<()>,
}

impl Background {
    pub(crate) fn start(
        service: &Service,
        worker: Worker,
        keep: Retention,
        stopping: &watch::Receiver<bool>,
    ) -> Self {
        let (mut work, mut maintenance) = (JoinSet::new(), JoinSet::new());
        let maintained = service.clone();
        maintenance.spawn(async move { maintained.maintain(keep).await });
        if worker == Worker::On {
            let telling = service.clone();
            maintenance.spawn(async move { Box::pin(telling.tell()).await });
            let (service, stopping) = (service.clone(), stopping.clone());
            work.spawn(async move { service.work(stopping).await });
        }
        Self { work, maintenance }
    }

    /// Waits until the worker has stopped and the findings are up to date; within limits.
    pub(crate) async fn end(mut self, service: &Service) {
        self.maintenance.shutdown().await;
        let orderly = async {
            while self.work.join_next().await.is_some() {}
            service.settle().await;
        };
        if tokio::time::timeout(SETTLE, orderly).await.is_err() {
            tracing::warn!("the health checks had not come to an end after {} seconds", SETTLE.as_secs());
            self.work.shutdown().await;
        }
    }
}

/// Runs the health checks that are due, beside other processes, until `stop` completes.
pub async fn run_worker(config: WorkerConfig, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    let store = Store::connect(&config.database.url).await?;
    if store.backend() == Backend::Sqlite {
        return Err(StartError::WorkerOnSqlite);
    }
    prepare_schema(&store).await?;
    super::feed_root::look_at(&config.probes.feeds);
    let public_url = config.public_url.map(|url| url.as_str().to_owned());
    let alerts = super::alerts_with_links_to(public_url, config.mail);
    let key_file = KeyFile::look(&config.secrets);
    let service = super::service(
        store.clone(),
        &config.probes,
        &config.secrets,
        node_name(),
        alerts,
        &config.evidence,
    )?;
    super::keys::try_on(&service, &config.secrets, key_file).await?;
    service.bring_content().await?;
    let (stopping, stopped) = watch::channel(false);
    let tasks = Background::start(&service, Worker::On, config.keep, &stopped);
    tracing::info!("running the health checks that are due");
    stop.await;
    tracing::info!("stopping");
    stopping.send_replace(true);
    tasks.end(&service).await;
    store.close().await;
    Ok(())
}
