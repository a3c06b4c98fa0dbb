//! Notes and links behind answers.

use rstest::rstest;
use serde_json::json;

use super::support::{Backend, World, text};

#[rstest]
#[tokio::test]
async fn evidence_lifts_the_cap_and_a_reviewer_lifts_it_further(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let assessor = world.member("assessor").await;
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 4, "revision": 0 })).await.expect(200);
    let effective = async || {
        let score = world.owner.get(&world.at("/score")).await.expect(200);
        let criterion =
            score["criteria"].as_array().unwrap().iter().find(|one| one["code"] == "PAT-1").unwrap().clone();
        (text(&criterion["evidence_class"]), criterion["effective"].as_i64().unwrap())
    };
    assert_eq!(effective().await, ("E0".to_owned(), 2));

    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let new = json!({
        "criteria": ["PAT-1"], "title": "Go-live report", "link": "https://example.org/report.pdf", "dated": today
    });
    let item = world.owner.post(&world.at("/evidence"), new).await.expect(201);
    assert_eq!((&item["class"], &item["state"]), (&json!("standard"), &json!("submitted")));
    assert_eq!(effective().await, ("E1".to_owned(), 3));

    let path = format!("/evidence/{}", text(&item["id"]));
    world.owner.patch(&path, json!({ "state": "accepted" })).await.problem(409);
    let accepted = assessor.patch(&path, json!({ "state": "accepted" })).await.expect(200);
    assert_eq!(accepted["state"], "accepted");
    assert_eq!(effective().await, ("E2".to_owned(), 4));
    assert_eq!(world.owner.get(&world.at("/evidence")).await.expect(200)["items"], json!([accepted]));

    world.owner.delete(&path).await.expect(204);
    assert_eq!(effective().await, ("E0".to_owned(), 2));
}

#[tokio::test]
async fn a_wrong_item_is_pointed_to_and_not_kept() {
    let world = World::new(Backend::Sqlite).await;
    let good =
        json!({ "criteria": ["PAT-1"], "title": "Report", "note": "It works.", "dated": "2026-01-01" });
    let refused = async |field: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[field] = value;
        world.owner.post(&world.at("/evidence"), body).await.pointers()
    };
    assert_eq!(refused("criteria", json!([])).await, ["/criteria"]);
    assert_eq!(refused("criteria", json!(["NO-1"])).await, ["/criteria"]);
    assert_eq!(refused("title", json!("")).await, ["/title"]);
    assert_eq!(refused("note", json!(" ")).await, ["/note"]);
    assert_eq!(refused("link", json!("https://example.org")).await, ["/note", "/link"]);
    assert_eq!(refused("dated", json!("2026-02-30")).await, ["/dated"]);
    assert_eq!(refused("dated", json!("2999-01-01")).await, ["/dated"]);
    assert_eq!(refused("expires", json!("2025-01-01")).await, ["/expires"]);
    assert_eq!(refused("class", json!("eternal")).await, ["/class"]);
    let mut body = good.clone();
    body["note"] = json!(null);
    body["link"] = json!("javascript:alert(1)");
    assert_eq!(world.owner.post(&world.at("/evidence"), body).await.pointers(), ["/link"]);
    assert_eq!(world.owner.get(&world.at("/evidence")).await.expect(200)["items"], json!([]));
}
