//! The review through the API: who hands an assessment on, what is locked when, and what is signed.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use service::snapshot::{Recomputed, VerifyError, verify};

use super::support::{Answer, Backend, Person, World, text};

/// A request without a body, as `curl -X POST` sends it.
pub(super) async fn post(person: &Person, path: &str) -> Answer {
    Answer::of(person.api(Method::POST, path)).await
}

async fn answer(world: &World, criterion: &str, level: u8) {
    let body = json!({ "level": level, "rationale": "Because.", "revision": 0 });
    world.owner.put(&world.answer_to(criterion), body).await.expect(200);
}

fn rating(criterion: &str) -> String {
    format!("/ratings/{criterion}")
}

#[rstest]
#[tokio::test]
async fn an_assessment_goes_from_draft_to_final_and_is_locked_on_the_way(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let consultant = world.member("consultant").await;
    answer(&world, "PAT-1", 4).await;
    post(&consultant, &world.at("/review")).await.problem(409);

    let submitted = post(&world.owner, &world.at("/submit")).await.expect(200);
    assert_eq!(
        (&submitted["state"], &submitted["snapshot"]["kind"]),
        (&json!("submitted"), &json!("submitted"))
    );
    assert_eq!(
        (&submitted["snapshot"]["number"], &submitted["snapshot"]["previous"]),
        (&json!(1), &Value::Null)
    );
    let warned: Vec<&str> = submitted["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| gate["criterion"].as_str().unwrap())
        .collect();
    assert!(warned.contains(&"GOV-1") && !warned.contains(&"PAT-1"), "{warned:?}");

    let locked =
        world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 1, "revision": 1 })).await.problem(409);
    assert!(locked["detail"].as_str().unwrap().contains("locked"), "{locked}");
    assert!(locked.get("current").is_none(), "it is locked, not stale: {locked}");
    let note = json!({ "criteria": ["PAT-1"], "title": "Note", "note": "It works.", "dated": "2026-01-01" });
    world.owner.post(&world.at("/evidence"), note.clone()).await.problem(409);
    post(&world.owner, &world.at("/submit")).await.problem(409);
    consultant.put(&world.at(&rating("PAT-1")), json!({ "level": 1, "revision": 0 })).await.problem(409);
    post(&consultant, &world.at("/finalize")).await.problem(409);

    assert_eq!(post(&consultant, &world.at("/review")).await.expect(200)["state"], "in_review");
    post(&world.owner, &world.at("/reopen")).await.problem(403);
    let rated =
        consultant.put(&world.at(&rating("PAT-1")), json!({ "level": 1, "revision": 0 })).await.expect(200);
    assert_eq!(
        (&rated["rater"], &rated["level"], &rated["revision"]),
        (&json!("assessor"), &json!(1), &json!(1))
    );
    let stale =
        consultant.put(&world.at(&rating("PAT-1")), json!({ "level": 2, "revision": 0 })).await.problem(409);
    assert_eq!(stale["current"]["level"], 1);
    let refused = post(&consultant, &world.at("/finalize")).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("PAT-1"), "{refused}");

    let asked = consultant.post(&world.at("/reopen"), json!({ "note": "Show PAT-1." })).await.expect(200);
    assert_eq!(asked["state"], "changes_requested");
    world.owner.post(&world.at("/evidence"), note).await.expect(201);
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 2, "revision": 1 })).await.expect(200);
    let again = post(&world.owner, &world.at("/submit")).await.expect(200);
    assert_eq!(again["snapshot"]["previous"], submitted["snapshot"]["sha256"]);
    post(&consultant, &world.at("/review")).await.expect(200);
    let signed = post(&consultant, &world.at("/finalize")).await.expect(200);
    assert_eq!((&signed["state"], &signed["independent_signoff"]), (&json!("final"), &json!(true)));
    assert_eq!(signed["snapshot"]["kind"], "final");

    let review = world.owner.get(&world.at("/review")).await.expect(200);
    let steps: Vec<&str> =
        review["steps"].as_array().unwrap().iter().map(|step| step["to"].as_str().unwrap()).collect();
    assert_eq!(steps, ["final", "in_review", "submitted", "changes_requested", "in_review", "submitted"]);
    assert_eq!(review["steps"][3]["note"], "Show PAT-1.");
    let listed = world.owner.get(&world.at("/snapshots")).await.expect(200);
    let numbers: Vec<i64> =
        listed["items"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [3, 2, 1]);
    let timeline = world.owner.get(&world.at("/timeline")).await.expect(200);
    let beside_a_rung = [
        &submitted["snapshot"],
        &signed["snapshot"],
        &listed["items"][2],
        &review["submission"]["snapshot"],
        &timeline,
    ];
    for shown in beside_a_rung {
        assert!(shown["rung"].is_string(), "{shown}");
        assert!(text(&shown["disclaimer"]).contains("not a HIMSS stage"), "{shown}");
    }
    let read = world.owner.get(&world.at("")).await.expect(200);
    assert_eq!(read["submission"]["snapshot"], signed["snapshot"]);
    assert_eq!(read["submission"]["at_risk"], false);
}

