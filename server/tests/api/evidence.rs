//! Notes and links behind answers.

use rstest::rstest;
use serde_json::json;

use super::support::{Backend, Person, World, text};
use super::uploads::PDF;

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
    let accept = || json!({ "state": "accepted", "revision": 1 });
    world.owner.patch(&path, accept()).await.problem(409);
    assert_eq!(assessor.patch(&path, json!({ "state": "accepted" })).await.pointers(), ["/revision"]);
    let accepted = assessor.patch(&path, accept()).await.expect(200);
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
    assert_eq!(refused("criteria", json!(["PAT-1", "EVT-2"])).await, ["/criteria"], "not asked of hospitals");
    for title in ["", "Report\u{202e}fdp.exe", "Two\nlines"] {
        assert_eq!(refused("title", json!(title)).await, ["/title"], "{title:?}");
    }
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

#[rstest]
#[tokio::test]
async fn what_was_submitted_is_reviewed_from_outside_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (assessor, consultant) = (world.member("assessor").await, world.member("consultant").await);
    let new = json!({ "criteria": ["PAT-1"], "title": "Report", "note": "It works.", "dated": "2026-01-01" });
    let item = world.owner.post(&world.at("/evidence"), new).await.expect(201);
    let path = format!("/evidence/{}", text(&item["id"]));
    let decisions = world.at("/decisions");
    let accept = json!({ "state": "accepted", "revision": 1 });
    let all = json!({ "accept": [{ "id": item["id"], "revision": 1 }] });
    let done = async |person: &Person| person.post(&decisions, all.clone()).await.expect(200)["done"].clone();
    assessor.sign_in().await;
    let page = format!("/orgs/{}/evidence", world.slug);
    let drawn = assessor.page(&page).await.text;
    assert!(drawn.contains(">Accept<"), "{drawn}");
    // What does not come back is not removed by one click.
    assert!(drawn.contains("<summary>Remove Report") && drawn.contains("that cannot be undone"), "{drawn}");
    for step in ["/submit", "/review"] {
        let steps = if step == "/submit" { &world.owner } else { &consultant };
        steps.post(&world.at(step), json!({})).await.expect(200);
        for inside in [&world.owner, &assessor] {
            inside.patch(&path, accept.clone()).await.problem(403);
            assert_eq!(done(inside).await, 0);
        }
        assert!(!assessor.page(&page).await.text.contains(">Accept<"), "what is refused is not offered");
        consultant.patch(&path, accept.clone()).await.expect(200);
        assert_eq!(done(&consultant).await, 1);
    }
    consultant.post(&world.at("/finalize"), json!({})).await.expect(200);
    consultant.patch(&path, json!({ "state": "rejected", "revision": 1 })).await.problem(409);
    assert_eq!(done(&consultant).await, 0);
    let kept = world.owner.get(&world.at("/evidence")).await.expect(200);
    assert_eq!(kept["items"][0]["state"], "accepted");
}

#[rstest]
#[tokio::test]
async fn what_a_reviewer_accepted_is_removed_by_who_may_review_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (bo, assessor) = (world.member("contributor").await, world.member("assessor").await);
    let new = |title: &str| json!({ "criteria": ["PAT-1"], "title": title, "note": "It works.", "dated": "2026-01-01" });
    let item = bo.post(&world.at("/evidence"), new("Report")).await.expect(201);
    let path = format!("/evidence/{}", text(&item["id"]));
    assessor.patch(&path, json!({ "state": "accepted", "revision": 1 })).await.expect(200);
    let refused = bo.delete(&path).await.problem(403);
    assert!(text(&refused["detail"]).contains("accepted \"Report\""), "{refused}");

    // Nor by having it reviewed again first.
    bo.patch(&path, json!({ "criteria": ["PAT-3"], "revision": 1 })).await.expect(200);
    bo.delete(&path).await.problem(403);
    assessor.patch(&path, json!({ "state": "accepted", "revision": 2 })).await.expect(200);

    // Without scripts.
    bo.sign_in().await;
    let page = format!("/orgs/{}/evidence", world.slug);
    assert!(!bo.page(&page).await.text.contains("<summary>Remove Report"), "what is refused is not offered");
    let remove = [("assessment", &*world.assessment), ("do", "remove"), ("revision", "2")];
    let refused = bo.submit(&format!("/orgs/{}{path}", world.slug), &remove).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("A reviewer accepted"), "{}", refused.text);

    // What nobody accepted goes.
    let mistaken = bo.post(&world.at("/evidence"), new("Mistake")).await.expect(201);
    let mistaken = format!("/evidence/{}", text(&mistaken["id"]));
    assessor.patch(&mistaken, json!({ "state": "rejected", "revision": 1 })).await.expect(200);
    bo.delete(&mistaken).await.expect(204);
    assessor.delete(&path).await.expect(204);
    assert_eq!(world.owner.get(&world.at("/evidence")).await.expect(200)["items"], json!([]));
    world.app.stop().await;
}

