//! Trend and comparison through the API and its page.

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, Person, World, text};

async fn answer(person: &Person, assessment: &str, criterion: &str, level: u8, revision: u8) {
    let path = format!("/assessments/{assessment}/answers/{criterion}");
    person.put(&path, json!({ "level": level, "revision": revision })).await.expect(200);
}

async fn start(world: &World, framework: &str, title: &str) -> String {
    let new = json!({ "framework": framework, "title": title });
    let made = world.owner.post(&world.org("/assessments"), new).await.expect(201);
    text(&made["id"])
}

fn of(ids: &[&str]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!("assessment={id}")).collect();
    format!("?{}", ids.join("&"))
}

fn criterion<'a>(comparison: &'a Value, code: &str) -> &'a Value {
    let mut criteria = comparison["criteria"].as_array().unwrap().iter();
    criteria.find(|criterion| criterion["code"] == code).unwrap()
}

#[rstest]
#[tokio::test]
async fn assessments_are_compared_with_the_first_by_domain_and_criterion(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let spring = world.assessment.clone();
    answer(&world.owner, &spring, "PAT-1", 1, 0).await;
    answer(&world.owner, &spring, "PAT-2", 2, 0).await;
    let autumn = start(&world, "B7", "Autumn").await;
    answer(&world.owner, &autumn, "PAT-1", 2, 0).await;
    let found = world.owner.get(&format!("/comparison{}", of(&[&spring, &autumn]))).await.expect(200);
    assert!(text(&found["disclaimer"]).contains("not a HIMSS"));
    assert_eq!(
        (&found["assessments"][0]["title"], &found["assessments"][1]["title"]),
        (&json!("Spring"), &json!("Autumn"))
    );
    let scores = world.owner.get(&format!("/assessments/{autumn}/score")).await.expect(200);
    assert_eq!(found["assessments"][1]["overall"]["exact"], scores["exact"]["overall"]);
    assert_eq!(found["assessments"][0]["difference"], Value::Null);
    let named = |code: &str| criterion(&found, code)["standings"][1]["differences"].clone();
    let words =
        |levels: Value, name: &str, words: &str| json!({ "name": name, "levels": levels, "words": words });
    assert_eq!(
        named("PAT-1"),
        json!([
            words(json!(1), "counts_more", "counts 1 more"),
            words(json!(1), "claims_more", "claims 1 more")
        ])
    );
    assert_eq!(named("PAT-2"), json!([words(Value::Null, "unanswered", "not answered here")]));
    assert_eq!(named("PAT-3"), json!([]));
    let mut domains = found["domains"].as_array().unwrap().iter();
    let pat = domains.find(|domain| domain["code"] == "PAT").unwrap();
    assert!(pat["scores"][1]["difference"].as_str().unwrap().starts_with('−'), "{pat}");
    // The other way round it is the other way round.
    let back = world.owner.get(&format!("/comparison{}", of(&[&autumn, &spring]))).await.expect(200);
    let named = criterion(&back, "PAT-1")["standings"][1]["differences"][0].clone();
    assert_eq!(named, words(json!(1), "counts_less", "counts 1 less"));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_course_has_what_was_claimed_what_counted_and_what_was_submitted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let id = world.assessment.clone();
    world.owner.get(&world.at("/findings")).await.expect(200);
    answer(&world.owner, &id, "PAT-1", 4, 0).await;
    let submitted = world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    let after = world.owner.get(&world.at("/score")).await.expect(200);
    let found = world.owner.get(&format!("/comparison{}", of(&[&id]))).await.expect(200);
    let one = &found["assessments"][0];
    let course = one["course"].as_array().unwrap();
    let (first, last) = (&course[0], course.last().unwrap());
    assert_eq!((&first["claimed"]["exact"], &first["overall"]["exact"]), (&json!("0/1"), &json!("0/1")));
    assert_eq!(last["claimed"]["exact"], after["exact"]["claimed"]);
    assert_eq!(last["overall"]["exact"], after["exact"]["overall"]);
    assert_ne!(last["claimed"]["exact"], last["overall"]["exact"], "claimed 4, without proof it counts 2");
    let changed = &course[course.len() - 2];
    assert_eq!(changed["claimed"]["exact"], after["exact"]["claimed"], "computed again from the answers");
    let handed_in = &one["submitted"][0];
    assert_eq!(handed_in["snapshot"], submitted["snapshot"]["id"]);
    assert_eq!(handed_in["overall"]["exact"], after["exact"]["overall"]);
    assert_eq!(handed_in["claimed"]["exact"], after["exact"]["claimed"]);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn only_one_s_own_assessments_by_one_framework_are_compared(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let outsider = world.app.person("outsider").await;
    let path = format!("/comparison{}", of(&[&world.assessment]));
    world.owner.get(&path).await.expect(200);
    outsider.get(&path).await.problem(404);
    world.owner.get("/comparison?assessment=nonsense").await.problem(404);
    assert_eq!(world.owner.get("/comparison").await.pointers(), ["/assessment"]);
    let baseline = start(&world, "BL7", "Baseline").await;
    let mixed = world.owner.get(&format!("/comparison{}", of(&[&world.assessment, &baseline]))).await;
    assert_eq!(mixed.pointers(), ["/assessment"]);
    let twice = world.owner.get(&format!("{path}&assessment={}", world.assessment)).await.expect(200);
    assert_eq!(twice["assessments"].as_array().unwrap().len(), 1);

    outsider.sign_in().await;
    assert_eq!(outsider.page(&format!("/trend{}", of(&[&world.assessment]))).await.status, 404);
    let choice = outsider.page("/trend").await;
    assert!(choice.status == 200 && !choice.text.contains("Spring"), "{}", choice.text);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_page_draws_the_course_and_names_the_differences(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    answer(&world.owner, &world.assessment, "PAT-1", 2, 0).await;
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    let autumn = start(&world, "B7", "Autumn & winter").await;
    answer(&world.owner, &autumn, "PAT-1", 1, 0).await;
    // Nobody answered in this one: the organization does not stand by it yet.
    start(&world, "BL7", "Baseline").await;
    world.owner.sign_in().await;
    let sent = world.owner.page(&format!("/orgs/{}/trend", world.slug)).await;
    assert_eq!(sent.status, 303);
    let address = sent.location().to_owned();
    assert_eq!(address, format!("/trend?organization={}", world.slug));
    let named = world.owner.page(&format!("/trend{}", of(&[&autumn, &world.assessment]))).await;
    assert!(named.text.contains("<title id=\"course-0\">Spring: proven"), "the oldest is the base");
    let page = world.owner.page(&address).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for words in [
        "<title id=\"course-0\">Spring: proven",
        "; submitted ",
        "Autumn &amp; winter",
        "counts 1 less, claims 1 less",
        "Proven scores by domain, side by side",
        "not a HIMSS stage",
    ] {
        assert!(page.text.contains(words), "{words} is missing: {}", page.text);
    }
    assert_eq!(
        page.text.matches("not a HIMSS stage").count(),
        1,
        "the footer says it, and nothing beside it"
    );
    assert!(!page.text.contains("PAT-2<"), "what does not differ is left out");
    assert!(world.owner.page(&format!("{address}&criteria=all")).await.text.contains("PAT-2<"));
    let choice = world.owner.page("/trend?framework=B7&name=alder").await;
    assert!(choice.text.contains("Alder Regional Hospital, Spring (submitted, B7 1.0.0"), "{}", choice.text);
    let nothing = world.owner.page("/trend?compare=on&framework=BL7&name=alder").await;
    assert_eq!(nothing.status, 422, "{}", nothing.text);
    for words in
        ["Choose at least one assessment: one alone", "href=\"#assessment\"", "Hospital, Baseline (draft"]
    {
        assert!(nothing.text.contains(words), "{words} is missing: {}", nothing.text);
    }
    let none = world.owner.page("/trend?framework=B7&name=nobody").await;
    assert!(none.text.contains("No assessment of yours fits this choice"));
    world.app.stop().await;
}