#[rstest]
#[tokio::test]
async fn a_submission_that_nobody_reviews_yet_is_taken_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let assessor = world.member("assessor").await;
    post(&assessor, &world.at("/reopen")).await.problem(409);
    post(&assessor, &world.at("/submit")).await.expect(200);
    assert_eq!(post(&assessor, &world.at("/reopen")).await.expect(200)["state"], "draft");
    answer(&world, "PAT-1", 2).await;
}

#[tokio::test]
async fn each_role_hands_on_what_is_its_own() {
    let world = World::new(Backend::Sqlite).await;
    for role in ["viewer", "contributor"] {
        let member = world.member(role).await;
        for deed in ["/submit", "/review", "/finalize", "/reopen"] {
            let answer = post(&member, &world.at(deed)).await;
            assert!([403, 409].contains(&answer.status.as_u16()), "{role} {deed}: {}", answer.text);
        }
        let asked = world.owner.get(&world.at("")).await.expect(200);
        assert_eq!(asked["state"], "draft");
    }
    let consultant = world.member("consultant").await;
    post(&consultant, &world.at("/submit")).await.problem(403);
    let outsider = world.app.person("outsider").await;
    let snapshot = {
        answer(&world, "PAT-1", 3).await;
        let submitted = post(&world.owner, &world.at("/submit")).await.expect(200);
        text(&submitted["snapshot"]["id"])
    };
    for deed in ["/submit", "/review", "/finalize", "/reopen"] {
        post(&outsider, &world.at(deed)).await.problem(404);
        post(&world.app.anonymous(), &world.at(deed)).await.problem(401);
    }
    for path in [world.at("/review"), world.at("/snapshots"), format!("/snapshots/{snapshot}")] {
        outsider.get(&path).await.problem(404);
        world.app.anonymous().get(&path).await.problem(401);
    }
    // The owner cannot judge what the organization answered, whatever else they own.
    post(&world.owner, &world.at("/review")).await.problem(403);
    post(&consultant, &world.at("/review")).await.expect(200);
    world.owner.put(&world.at(&rating("PAT-1")), json!({ "level": 4, "revision": 0 })).await.problem(403);
    outsider.put(&world.at(&rating("PAT-1")), json!({ "level": 4, "revision": 0 })).await.problem(404);
    post(&world.owner, &world.at("/finalize")).await.problem(403);
    world.owner.post(&world.at("/ratings"), json!({})).await.problem(403);
    consultant.put(&world.at(&rating("NO-1")), json!({ "level": 4, "revision": 0 })).await.problem(404);
}

