//! Ratings and settled differences through plain forms: what was typed is never lost, and never lands unseen.

use serde_json::json;

use super::review::post;
use super::support::{Backend, Person, World};

/// An assessment in review whose PAT-1 the organization claims to be 4, and two reviewers who are signed in.
async fn in_review() -> (World, Person, Person) {
    let world = World::new(Backend::Sqlite).await;
    let first = world.member("consultant").await;
    let second = world.app.person("second").await;
    let new = json!({ "email": second.email, "role": "consultant" });
    world.owner.post(&world.org("/members"), new).await.expect(201);
    let claim = json!({ "level": 4, "rationale": "Because.", "revision": 0 });
    world.owner.put(&world.answer_to("PAT-1"), claim).await.expect(200);
    post(&world.owner, &world.at("/submit")).await.expect(200);
    post(&first, &world.at("/review")).await.expect(200);
    first.sign_in().await;
    second.sign_in().await;
    (world, first, second)
}

#[tokio::test]
async fn a_second_reviewer_sees_both_ratings_and_keeps_what_was_typed() {
    let (world, first, second) = in_review().await;
    let review = format!("/orgs/{}/assessments/{}/review", world.slug, world.assessment);
    let domain = format!("{review}/PAT");
    let rate = |level, note, revision| {
        [("criterion", "PAT-1"), ("level", level), ("note", note), ("revision", revision)]
    };
    assert_eq!(first.submit(&domain, &rate("1", "A pilot only.", "0")).await.status, 303);
    let page = second.submit(&domain, &rate("2", "Two clinics have it.", "0")).await;
    assert_eq!(page.status, 409, "{}", page.text);
    for expected in [
        "consultant rated PAT-1 in the meantime",
        "A pilot only.",
        "Two clinics have it.</textarea>",
        "name=\"revision\" value=\"1\"",
    ] {
        assert!(page.text.contains(expected), "{expected} in {}", page.text);
    }
    let kept = second.get(&world.at("/review")).await.expect(200);
    assert_eq!(kept["differences"][0]["assessor"]["level"], 1, "nothing was overwritten");
    assert_eq!(second.submit(&domain, &rate("2", "Two clinics have it.", "1")).await.status, 303);

    // The first one settles what the second one rated anew, once they have seen it.
    assert_eq!(second.submit(&domain, &rate("0", "None has it.", "2")).await.status, 303);
    let settle = format!("{review}/settle");
    let note = "Seen together: the pilot does not count.";
    let close = |assessor| [("settle", "PAT-1"), ("note", note), ("own", "1"), ("assessor", assessor)];
    let unseen = first.submit(&settle, &close("2")).await;
    assert_eq!(unseen.status, 409);
    assert!(unseen.text.contains("name=\"assessor\" value=\"3\""), "{}", unseen.text);
    assert_eq!(first.submit(&settle, &close("3")).await.status, 303);
}

#[tokio::test]
async fn what_is_wrong_with_a_rating_or_a_settlement_stands_at_its_field() {
    let (world, first, _) = in_review().await;
    let review = format!("/orgs/{}/assessments/{}/review", world.slug, world.assessment);
    let domain = format!("{review}/PAT");
    let rate = |level, note| [("criterion", "PAT-1"), ("level", level), ("note", note), ("revision", "0")];
    let at_field = |page: &str, field: &str| {
        page.contains(&format!("id=\"{field}-error\"")) && page.contains(&format!("href=\"#{field}\""))
    };
    let page = first.submit(&domain, &rate("", "A pilot only.")).await;
    assert_eq!(page.status, 422);
    assert!(at_field(&page.text, "pat-1-level") && page.text.contains("A pilot only."), "{}", page.text);
    let page = first.submit(&domain, &rate("na", "")).await;
    assert_eq!(page.status, 422);
    assert!(at_field(&page.text, "pat-1-rating-note"), "{}", page.text);
    assert_eq!(first.submit(&domain, &rate("1", "A pilot only.")).await.status, 303);
    let page = first.submit(&format!("{review}/settle"), &[("settle", "PAT-1"), ("note", "too short")]).await;
    assert_eq!(page.status, 422);
    assert!(at_field(&page.text, "settle-pat-1"), "{}", page.text);
    assert!(page.text.contains("too short</textarea>"), "{}", page.text);
}
