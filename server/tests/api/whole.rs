//! A whole assessment in one answer.

use rstest::rstest;
use serde_json::{Value, json};

use super::checks::{Target, add};
use super::support::{Backend, World, text};

#[rstest]
#[tokio::test]
async fn what_is_included_is_what_each_part_says_by_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    let check = text(&made.expect(201)["id"]);
    let ties = world.owner.get(&format!("/checks/{check}")).await.expect(200);
    let ties = ties["bindings"].as_array().unwrap();
    let tie = ties.iter().find(|tie| tie["framework"] == "B7" && tie["tied"] == true).unwrap();
    let (criterion, binding) = (text(&tie["criterion"]), text(&tie["binding"]));
    world.owner.put(&world.answer_to(&criterion), json!({ "level": 4, "revision": 0 })).await.expect(200);
    let item = json!({ "title": "Seen", "criteria": [criterion], "note": "Seen.", "dated": "2026-01-31" });
    world.owner.post(&world.at("/evidence"), item).await.expect(201);
    target.set_up(false);
    for _ in 0..2 {
        world.owner.post(&format!("/checks/{check}/runs"), Value::Null).await.expect(201);
    }

    let whole = world.owner.get(&world.at("?include=score,evidence,checks,findings")).await.expect(200);
    let mut score = world.owner.get(&world.at("/score")).await.expect(200);
    score["computed_at"] = whole["score"]["computed_at"].clone();
    assert_eq!(whole["score"], score);
    assert_eq!(whole["evidence"], world.owner.get(&world.at("/evidence")).await.expect(200)["items"]);
    let findings = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
    assert_eq!(whole["findings"], findings["items"]);
    let contradiction = whole["findings"].as_array().unwrap().iter();
    let contradiction = contradiction.clone().find(|finding| finding["kind"] == "contradiction").unwrap();
    assert_eq!(contradiction["checks"][0]["id"], json!(check));
    assert!(!contradiction["checks"][0]["messages"].as_array().unwrap().is_empty(), "{contradiction}");
    let [shown] = &whole["checks"].as_array().unwrap()[..] else { panic!("{}", whole["checks"]) };
    assert_eq!((&shown["id"], &shown["kind"]), (&json!(check), &json!("cdshooks.discovery")));
    let stands = shown["bindings"].as_array().unwrap().iter();
    let stands = stands.clone().find(|stands| stands["binding"] == json!(binding)).unwrap();
    assert_eq!((&stands["status"], &stands["consecutive_fails"]), (&json!("FAIL"), &json!(2)));

    let plain = world.owner.get(&world.at("")).await.expect(200);
    for part in ["score", "evidence", "checks", "findings"] {
        assert!(plain.get(part).is_none(), "{part} was not asked for");
    }
    assert_eq!(whole["answers"], plain["answers"]);
    world.owner.get(&world.at("?include=all")).await.problem(400);
}