/// The answers to the criteria of patient access, as FHIR.
async fn exported(world: &World) -> Vec<(String, String)> {
    let address = format!("{}/fhir/R4/QuestionnaireResponse/{}", world.app.url, world.assessment);
    let request = world.owner.client.get(address).bearer_auth(world.owner.token.as_ref().unwrap());
    let response = Answer::of(request).await.expect(200);
    let items = response["item"][0]["item"].as_array().unwrap();
    let code = |item: &Value| text(&item["answer"][0]["valueCoding"]["code"]);
    items.iter().map(|item| (text(&item["linkId"]), code(item))).collect()
}

/// The same, expected of `PAT-1` and those after it.
fn given(codes: &[&str]) -> Vec<(String, String)> {
    (1..).zip(codes).map(|(number, code)| (format!("PAT-{number}"), (*code).to_owned())).collect()
}

#[rstest]
#[tokio::test]
async fn ratings_stand_beside_the_claims_and_differences_are_settled(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let consultant = world.member("consultant").await;
    for (criterion, level) in [("PAT-1", 4), ("PAT-2", 3), ("PAT-3", 2)] {
        answer(&world, criterion, level).await;
    }
    let not_applicable = json!({ "not_applicable": true, "reason": "No such patients.", "revision": 0 });
    world.owner.put(&world.answer_to("PAT-4"), not_applicable.clone()).await.expect(200);
    world.owner.put(&world.answer_to("PAT-5"), not_applicable.clone()).await.expect(200);
    post(&world.owner, &world.at("/submit")).await.expect(200);
    post(&consultant, &world.at("/review")).await.expect(200);
    let standing = async |code: &str| {
        let score = world.owner.get(&world.at("/score")).await.expect(200);
        let criteria = score["criteria"].as_array().unwrap().clone();
        text(&criteria.iter().find(|one| one["code"] == code).unwrap()["standing"])
    };
    assert_eq!(standing("PAT-4").await, "pending_not_applicable");
    consultant.put(&world.at(&rating("PAT-4")), not_applicable).await.expect(200);
    assert_eq!(standing("PAT-4").await, "approved_not_applicable");
    consultant.put(&world.at(&rating("PAT-1")), json!({ "level": 1, "revision": 0 })).await.expect(200);
    assert_eq!(
        consultant.post(&world.at("/ratings"), json!({ "domain": "PAT" })).await.expect(200)["count"],
        2
    );
    assert_eq!(consultant.post(&world.at("/ratings"), json!({})).await.expect(200)["count"], 0);
    consultant.post(&world.at("/ratings"), json!({ "domain": "NONE" })).await.problem(404);
    assert_eq!(standing("PAT-5").await, "pending_not_applicable", "each is a decision of its own");

    let review = consultant.get(&world.at("/review")).await.expect(200);
    assert_eq!(review["pending_not_applicable"], json!(["PAT-5"]));
    let open = review["differences"].as_array().unwrap();
    assert_eq!((open.len(), &open[0]["criterion"], &open[0]["settled"]), (1, &json!("PAT-1"), &Value::Null));
    assert_eq!((&open[0]["own"]["level"], &open[0]["assessor"]["level"]), (&json!(4), &json!(1)));

    let settle = world.at("/differences/PAT-1");
    let note = |own: i64, assessor: i64| {
        let note = "Seen together: the pilot does not count.";
        json!({ "note": note, "own_revision": own, "assessor_revision": assessor })
    };
    let short = json!({ "note": "ok", "own_revision": 1, "assessor_revision": 1 });
    assert_eq!(consultant.post(&settle, short).await.pointers(), ["/note"]);
    for (own, assessor) in [(0, 1), (2, 1), (1, 0), (1, 2)] {
        let unseen = consultant.post(&settle, note(own, assessor)).await.problem(409);
        assert!(text(&unseen["detail"]).contains("changed after you read them"), "{unseen}");
    }
    let note = |assessor: i64| note(1, assessor);
    world.owner.post(&settle, note(1)).await.problem(403);
    consultant.post(&world.at("/differences/PAT-2"), note(1)).await.problem(409);
    consultant.post(&settle, note(1)).await.expect(200);
    let review = consultant.get(&world.at("/review")).await.expect(200);
    assert_eq!(review["differences"][0]["settled"]["note"], note(1)["note"]);
    consultant.put(&world.at(&rating("PAT-1")), json!({ "level": 0, "revision": 1 })).await.expect(200);
    let review = consultant.get(&world.at("/review")).await.expect(200);
    assert_eq!(review["differences"][0]["settled"], Value::Null, "another rating, another difference");
    post(&consultant, &world.at("/finalize")).await.problem(409);
    // Whoever read the rating before does not close the difference of today.
    consultant.post(&settle, note(1)).await.problem(409);
    post(&consultant, &world.at("/finalize")).await.problem(409);
    consultant.post(&settle, note(2)).await.expect(200);
    assert_eq!(exported(&world).await, given(&["4", "3", "2", "not-applicable", "not-applicable"]));
    post(&consultant, &world.at("/finalize")).await.expect(200);
    // What is signed are the official answers, and *not applicable* only where the assessor says so too.
    assert_eq!(exported(&world).await, given(&["0", "3", "2", "not-applicable"]));
    let report = world.owner.get(&world.at("/report.json")).await.expect(200);
    let lines = report["criteria"].as_array().unwrap();
    let line = |code: &str| lines.iter().find(|line| line["code"] == code).unwrap().clone();
    assert_eq!(
        (&line("PAT-1")["claimed"], &line("PAT-5")["standing"]),
        (&json!(0), &json!("not applicable, not confirmed"))
    );
    let said = |level: u8| json!({ "level": level, "not_applicable": false });
    let left_out = json!({ "level": null, "not_applicable": true });
    for (code, own, assessor, official) in [
        ("PAT-1", said(4), said(0), json!("assessor")),
        ("PAT-4", left_out.clone(), left_out.clone(), json!("assessor")),
        ("PAT-5", left_out, Value::Null, Value::Null),
        ("PAT-6", Value::Null, Value::Null, Value::Null),
    ] {
        let line = line(code);
        assert_eq!(
            (&line["own"], &line["assessor"], &line["official"]),
            (&own, &assessor, &official),
            "{line}"
        );
    }
    let csv = world.owner.get(&world.at("/report.csv")).await.text;
    let first = csv::Reader::from_reader(csv.as_bytes()).records().next().unwrap().unwrap();
    assert_eq!(
        (&first[1], &first[5], &first[6], &first[7], &first[8]),
        ("PAT-1", "0", "4", "0", "assessor"),
        "the claim is the assessor's, and says so"
    );
}

