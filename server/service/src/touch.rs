//! Findings that something touched are brought up to date soon: many touches make one refresh.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use store::{AssessmentId, OrgId};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::Service;
use crate::check::News;
use crate::service::Inner;

/// How long touches are gathered at least before the findings are brought up to date.
const GATHER: Duration = Duration::from_millis(200);
/// And at most. With the time that a refresh takes, a change is seen well within two seconds.
const GATHER_AT_MOST: Duration = Duration::from_secs(1);
/// So many times as long as the refresh before took: where thousands of checks have news at once, the rest of the time
/// is for their runs.
const PAUSE: u32 = 3;
/// Assessments brought up to date at a time. What bounds it: SQLite has one writer and four readers, of which one is left
/// to whoever reads a page. All of them share one task, so that they score on one core and only their waits for the
/// database overlap; the other cores are for runs.
const AT_ONCE: usize = 3;

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

    /// Each by itself: what cannot be read of one says nothing of the others, and whoever reads it brings it up to date.
    async fn refresh_all(&self, gathered: &mut Gathered) {
        for org in gathered.organizations.drain() {
            match self.store().live_assessments_of(org).await {
                Ok(open) => gathered.assessments.extend(open.into_iter().map(|assessment| assessment.id)),
                Err(error) => tracing::error!(%org, ?error, "findings were not brought up to date"),
            }
        }
        let waiting: Vec<AssessmentId> = gathered.assessments.drain().collect();
        let waiting = Mutex::new(waiting);
        let lanes: [_; AT_ONCE] = std::array::from_fn(|_| Box::pin(self.refresh_in_turn(&waiting)));
        let [first, second, third] = lanes;
        tokio::join!(first, second, third);
    }

    /// Brings one after the other up to date, until none waits.
    async fn refresh_in_turn(&self, waiting: &Mutex<Vec<AssessmentId>>) {
        // A list of ids is whole whatever a thread did with it.
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(assessment) = next() {
            if let Err(error) = self.refresh_findings(assessment).await {
                tracing::error!(%assessment, ?error, "findings were not brought up to date");
            }
        }
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
    let mut gather = GATHER;
    while let Some(first) = touches.recv().await {
        let mut gathered = Gathered::default();
        gathered.take(first);
        if gathered.settled.is_none() {
            tokio::time::sleep(gather).await;
        }
        while let Ok(more) = touches.try_recv() {
            gathered.take(more);
        }
        let Some(inner) = inner.upgrade() else { return };
        let begun = Instant::now();
        Service::of(inner).refresh_all(&mut gathered).await;
        gather = (begun.elapsed() * PAUSE).clamp(GATHER, GATHER_AT_MOST);
        if let Some(done) = gathered.settled {
            // Nobody waits any more: that is fine.
            let _ = done.send(());
            return;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use store::Backend;
    use store::record::{Claim, SizeBand};
    use store::testing::TestDatabase;

    use super::*;
    use crate::account::SignUp;
    use crate::answer::AnswerInput;
    use crate::assessment::NewAssessment;
    use crate::organization::NewOrganization;
    use crate::{Actor, Config, SecretKey};

    /// An organization with an assessment and an answer.
    pub(crate) async fn answered(service: &Service, owner: &Actor, name: &str) -> (OrgId, AssessmentId) {
        let new = NewOrganization {
            name: name.to_owned(),
            profiles: vec!["H".into()],
            size_band: SizeBand::UpTo20,
            demo: false,
        };
        let org = service.create_organization(owner, new).await.unwrap().id;
        let new =
            NewAssessment { framework: "B7".into(), version: None, title: name.to_owned(), target: None };
        let assessment = service.start_assessment(owner, org, new).await.unwrap().id;
        let claim = Claim::Level(domain::Level::MOST);
        let input = AnswerInput { claim, rationale: String::new(), revision: 0 };
        service.save_answer(owner, assessment, &"PAT-1".into(), input).await.unwrap();
        (org, assessment)
    }

    pub(crate) async fn world(folder: &std::path::Path) -> (TestDatabase, Service, Actor) {
        let (database, store) = TestDatabase::open(Backend::Sqlite).await;
        let config = Config {
            probe_allow: probe::AllowList::default(),
            probe_roots: None,
            receiver: None,
            secret_keys: SecretKey::from_file(&folder.join("secret.key")).unwrap().into(),
            node: "test".to_owned(),
            alerts: crate::alert::AlertConfig::default(),
            feeds: crate::check::FeedConfig::default(),
            files: None,
        };
        let service = Service::new(store, config).unwrap();
        service.bring_content().await.unwrap();
        let sign_up = SignUp {
            name: "owner".to_owned(),
            email: "owner@clinic.example".to_owned(),
            password: "lantern crate violet ridge".to_owned(),
        };
        let owner = service.create_first_account(sign_up).await.unwrap();
        (database, service, owner)
    }

    #[tokio::test]
    async fn many_organizations_at_once_are_all_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let (database, service, owner) = world(folder.path()).await;
        let (mut gathered, mut assessments) = (Gathered::default(), Vec::new());
        for number in 0..=2 * AT_ONCE {
            let (org, assessment) = answered(&service, &owner, &format!("Clinic {number}")).await;
            gathered.take(Touched::Organization(org));
            assessments.push(assessment);
        }
        database.execute("DELETE FROM findings".to_owned()).await;
        service.refresh_all(&mut gathered).await;
        for assessment in assessments {
            assert!(!service.store().findings(assessment).await.unwrap().is_empty());
        }
        assert!(gathered.assessments.is_empty() && gathered.organizations.is_empty());
    }

    #[tokio::test]
    async fn an_organization_that_cannot_be_read_keeps_no_other_from_its_refresh() {
        let folder = tempfile::tempdir().unwrap();
        let (database, service, owner) = world(folder.path()).await;
        let (unreadable, spoilt) = answered(&service, &owner, "Unreadable").await;
        let (_, sound) = answered(&service, &owner, "Sound").await;
        database.execute(format!("UPDATE assessments SET target_level = 99 WHERE id = '{spoilt}'")).await;
        database.execute("DELETE FROM findings".to_owned()).await;

        let mut gathered = Gathered::default();
        gathered.take(Touched::Organization(unreadable));
        gathered.take(Touched::Assessment(sound));
        service.refresh_all(&mut gathered).await;
        assert!(!service.store().findings(sound).await.unwrap().is_empty());
    }
}
