//! The portfolio: whose organizations it shows, what it says of each, and what the choice leaves.

use rstest::rstest;
use serde_json::json;

use super::support::{Backend, Person, World, text};

/// The organizations on a page, in its order.
async fn shown(person: &Person, query: &str) -> Vec<&'static str> {
    let page = person.page(&format!("/portfolio{query}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let mut places: Vec<_> = ["Alder Regional Hospital", "Birch Clinics"]
        .into_iter()
        .filter_map(|name| Some((page.text.find(&format!(">{name}<"))?, name)))
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(_, name)| name).collect()
}

#[rstest]
#[tokio::test]
async fn a_portfolio_shows_the_organizations_of_its_reader_with_their_scores(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let consultant = world.member("consultant").await;
    consultant.sign_in().await;
    let birch = json!({ "name": "Birch Clinics", "profiles": ["A"], "size_band": "7-20" });
    consultant.post("/organizations", birch).await.expect(201);
    let answer = json!({ "level": 3, "revision": 0 });
    world.owner.put(&world.answer_to("PAT-1"), answer).await.expect(200);
    // Reading them brings the live result up to date.
    world.owner.get(&world.at("/findings")).await.expect(200);

    let page = consultant.page("/portfolio").await.text;
    let domain = format!("/orgs/{}/assessments/{}/PAT", world.slug, world.assessment);
    let cell = page.split(&format!("href=\"{domain}\">")).nth(1).unwrap_or_else(|| panic!("{page}"));
    let score: u32 = cell.split('<').next().unwrap().parse().unwrap();
    assert!(score > 0);
    assert!(page.contains("not a HIMSS stage, certification or endorsement"));
    assert!(page.contains("Start an assessment"), "Birch Clinics has none");

    let both = ["Alder Regional Hospital", "Birch Clinics"];
    assert_eq!(shown(&consultant, "").await, both);
    for (query, left) in [
        ("?name=BIRCH", &both[1..]),
        ("?profile=H", &both[..1]),
        ("?state=draft", &both[..1]),
        ("?state=final", &[]),
        ("?order=overall", &both[..]),
        ("?page=2", &[]),
        ("?framework=BL7+1.0.0", &both[..]),
    ] {
        assert_eq!(shown(&consultant, query).await, left, "{query}");
    }
    assert_eq!(consultant.page("/portfolio?framework=B7+0.0.1").await.status, 404);

    let stranger = world.app.person("stranger").await;
    stranger.sign_in().await;
    assert!(shown(&stranger, "").await.is_empty());
    let anonymous = world.app.anonymous().page("/portfolio").await;
    assert!(anonymous.location().starts_with("/sign-in"), "{}", anonymous.text);
}

#[rstest]
#[tokio::test]
async fn what_waits_for_a_review_is_shown_although_the_organization_answers_in_the_next_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let consultant = world.member("consultant").await;
    let answer = json!({ "level": 3, "revision": 0 });
    world.owner.put(&world.answer_to("PAT-1"), answer.clone()).await.expect(200);
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    let next = json!({ "framework": "B7", "title": "Autumn" });
    let next = text(&world.owner.post(&world.org("/assessments"), next).await.expect(201)["id"]);
    world.owner.put(&format!("/assessments/{next}/answers/PAT-1"), answer).await.expect(200);

    consultant.sign_in().await;
    let review = format!("href=\"/orgs/{}/assessments/{}/review\">", world.slug, world.assessment);
    let page = consultant.page("/portfolio").await.text;
    let link = page.split(&review).nth(1).unwrap_or_else(|| panic!("{page}"));
    assert!(link.starts_with("1 review waits<"), "{link}");
    world.owner.sign_in().await;
    let page = world.owner.page("/portfolio").await.text;
    assert!(!page.contains("review waits"), "the owner reviews nothing: {page}");
}

#[rstest]
#[tokio::test]
async fn a_portfolio_opens_with_the_framework_that_most_answered(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let answer = json!({ "level": 3, "revision": 0 });
    world.owner.put(&world.answer_to("PAT-1"), answer).await.expect(200);
    for framework in ["BL7", "CCR"] {
        let unanswered = json!({ "framework": framework, "title": "Next" });
        world.owner.post(&world.org("/assessments"), unanswered).await.expect(201);
    }
    // Reading them brings the live result up to date.
    world.owner.get(&world.at("/findings")).await.expect(200);
    world.owner.sign_in().await;
    let page = world.owner.page("/portfolio").await.text;
    let domain = format!("href=\"/orgs/{}/assessments/{}/PAT\">", world.slug, world.assessment);
    assert!(page.contains(&domain), "{page}");
}