#[rstest]
#[tokio::test]
async fn a_snapshot_is_verified_by_anybody_and_a_changed_one_by_nobody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    answer(&world, "PAT-1", 4).await;
    let submitted = post(&world.owner, &world.at("/submit")).await.expect(200);
    let path = format!("/snapshots/{}", text(&submitted["snapshot"]["id"]));
    let file = world.owner.get(&path).await;
    assert_eq!(file.status, 200, "{file:?}");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"rung-b7-1-submitted.json\"");
    let verified = verify(file.text.as_bytes()).unwrap();
    assert_eq!(verified.recomputed, Recomputed::Equal);
    assert_eq!(submitted["snapshot"]["sha256"], verified.sha256.as_str());
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    assert_eq!(verified.document.output["totals"]["overall"], score["exact"]["overall"]);
    assert_eq!(verified.document.output["totals"]["rung"], score["sublevel"]);

    let changed = file.text.replacen("\"level\":4", "\"level\":3", 1);
    assert_ne!(changed, file.text);
    assert!(matches!(verify(changed.as_bytes()), Err(VerifyError::Hash)));
    let spaced = file.text.replacen(',', ", ", 1);
    assert!(matches!(verify(spaced.as_bytes()), Err(VerifyError::NotCanonical)));
    assert!(matches!(verify(b"{}"), Err(VerifyError::Unreadable(_))));
    assert!(matches!(verify(b"\xFF"), Err(VerifyError::Unreadable(_))));
}

