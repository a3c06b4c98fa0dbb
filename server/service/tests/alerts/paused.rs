//! What becomes of the incidents of a check that nobody looks at any more.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use domain::Level;
use serde_json::json;
use service::answer::AnswerInput;
use service::check::{ChangedCheck, RawParameters};
use service::record::Claim;
use store::Backend;

use crate::attest::Answered;

#[tokio::test]
async fn nothing_opens_where_a_check_is_paused_and_what_is_open_ends_with_the_answer() {
    let answered = Answered::new(Backend::Sqlite).await;
    let (world, service, owner) = (&answered.world, &answered.world.service, &answered.world.owner);
    let open = async || service.open_incidents(owner, world.org).await.unwrap().len();
    let claim = async |level, revision| {
        let input = AnswerInput { claim: Claim::Level(level), rationale: String::new(), revision };
        service.save_answer(owner, answered.assessment, &answered.criterion, input).await.unwrap();
        service.findings(owner, answered.assessment).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    };
    world.site.other_hook.store(true, Ordering::SeqCst);
    world.run(200).await;
    world.run(200).await;
    assert_eq!(open().await, 1);
    let same = BTreeMap::from([("base_url".to_owned(), json!(format!("http://{}", world.addr)))]);
    let parameters = RawParameters::Json(same);
    let paused = ChangedCheck { parameters, interval_seconds: 3600, enabled: false };
    service.update_check(owner, world.check, paused).await.unwrap();
    claim(answered.cap, 1).await;
    assert_eq!(open().await, 0);
    claim(Level::MOST, 2).await;
    assert_eq!(
        (open().await, answered.counts().await.3),
        (0, true),
        "its latest run denies the answer still"
    );
}