#[tokio::test]
async fn a_form_of_a_page_that_is_outdated_reviews_nothing_and_comes_back_with_what_is_there() {
    let world = World::new(Backend::Sqlite).await;
    let consultant = world.member("consultant").await;
    consultant.sign_in().await;
    let new =
        |note: &str| json!({ "criteria": ["PAT-1"], "title": "Report", "note": note, "dated": "2026-01-01" });
    let item = world.owner.post(&world.at("/evidence"), new("It works.")).await.expect(201);
    let id = text(&item["id"]);
    let fields = [("revision", "1"), ("note", "It works better."), ("dated", "2026-01-01")];
    let form = super::uploads::form(&fields, None);
    super::uploads::send(&world.owner, &format!("/evidence/{id}/revisions"), form).await.expect(200);

    let at = format!("/orgs/{}/evidence", world.slug);
    let fields = |revision| [("assessment", &*world.assessment), ("do", "accept"), ("revision", revision)];
    let refused = consultant.submit(&format!("{at}/{id}"), &fields("1")).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.text.contains("is in revision 2 now") && refused.text.contains("It works better."),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("name=\"revision\" value=\"2\""), "{}", refused.text);

    let domain = format!("/orgs/{}/assessments/{}/review/PAT/evidence", world.slug, world.assessment);
    let outdated = format!("{id}@1");
    let refused = consultant.submit(&domain, &[("do", "accept"), ("items", &outdated)]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("is in revision 2 now"), "{}", refused.text);
    let none = consultant.submit(&domain, &[("do", "accept")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("Choose at least one line."), "{}", none.text);
    let kept = world.owner.get(&world.at("/evidence")).await.expect(200);
    assert_eq!(kept["items"][0]["state"], "submitted");
    let present = format!("{id}@2");
    let done = consultant.submit(&domain, &[("do", "accept"), ("items", &present)]).await;
    assert_eq!(
        (done.status.as_u16(), done.location()),
        (303, domain.replace("/evidence", "#evidence").as_str())
    );
    assert_eq!(consultant.submit(&format!("{at}/{id}"), &fields("2")).await.status, 303);
}

