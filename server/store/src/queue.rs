//! Group commit for SQLite: writes that arrive together share one transaction, and one sync of the disk.
//!
//! A job is answered only after its COMMIT. When any job of a batch fails, the batch is rolled back and every job of
//! it runs again in a transaction of its own, so that one bad write costs its neighbours time and nothing else.

use std::future::Future;
use std::pin::Pin;

use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::sync::{mpsc, oneshot};

use crate::db::{Db, Link, Store};
use crate::error::StoreError;

/// The most jobs in one transaction.
const BATCH: usize = 256;
/// The most jobs that wait; further callers wait to be let in.
const WAITING: usize = 1024;

/// A write that may run more than once, each time from the beginning, until it is committed.
pub(crate) trait Job: Send + Sync + 'static {
    type Done: Send + 'static;

    fn run(&self, link: &mut Link<'_>) -> impl Future<Output = Result<Self::Done, StoreError>> + Send;
}

/// A job with its caller, its kind forgotten.
trait Waiting: Send {
    fn run<'a>(
        &'a mut self,
        link: Link<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;
    /// Tells the caller how it ended.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Task<J: Job> {
    job: J,
    done: Option<J::Done>,
    caller: oneshot::Sender<Result<J::Done, StoreError>>,
}

impl<J: Job> Waiting for Task<J> {
    fn run<'a>(
        &'a mut self,
        mut link: Link<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
        Box::pin(async move {
            self.done = Some(self.job.run(&mut link).await?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { done, caller, .. } = *self;
        // A caller that went away needs no answer.
        drop(caller.send(committed.and_then(|()| done.ok_or(StoreError::Busy))));
    }
}

/// The way to the task that writes.
pub(crate) struct Queue(mpsc::Sender<Box<dyn Waiting>>);

impl Queue {
    /// Starts the task; it ends when the queue is dropped and empty.
    pub(crate) fn start(write: SqlitePool) -> Self {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while receiver.recv_many(&mut batch, BATCH).await > 0 {
                commit(&write, std::mem::take(&mut batch)).await;
            }
        });
        Self(sender)
    }

    async fn perform<J: Job>(&self, job: J) -> Result<J::Done, StoreError> {
        let (caller, answer) = oneshot::channel();
        let task = Box::new(Task { job, done: None, caller });
        self.0.send(task).await.map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }
}

async fn commit(write: &SqlitePool, mut batch: Vec<Box<dyn Waiting>>) {
    match together(write, &mut batch).await {
        Ok(()) => batch.into_iter().for_each(|task| task.answer(Ok(()))),
        Err(error) if batch.len() == 1 => {
            if let Some(task) = batch.pop() {
                task.answer(Err(error));
            }
        }
        Err(error) => {
            tracing::debug!(%error, jobs = batch.len(), "a batch of writes failed; each is tried by itself");
            for task in batch {
                let mut alone = vec![task];
                let committed = together(write, &mut alone).await;
                if let Some(task) = alone.pop() {
                    task.answer(committed);
                }
            }
        }
    }
}

/// Runs all jobs in one transaction.
async fn together(write: &SqlitePool, batch: &mut [Box<dyn Waiting>]) -> Result<(), StoreError> {
    let mut transaction: Transaction<'static, Sqlite> = write.begin_with("BEGIN IMMEDIATE").await?;
    for task in batch {
        task.run(Link::Sqlite(&mut transaction)).await?;
    }
    Ok(transaction.commit().await?)
}

impl Store {
    /// Runs a job in a transaction; durable when it returns.
    pub(crate) async fn perform<J: Job>(&self, job: J) -> Result<J::Done, StoreError> {
        if let Db::Sqlite { queue, .. } = &*self.db {
            return queue.perform(job).await;
        }
        let mut writing = self.write().await?;
        let done = job.run(&mut writing.link()).await?;
        writing.commit().await?;
        Ok(done)
    }
}
