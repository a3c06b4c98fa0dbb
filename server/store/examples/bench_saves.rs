//! Measures durable saves of answers on SQLite, how many a second and how long each takes, and then reads of whole
//! assessments, each with 32 callers at once.
//!
//! `cargo run --release -p store --example bench_saves [SECONDS] [FOLDER]`; the folder decides which disk is measured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Level;
use store::record::{
    Assessment, AssessmentState, Audit, Claim, Import, Organization, Rater, SaveAnswer, Saved, SizeBand, User,
};
use store::{AssessmentId, OrgId, Store, UnixMillis, UserId};

const CALLERS: usize = 32;

fn audit(org: Option<OrgId>, actor: Option<UserId>) -> Audit {
    let details = serde_json::json!({ "criterion": "PAT-1", "level": 3, "revision": 7 });
    Audit { at: UnixMillis::now(), actor, org, action: "answer.saved", subject: "PAT-1".to_owned(), details }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let folder = match arguments.next() {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let store = Store::connect(&format!("sqlite://{}", folder.path().join("rung.db").display())).await?;
    store.migrate().await?;
    let assessment = Arc::new(an_assessment(&store).await?);
    let criteria: Vec<_> =
        domain::builtin::frameworks()[0].criteria().map(|criterion| criterion.code.clone()).collect();

    let end = Instant::now() + Duration::from_secs(seconds);
    let started = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (store, assessment) = (store.clone(), Arc::clone(&assessment));
            // One criterion each: nobody's revision is stale.
            let criterion = criteria[caller].clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                let mut revision = 0;
                while Instant::now() < end {
                    let before = Instant::now();
                    let save = SaveAnswer {
                        assessment: assessment.id,
                        criterion: criterion.clone(),
                        rater: Rater::Own,
                        claim: Claim::Level(Level::MOST),
                        rationale: "The interface is in production and monitored.".to_owned(),
                        seen_revision: revision,
                        by: assessment.created_by,
                        at: UnixMillis::now(),
                    };
                    let line = audit(Some(assessment.org), Some(assessment.created_by));
                    match store.save_answer(save, line).await {
                        Ok(Saved::Revision(new)) => revision = new,
                        other => panic!("a save failed: {other:?}"),
                    }
                    times.push(before.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await?);
    }
    let elapsed = started.elapsed();
    times.sort_unstable();
    let at = |permille: usize| times[(times.len() - 1) * permille / 1000].as_secs_f64() * 1000.0;
    let saves = u32::try_from(times.len())?;
    println!(
        "{saves} durable saves by {CALLERS} callers in {:.1} s: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms, worst {:.1} ms",
        elapsed.as_secs_f64(),
        f64::from(saves) / elapsed.as_secs_f64(),
        at(500),
        at(990),
        at(1000)
    );

    let started = Instant::now();
    let readers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (store, id) = (store.clone(), assessment.id);
            tokio::spawn(async move {
                let mut reads = 0_u32;
                while started.elapsed() < Duration::from_secs(seconds) {
                    let bundle = store.bundle(id, None).await.expect("the assessment can be read");
                    assert!(bundle.is_some_and(|bundle| bundle.answers.len() == CALLERS));
                    reads += 1;
                }
                reads
            })
        })
        .collect();
    let mut reads = 0;
    for reader in readers {
        reads += reader.await?;
    }
    let rate = f64::from(reads) / started.elapsed().as_secs_f64();
    println!("bundles with {CALLERS} answers, {CALLERS} callers: {rate:.0}/s");
    Ok(())
}

async fn an_assessment(store: &Store) -> Result<Assessment, Box<dyn std::error::Error>> {
    let at = UnixMillis::now();
    let user = User {
        id: UserId::new(),
        email: "bench@example.org".to_owned(),
        name: "Bench".to_owned(),
        password_hash: String::new(),
        admin: false,
        time_zone: "UTC".to_owned(),
        created_at: at,
    };
    let org = Organization {
        id: OrgId::new(),
        slug: "bench".to_owned(),
        name: "Bench".to_owned(),
        profiles: vec!["H".into()],
        size_band: SizeBand::Above150,
        demo: false,
        created_at: at,
    };
    store.create_user(user.clone(), audit(None, None)).await?;
    store.create_organization(org.clone(), user.id, audit(None, None)).await?;
    store.import_citations(&domain::builtin::citations().iter().cloned().collect::<Vec<_>>()).await?;
    let framework = &domain::builtin::frameworks()[0];
    let Import::Created(id) = store.import_framework(framework, "hash", audit(None, None)).await? else {
        return Err("the database is not new".into());
    };
    let assessment = Assessment {
        id: AssessmentId::new(),
        org: org.id,
        framework: id,
        framework_code: framework.code.clone(),
        framework_version: framework.version.clone(),
        title: "Bench".to_owned(),
        state: AssessmentState::Draft,
        target: None,
        target_level: Level::MOST,
        independent_signoff: false,
        created_by: user.id,
        created_at: at,
    };
    store.create_assessment(assessment.clone(), audit(None, None)).await?;
    Ok(assessment)
}