#[rstest]
#[tokio::test]
async fn an_item_is_tied_to_other_criteria_and_has_to_be_reviewed_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (bo, consultant) = (world.member("contributor").await, world.member("consultant").await);
    for criterion in ["PAT-1", "PAT-3"] {
        let answer = json!({ "level": 4, "revision": 0 });
        world.owner.put(&world.answer_to(criterion), answer).await.expect(200);
    }
    let dated = service::UnixMillis::now().date().to_string();
    let new = json!({ "criteria": ["PAT-1"], "title": "Report", "note": "It works.", "dated": dated });
    let item = world.owner.post(&world.at("/evidence"), new).await.expect(201);
    let path = format!("/evidence/{}", text(&item["id"]));
    consultant.patch(&path, json!({ "state": "accepted", "revision": 1 })).await.expect(200);
    let class = async |code: &str| {
        let score = world.owner.get(&world.at("/score")).await.expect(200);
        let criteria = score["criteria"].as_array().unwrap().clone();
        text(&criteria.iter().find(|one| one["code"] == code).unwrap()["evidence_class"])
    };
    assert_eq!((class("PAT-1").await.as_str(), class("PAT-3").await.as_str()), ("E2", "E0"));

    let retie = |criteria: &[&str], revision: u8| json!({ "criteria": criteria, "revision": revision });
    consultant.patch(&path, retie(&["PAT-3"], 1)).await.problem(403);
    assert_eq!(bo.patch(&path, retie(&[], 1)).await.pointers(), ["/criteria"]);
    assert_eq!(bo.patch(&path, retie(&["PAT-1"], 1)).await.pointers(), ["/criteria"], "nothing would change");
    assert_eq!(bo.patch(&path, retie(&["NOPE-1"], 1)).await.pointers(), ["/criteria"]);
    let both = json!({ "criteria": ["PAT-3"], "state": "accepted", "revision": 1 });
    assert_eq!(bo.patch(&path, both).await.pointers(), ["/state", "/criteria"]);
    bo.patch(&path, retie(&["PAT-3"], 2)).await.problem(409);
    let changed = bo.patch(&path, retie(&["PAT-3", "PAT-1", "PAT-3"], 1)).await.expect(200);
    assert_eq!(
        (&changed["criteria"], &changed["revision"], &changed["state"], &changed["reviewer"]),
        (&json!(["PAT-1", "PAT-3"]), &json!(2), &json!("submitted"), &json!(null))
    );
    assert_eq!((&changed["author"], &changed["note"]), (&item["author"], &json!("It works.")));
    assert_eq!((class("PAT-1").await.as_str(), class("PAT-3").await.as_str()), ("E1", "E1"));
    consultant.patch(&path, json!({ "state": "accepted", "revision": 1 })).await.problem(409);

    // Without scripts.
    world.owner.sign_in().await;
    let list = world.owner.page(&format!("/orgs/{}/evidence", world.slug)).await.text;
    let form = format!("/orgs/{}{path}/criteria", world.slug);
    assert!(list.contains(&format!("href=\"{form}\"")), "{list}");
    let page = world.owner.page(&form).await.text;
    assert!(page.contains("Criteria of Report") && page.contains("name=\"revision\" value=\"2\""), "{page}");
    let none = world.owner.submit(&form, &[("revision", "2")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("Choose at least one criterion."), "{}", none.text);
    let done = world.owner.submit(&form, &[("revision", "2"), ("criteria", "PAT-3")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let listed = world.owner.get(&world.at("/evidence")).await.expect(200);
    assert_eq!(listed["items"][0]["criteria"], json!(["PAT-3"]));
    assert_eq!(world.owner.page(&form.replace(&world.slug, "elsewhere")).await.status, 404);

    // Who tied it acted for the organization.
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    bo.patch(&path, retie(&["PAT-1"], 3)).await.problem(409);
    super::independence::turn(&world, &bo, "consultant").await;
    let refused = super::review::post(&bo, &world.at("/review")).await.problem(409);
    assert!(text(&refused["detail"]).contains("somebody else"), "{refused}");
    world.app.stop().await;
}

/// What is renewed keeps its place; what it was before can be read by everybody who may read the item.
#[rstest]
#[tokio::test]
async fn an_item_is_replaced_on_its_page_and_every_revision_stays_to_be_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let viewer = world.member("viewer").await;
    let item = super::uploads::attach(&world, "Go-live report.pdf", PDF).await.expect(201);
    let api = format!("/evidence/{}", text(&item["id"]));
    let path = format!("/orgs/{}{api}", world.slug);
    world.owner.sign_in().await;
    let list = world.owner.page(&format!("/orgs/{}/evidence", world.slug)).await.text;
    assert!(list.contains(&format!("{path}/revisions")), "{list}");
    let page = world.owner.page(&format!("{path}/revisions")).await;
    assert!(page.text.contains("Replace it") && page.text.contains("Go-live report.pdf"), "{}", page.text);

    let next = |revision: &'static str, body: &'static str| {
        [("revision", revision), ("title", ""), ("body", body), ("dated", "2026-02-01"), ("expires", "")]
    };
    let empty = world.owner.submit(&format!("{path}/revisions"), &next("1", "")).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("Choose a file, give a link, or write what was seen."), "{}", empty.text);
    let replaced = world.owner.submit(&format!("{path}/revisions"), &next("1", "Seen again.")).await;
    assert_eq!(replaced.status, 303, "{}", replaced.text);
    let stale = world.owner.submit(&format!("{path}/revisions"), &next("1", "Too late.")).await;
    assert_eq!(stale.status, 409);
    assert!(stale.text.contains("Too late.") && stale.text.contains("Seen again."), "{}", stale.text);

    let now = world.owner.get(&api).await.expect(200);
    assert_eq!((&now["revision"], &now["note"]), (&json!(2), &json!("Seen again.")));
    let earlier = viewer.get(&format!("{api}/revisions")).await.expect(200);
    let earlier = earlier["items"].as_array().unwrap();
    assert_eq!(earlier.len(), 1);
    assert_eq!((&earlier[0]["revision"], &earlier[0]["file"]), (&json!(1), &item["file"]));
    let file = viewer.get(&format!("{api}/revisions/1")).await;
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, PDF));
    assert!(file.header("content-security-policy").starts_with("sandbox;"), "{file:?}");
    viewer.get(&format!("{api}/revisions/2")).await.problem(404);
    world.app.person("outsider").await.get(&format!("{api}/revisions")).await.problem(404);
    world.app.person("stranger").await.get(&format!("{api}/revisions/1")).await.problem(404);

    // Whoever may not replace it reads it all the same.
    viewer.sign_in().await;
    let page = viewer.page(&format!("{path}/revisions")).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("Replace it") && page.text.contains("Seen again."), "{}", page.text);
    let file = viewer.page(&format!("{path}/file?revision=1")).await;
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, PDF));
    assert_eq!(viewer.page(&format!("{path}/file?revision=7")).await.status, 404);
    assert_eq!(viewer.submit(&format!("{path}/revisions"), &next("2", "Mine.")).await.status, 403);
    world.app.stop().await;
}
