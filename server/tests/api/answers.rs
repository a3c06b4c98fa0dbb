//! Answers: bad ones are refused in words, stale ones change nothing, none is lost; and what they are worth.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Answer, Backend, World};

#[rstest]
#[tokio::test]
async fn an_answer_is_saved_with_its_revision_and_history(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let path = world.answer_to("PAT-1");
    let first = world
        .owner
        .put(&path, json!({ "level": 2, "rationale": "Piloted.", "revision": 0 }))
        .await
        .expect(200);
    assert_eq!((&first["level"], &first["revision"], &first["rater"]), (&json!(2), &json!(1), &json!("own")));
    let second =
        world.owner.put(&path, json!({ "level": 3, "rationale": "Live.", "revision": 1 })).await.expect(200);
    assert_eq!(second["revision"], 2);
    let read = world.owner.get(&world.at("")).await.expect(200);
    assert_eq!(read["answers"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&read["answers"][0]["level"], &read["answers"][0]["rationale"]),
        (&json!(3), &json!("Live."))
    );
    let history = world.owner.get(&path).await.expect(200);
    let levels: Vec<&Value> =
        history["items"].as_array().unwrap().iter().map(|answer| &answer["level"]).collect();
    assert_eq!(levels, [&json!(3), &json!(2)]);
    let one = world.owner.get(&format!("{path}?limit=1")).await.expect(200);
    let next = one["next"].as_str().unwrap();
    let rest = world.owner.get(&format!("{path}?after={next}")).await.expect(200);
    assert_eq!(rest["items"][0]["level"], 2);
}

#[rstest]
#[tokio::test]
async fn not_applicable_needs_a_reason(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::new(backend).await;
    let path = world.answer_to("PAT-2");
    let refused = async |body| world.owner.put(&path, body).await.pointers();
    assert_eq!(refused(json!({ "not_applicable": true, "revision": 0 })).await, ["/rationale"]);
    assert_eq!(refused(json!({ "not_applicable": true, "reason": "  ", "revision": 0 })).await, ["/reason"]);
    let good = json!({ "not_applicable": true, "rationale": "No portal of our own.", "revision": 0 });
    let saved = world.owner.put(&path, good).await.expect(200);
    assert_eq!((&saved["not_applicable"], &saved["level"]), (&json!(true), &Value::Null));
    assert_eq!(saved["reason"], "No portal of our own.");
}

#[rstest]
#[tokio::test]
async fn a_wrong_answer_is_refused_in_words_and_changes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let path = world.answer_to("PAT-1");
    for level in [json!(-1), json!(5), json!(2.5), json!("3"), json!(1e300), json!([1])] {
        assert_eq!(
            world.owner.put(&path, json!({ "level": level, "revision": 0 })).await.pointers(),
            ["/level"]
        );
    }
    assert_eq!(world.owner.put(&path, json!({ "revision": 0 })).await.pointers(), ["/level"]);
    assert_eq!(world.owner.put(&path, json!({ "level": 2 })).await.pointers(), ["/revision"]);
    assert_eq!(
        world.owner.put(&path, json!({ "level": 2, "revision": "1" })).await.pointers(),
        ["/revision"]
    );
    assert_eq!(world.owner.put(&path, json!({ "level": 2, "revision": -1 })).await.pointers(), ["/revision"]);
    world.owner.put(&world.answer_to("NO-1"), json!({ "level": 2, "revision": 0 })).await.problem(404);
    let raw =
        Answer::of(world.owner.api(Method::PUT, &path).header("content-type", "application/json").body("{"))
            .await;
    raw.problem(400);
    assert_eq!(world.owner.get(&world.at("")).await.expect(200)["answers"], json!([]));
}

#[rstest]
#[tokio::test]
async fn a_criterion_of_another_profile_does_not_apply(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    let criteria = score["criteria"].as_array().unwrap();
    let outside = criteria.iter().find(|criterion| criterion["standing"] == "out_of_profile").unwrap();
    let path = world.answer_to(outside["code"].as_str().unwrap());
    let refused = world.owner.put(&path, json!({ "level": 2, "revision": 0 })).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("does not apply"), "{refused}");
}

