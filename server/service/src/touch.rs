//! Findings that something touched are brought up to date soon: many touches make one refresh.

use std::collections::HashSet;
use std::sync::Weak;
use std::time::Duration;

use store::{AssessmentId, OrgId};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::check::News;
use crate::service::Inner;
use crate::{Error, Service};

/// How long touches are gathered before the findings are brought up to date.
const GATHER: Duration = Duration::from_millis(200);

/// What was touched.
pub(crate) enum Touched {
    Assessment(AssessmentId),
    /// Every assessment of an organization that a check may touch.
    Organization(OrgId),
    /// Nothing; but whoever asks waits until everything touched before is up to date, and nothing is taken after.
    Settle(oneshot::Sender<()>),
}

impl Service {
    pub(crate) fn touch(&self, assessment: AssessmentId) {
        self.send_touched(Touched::Assessment(assessment));
    }

    pub(crate) fn touch_organization(&self, org: OrgId) {
        self.send_touched(Touched::Organization(org));
    }

    /// Brings everything touched up to date, and takes no touch any more: the last thing before the database closes.
    pub async fn settle(&self) {
        let (done, settled) = oneshot::channel();
        self.send_news(News::Settle(done));
        let _ = settled.await;
        let (done, settled) = oneshot::channel();
        self.send_touched(Touched::Settle(done));
        // An error means that it was settled before.
        let _ = settled.await;
    }

    async fn refresh_all(&self, gathered: &mut Gathered) -> Result<(), Error> {
        for org in gathered.organizations.drain() {
            let open = self.store().live_assessments_of(org).await?;
            gathered.assessments.extend(open.into_iter().map(|assessment| assessment.id));
        }
        for assessment in gathered.assessments.drain() {
            self.refresh_findings(assessment).await?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Gathered {
    assessments: HashSet<AssessmentId>,
    organizations: HashSet<OrgId>,
    settled: Option<oneshot::Sender<()>>,
}

impl Gathered {
    fn take(&mut self, touched: Touched) {
        match touched {
            Touched::Assessment(assessment) => {
                self.assessments.insert(assessment);
            }
            Touched::Organization(org) => {
                self.organizations.insert(org);
            }
            Touched::Settle(done) => self.settled = Some(done),
        }
    }
}

pub(crate) async fn refresh_touched(inner: Weak<Inner>, mut touches: UnboundedReceiver<Touched>) {
    while let Some(first) = touches.recv().await {
        let mut gathered = Gathered::default();
        gathered.take(first);
        if gathered.settled.is_none() {
            tokio::time::sleep(GATHER).await;
        }
        while let Ok(more) = touches.try_recv() {
            gathered.take(more);
        }
        let Some(inner) = inner.upgrade() else { return };
        if let Err(error) = Service::of(inner).refresh_all(&mut gathered).await {
            // The others would meet the same; whoever reads them brings them up to date.
            tracing::error!(?error, "findings were not brought up to date");
        }
        if let Some(done) = gathered.settled {
            // Nobody waits any more: that is fine.
            let _ = done.send(());
            return;
        }
    }
}
