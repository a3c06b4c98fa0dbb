//! The worked example of a framework: an invented assessment, scored and planned by the code that does so for real ones.
//!
//! Made once for each framework version, which never changes, and off the threads that others wait for: whoever asks
//! for it needs no account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::FrameworkCode;
use domain::roadmap::{Plan, Wishes, plan};
use domain::scoring::{Input, Score};
use store::FrameworkId;

use crate::service::Prepared;
use crate::{Error, Service};

/// An invented assessment, what it scores, and the cheapest climb to its next rung.
#[derive(Debug)]
pub struct WorkedExample {
    pub input: Input,
    pub score: Score,
    /// `None` where there is no rung above, or nothing applies.
    pub plan: Option<Plan>,
}

/// The examples made so far.
#[derive(Debug, Default)]
pub(crate) struct Examples(Mutex<HashMap<FrameworkId, Arc<WorkedExample>>>);

impl Examples {
    fn known(&self, framework: FrameworkId) -> Option<Arc<WorkedExample>> {
        self.0.lock().expect("no holder of the lock panics").get(&framework).cloned()
    }

    /// Two that were made at the same time are equal; the first stays.
    fn keep(&self, framework: FrameworkId, example: WorkedExample) -> Arc<WorkedExample> {
        let mut known = self.0.lock().expect("no holder of the lock panics");
        Arc::clone(known.entry(framework).or_insert_with(|| Arc::new(example)))
    }
}

impl Service {
    /// The worked example of a framework version.
    pub async fn worked_example(
        &self,
        code: &FrameworkCode,
        version: &str,
    ) -> Result<Arc<WorkedExample>, Error> {
        let entry = self.store().framework_by_code(code, Some(version)).await?;
        let id = entry.ok_or(Error::NotFound("The framework"))?.id;
        if let Some(known) = self.examples().known(id) {
            return Ok(known);
        }
        let prepared = self.prepared(id).await?;
        let service = self.clone();
        let made = tokio::task::spawn_blocking(move || made(&service, &prepared));
        Ok(self.examples().keep(id, made.await.map_err(Error::internal)?))
    }
}

fn made(service: &Service, prepared: &Prepared) -> WorkedExample {
    let (Prepared { framework, scorer }, kinds) = (prepared, service.kinds());
    let input = domain::example::assessment(framework, kinds);
    let score = scorer.score(&input);
    let next = score.totals.as_ref().and_then(|totals| totals.next.clone());
    let plan = next.and_then(|next| plan(framework, kinds, scorer, &input, &Wishes::rung(next)).ok());
    WorkedExample { input, score, plan }
}