#[tokio::test]
async fn the_review_is_done_by_plain_forms() {
    let world = World::new(Backend::Sqlite).await;
    let consultant = world.member("consultant").await;
    answer(&world, "PAT-1", 4).await;
    world.owner.sign_in().await;
    consultant.sign_in().await;
    let at = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    let review = format!("{at}/review");
    let page = world.owner.page(&review).await.text;
    assert!(page.contains("GOV-1: 8.0 needs") && page.contains("Submit all the same"), "{page}");
    let done = world.owner.submit(&review, &[("do", "submit"), ("note", "Ready.")]).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, &*review), "{}", done.text);
    let locked = [("PAT-1.level", "1"), ("PAT-1.rationale", ""), ("PAT-1.revision", "1")];
    assert_eq!(world.owner.submit(&format!("{at}/PAT"), &locked).await.status, 409);
    assert_eq!(world.owner.submit(&review, &[("do", "finalize")]).await.status, 403);
    assert_eq!(consultant.submit(&review, &[("do", "nothing")]).await.status, 409);
    assert_eq!(consultant.submit(&review, &[("do", "review")]).await.status, 303);

    let domain = format!("{review}/PAT");
    let rate = |level, note| [("criterion", "PAT-1"), ("level", level), ("note", note), ("revision", "0")];
    assert_eq!(consultant.submit(&domain, &rate("", "x")).await.status, 422);
    let refused = consultant.submit(&domain, &rate("na", "")).await;
    assert_eq!(refused.status, 422);
    let rated = consultant.submit(&domain, &rate("1", "A pilot only.")).await;
    assert_eq!(
        (rated.status.as_u16(), rated.location()),
        (303, &*format!("{domain}#pat-1")),
        "{}",
        rated.text
    );
    let page = consultant.page(&review).await.text;
    assert!(page.contains("Where the ratings differ") && page.contains("A pilot only."), "{page}");
    let settle = format!("{review}/settle");
    let close = |note, assessor| [("settle", "PAT-1"), ("note", note), ("own", "1"), ("assessor", assessor)];
    assert!(page.contains("name=\"own\" value=\"1\"") && page.contains("name=\"assessor\" value=\"1\""));
    let refused = consultant.submit(&settle, &close("no", "1")).await;
    assert_eq!(refused.status, 422);
    // The message stands at the field, where the summary on top leads.
    assert!(refused.text.contains("id=\"settle-pat-1-error\""), "{}", refused.text);
    let note = "Seen together: the pilot does not count.";
    let unseen = consultant.submit(&settle, &close(note, "2")).await;
    assert_eq!(unseen.status, 409);
    assert!(unseen.text.contains("changed after you read them") && unseen.text.contains(note));
    assert_eq!(consultant.submit(&settle, &close(note, "1")).await.status, 303);
    assert_eq!(consultant.submit(&format!("{review}/agree"), &[]).await.status, 303);
    assert_eq!(consultant.submit(&review, &[("do", "finalize")]).await.status, 303);

    let history = world.owner.page(&format!("{at}/history")).await.text;
    assert!(history.contains("Signed 2") && history.contains("Submitted 1"), "{history}");
    let snapshots = world.owner.get(&world.at("/snapshots")).await.expect(200);
    let snapshot = text(&snapshots["items"][0]["id"]);
    let one = world.owner.page(&format!("{at}/history/{snapshot}")).await;
    assert!(one.status == 200 && one.text.contains("rung snapshot verify"), "{}", one.text);
    let file = world.owner.page(&format!("{at}/history/{snapshot}/file")).await;
    verify(file.text.as_bytes()).unwrap();
    let outsider = world.app.person("outsider").await;
    outsider.sign_in().await;
    for path in [review, domain, format!("{at}/history"), format!("{at}/history/{snapshot}/file")] {
        assert_eq!(outsider.page(&path).await.status, 404, "{path}");
    }
}