#[rstest]
#[tokio::test]
async fn a_stale_revision_changes_nothing_and_shows_the_answer_on_file(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let colleague = world.member("contributor").await;
    let path = world.answer_to("PAT-1");
    colleague.put(&path, json!({ "level": 1, "rationale": "Theirs.", "revision": 0 })).await.expect(200);
    let stale =
        world.owner.put(&path, json!({ "level": 4, "rationale": "Mine.", "revision": 0 })).await.problem(409);
    assert_eq!((&stale["current"]["level"], &stale["current"]["rationale"]), (&json!(1), &json!("Theirs.")));
    assert_eq!(stale["current"]["revision"], 1);
    assert_eq!(stale["current"]["by_name"], "contributor");
    let ahead = world.owner.put(&path, json!({ "level": 4, "revision": 7 })).await.problem(409);
    assert_eq!(ahead["current"]["revision"], 1);
    let unseen =
        world.owner.put(&world.answer_to("PAT-3"), json!({ "level": 4, "revision": 3 })).await.problem(409);
    assert_eq!(unseen.get("current"), Some(&Value::Null));
    let read = world.owner.get(&world.at("")).await.expect(200);
    assert_eq!(read["answers"].as_array().unwrap().len(), 1);
    assert_eq!(read["answers"][0]["rationale"], "Theirs.");
}

#[rstest]
#[tokio::test]
async fn of_many_saves_at_once_every_acknowledged_one_is_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let path = world.answer_to("PAT-1");
    let writers = (0..8).map(|writer| {
        let (owner, path) = (world.owner.clone(), path.clone());
        tokio::spawn(async move {
            let (mut revision, mut saved) = (0, Vec::new());
            while saved.len() < 5 {
                let rationale = format!("{writer}/{}", saved.len());
                let body = json!({ "level": 2, "rationale": rationale, "revision": revision });
                let answer = owner.put(&path, body).await;
                if answer.status == 200 {
                    saved.push(rationale);
                    revision = answer.json()["revision"].as_i64().unwrap();
                } else {
                    revision = answer.problem(409)["current"]["revision"].as_i64().unwrap();
                }
            }
            saved
        })
    });
    let mut acknowledged = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        acknowledged.extend(writer.await.unwrap());
    }
    let history = world.owner.get(&format!("{path}?limit=200")).await.expect(200);
    let items = history["items"].as_array().unwrap();
    let mut kept: Vec<&str> = items.iter().map(|answer| answer["rationale"].as_str().unwrap()).collect();
    let revisions: Vec<i64> = items.iter().map(|answer| answer["revision"].as_i64().unwrap()).collect();
    assert_eq!(revisions, (1..=40).rev().collect::<Vec<_>>());
    kept.sort_unstable();
    acknowledged.sort_unstable();
    assert_eq!(kept, acknowledged);
}

#[rstest]
#[tokio::test]
async fn the_score_says_what_counts_and_what_stands_before_the_next_rung(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 4, "revision": 0 })).await.expect(200);
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    for figure in ["claimed", "overall", "assurance_gap", "confidence", "completeness"] {
        let shown = score[figure].as_f64().unwrap();
        let (numerator, denominator) = score["exact"][figure].as_str().unwrap().split_once('/').unwrap();
        let exact = numerator.parse::<f64>().unwrap() / denominator.parse::<f64>().unwrap();
        assert!((shown - exact).abs() <= 0.05 + 1e-9, "{figure}: {shown} and {exact}");
    }
    assert_eq!(score["sublevel"], "Pre-8");
    assert!(score["disclaimer"].as_str().unwrap().contains("HIMSS"), "{}", score["disclaimer"]);
    assert_eq!(score["next"]["code"], "8.0");
    let blockers = score["next"]["blockers"].as_array().unwrap();
    assert!(blockers.iter().any(|blocker| blocker["condition"] == "gate"), "{blockers:?}");
    assert!(blockers.iter().all(|blocker| !blocker["text"].as_str().unwrap().is_empty()));
    assert_eq!(score["domains"].as_array().unwrap().len(), 10);
    let criteria = score["criteria"].as_array().unwrap();
    assert_eq!(criteria.len(), 62);
    let answered = criteria.iter().find(|criterion| criterion["code"] == "PAT-1").unwrap();
    // Attested only: section 5 caps it at 2.
    assert_eq!((&answered["level"], &answered["effective"]), (&json!(4), &json!(2)));
    assert_eq!((&answered["evidence_class"], &answered["limit"]), (&json!("E0"), &json!("evidence")));
    assert_eq!(answered["fail_cap"], Value::Null);
    assert!(answered["why"].as_str().unwrap().contains("level 4"), "{answered}");
}
