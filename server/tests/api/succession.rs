//! The next assessment by a newer version of the framework.

use rstest::rstest;
use serde_json::{Value, json};
use service::UnixMillis;

use super::checks::{Target, add};
use super::frameworks::admin;
use super::support::{Backend, Person, World, text};

/// Publishes B7 1.1.0: the anchors of PAT-1 changed, PAT-2 is called PAT-99, the second check of PPA-6 is held to more, the
/// rest is as it was.
pub(super) async fn publish(root: &Person) {
    let draft = root.post("/drafts", json!({ "framework": "B7" })).await.expect(201);
    let mut document = draft["document"].clone();
    for domain in document["domains"].as_array_mut().unwrap() {
        for criterion in domain["criteria"].as_array_mut().unwrap() {
            match criterion["code"].as_str().unwrap() {
                "PAT-1" => criterion["anchors"][4] = json!("Something else altogether."),
                "PPA-6" => {
                    criterion["bindings"][1]["expect"] = json!(["http_status == 200", "services >= 2"]);
                }
                "PAT-2" => {
                    criterion["code"] = json!("PAT-99");
                    for (number, binding) in
                        criterion["bindings"].as_array_mut().unwrap().iter_mut().enumerate()
                    {
                        binding["id"] = json!(format!("PAT-99.{}", number + 1));
                    }
                }
                _ => {}
            }
        }
    }
    let at = format!("/drafts/{}", text(&draft["id"]));
    let saved = root.put(&at, json!({ "revision": 1, "document": document })).await.expect(200);
    assert_eq!(saved["problems"], json!([]));
    root.post(&format!("{at}/publish"), json!({ "revision": 2 })).await.expect(201);
}

async fn answer(world: &World, code: &str, answer: Value) {
    let mut body = json!({ "revision": 0 });
    for (name, value) in answer.as_object().unwrap() {
        body[name.as_str()] = value.clone();
    }
    world.owner.put(&world.answer_to(code), body).await.expect(200);
}

async fn attach(world: &World, title: &str, criteria: &[&str]) -> String {
    let dated = UnixMillis::now().date().to_string();
    let new = json!({ "title": title, "criteria": criteria, "note": "As asked.", "dated": dated });
    text(&world.owner.post(&world.at("/evidence"), new).await.expect(201)["id"])
}

#[rstest]
#[tokio::test]
async fn the_next_version_starts_with_what_is_unchanged_and_says_so_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let root = admin(&world.app).await;
    let reviewer = world.member("consultant").await;
    world.owner.get(&world.at("/next")).await.problem(409);
    for criterion in ["PAT-2", "PAT-3"] {
        let at = world.at(&format!("/target-levels/{criterion}"));
        world.owner.put(&at, json!({ "level": 4 })).await.expect(204);
    }
    answer(&world, "PAT-1", json!({ "level": 3 })).await;
    answer(&world, "PAT-2", json!({ "level": 2 })).await;
    answer(&world, "PAT-3", json!({ "level": 2, "rationale": "It is live." })).await;
    answer(&world, "GOV-1", json!({ "not_applicable": true, "reason": "No such body." })).await;
    for (title, criteria) in [
        ("Accepted", &["PAT-3", "PAT-2"][..]),
        ("Accepted for old anchors", &["PAT-1", "PAT-3"]),
        ("Only gone", &["PAT-2"]),
        ("Rejected", &["PAT-3"]),
    ] {
        let id = attach(&world, title, criteria).await;
        let state = if title == "Rejected" { "rejected" } else { "accepted" };
        reviewer
            .patch(&format!("/evidence/{id}"), json!({ "state": state, "revision": 1 }))
            .await
            .expect(200);
    }
    publish(&root).await;

    let next = world.owner.get(&world.at("/next")).await.expect(200);
    let fate = |code: &str| {
        let criteria = next["criteria"].as_array().unwrap();
        let found = criteria.iter().find(|one| one["criterion"] == code);
        found.map_or(Value::Null, |one| one["fate"].clone())
    };
    assert_eq!(
        [fate("PAT-1"), fate("PAT-99"), fate("PAT-3"), fate("PAT-2")],
        [json!("anchors_changed"), json!("new"), json!("copied"), Value::Null]
    );
    assert_eq!(
        (&next["version"], &next["answers"], &next["gone"]),
        (&json!("1.1.0"), &json!(2), &json!(["PAT-2"]))
    );
    assert_eq!(next["evidence_left"], json!(["Only gone", "Rejected"]));
    let listed = world.owner.get(&world.org("/assessments")).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "nothing was done yet");

    let before = world.owner.get(&world.at("")).await.expect(200);
    let started = world.owner.post(&world.at("/next"), json!({ "title": "Autumn" })).await.expect(201);
    assert_eq!(
        (&started["title"], &started["framework_version"], &started["target"]),
        (&json!("Autumn"), &json!("1.1.0"), &json!("8.1"))
    );
    let at = format!("/assessments/{}", text(&started["id"]));
    let whole = world.owner.get(&at).await.expect(200);
    assert_eq!(whole["criterion_targets"], json!({ "PAT-3": 4 }), "what is gone aims at nothing");
    let before_whole = before["answers"].as_array().unwrap();
    let first = before_whole.iter().find(|answer| answer["criterion"] == "PAT-3").unwrap();
    let second = whole["answers"].as_array().unwrap().iter().find(|answer| answer["criterion"] == "PAT-3");
    assert_eq!(second.unwrap()["by_name"], first["by_name"], "an answer stays whose it was");
    let answers: Vec<_> = whole["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (text(&answer["criterion"]), answer["level"].clone(), answer["revision"].clone()))
        .collect();
    assert_eq!(
        answers,
        [("GOV-1".to_owned(), Value::Null, json!(1)), ("PAT-3".to_owned(), json!(2), json!(1))]
    );
    let evidence = world.owner.get(&format!("{at}/evidence")).await.expect(200);
    let items: Vec<_> = evidence["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (text(&item["title"]), item["state"].clone(), item["criteria"].clone()))
        .collect();
    assert_eq!(
        items,
        [
            ("Accepted".to_owned(), json!("accepted"), json!(["PAT-3"])),
            ("Accepted for old anchors".to_owned(), json!("submitted"), json!(["PAT-1", "PAT-3"])),
        ]
    );
    assert_eq!(world.owner.get(&world.at("")).await.expect(200), before, "the old one stays as it is");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn only_who_starts_assessments_starts_the_next_version(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let root = admin(&world.app).await;
    publish(&root).await;
    let (viewer, outsider) = (world.member("viewer").await, world.app.person("outsider").await);
    viewer.get(&world.at("/next")).await.expect(200);
    viewer.post(&world.at("/next"), json!({})).await.problem(403);
    outsider.get(&world.at("/next")).await.problem(404);
    outsider.post(&world.at("/next"), json!({})).await.problem(404);
    assert_eq!(world.owner.get(&world.at("/next?version=9.9")).await.pointers(), ["/version"]);
    for title in ["x".repeat(161), "Autumn\u{202e}7202".to_owned()] {
        assert_eq!(
            world.owner.post(&world.at("/next"), json!({ "title": title })).await.pointers(),
            ["/title"]
        );
    }
    let named = world.owner.post(&world.at("/next"), json!({})).await.expect(201);
    assert_eq!(named["title"], "Spring, version 1.1.0");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_page_shows_the_changes_and_starts_it_without_scripts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let root = admin(&world.app).await;
    answer(&world, "PAT-3", json!({ "level": 2 })).await;
    world.owner.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    assert!(!world.owner.page(&path).await.text.contains("Start the next version"));
    assert_eq!(world.owner.page(&format!("{path}/next")).await.status, 409);
    publish(&root).await;
    assert!(world.owner.page(&path).await.text.contains("Start the next version"));
    let page = world.owner.page(&format!("{path}/next")).await;
    for words in [
        "Start the next version: B7 1.1.0",
        "Spring, version 1.1.0",
        "asked anew: its anchors changed",
        "no longer asked",
        "Something else altogether.",
        "Start with 1.1.0",
    ] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let empty = world.owner.submit(&format!("{path}/next"), &[("title", " "), ("version", "1.1.0")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("Give the assessment a title"));
    let fields = [("title", "Autumn"), ("version", "1.1.0")];
    let started = world.owner.submit(&format!("{path}/next"), &fields).await;
    assert_eq!(started.status, 303);
    let next = world.owner.page(started.location()).await;
    assert!(next.text.contains("Autumn"), "{}", next.text);
    let elsewhere = format!("/orgs/other/assessments/{}/next", world.assessment);
    assert_eq!(world.owner.page(&elsewhere).await.status, 404);
    assert_eq!(world.owner.submit(&elsewhere, &fields).await.status, 404);
    world.app.stop().await;
}

/// A check of CDS Hooks, which speaks to PPA-4 and PPA-6, and what it looks at.
async fn hooks(world: &World) -> (Target, String) {
    let target = Target::start().await;
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    (target, format!("/checks/{}", text(&made.expect(201)["id"])))
}

#[rstest]
#[tokio::test]
async fn an_attestation_goes_over_where_what_it_was_signed_for_is_unchanged(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let root = admin(&world.app).await;
    let (target, check) = hooks(&world).await;
    for criterion in ["PPA-4", "PPA-6"] {
        answer(&world, criterion, json!({ "level": 4 })).await;
    }
    target.set_up(false);
    let fail_twice = async || {
        for _ in 0..2 {
            world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
        }
    };
    fail_twice().await;
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48)).to_string();
    let reason = "The partner moves its data centre until January.";
    for binding in ["PPA-4.2", "PPA-6.2"] {
        let signed = json!({ "framework": "B7", "binding": binding, "until": until, "reason": reason });
        world.owner.post(&format!("{check}/overrides"), signed).await.expect(201);
    }
    publish(&root).await;

    let next = world.owner.get(&world.at("/next")).await.expect(200);
    assert_eq!((&next["attestations"], &next["attestations_left"]), (&json!(1), &json!(["PPA-6.2"])));
    world.owner.sign_in().await;
    let page = world.owner.page(&format!("/orgs/{}/assessments/{}/next", world.slug, world.assessment)).await;
    for words in [reason, "goes over, until the same day", "left behind: what it was signed for changed"] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }

    let started = world.owner.post(&world.at("/next"), json!({})).await.expect(201);
    fail_twice().await;
    let score = format!("/assessments/{}/score", text(&started["id"]));
    let score = world.owner.get(&score).await.expect(200);
    let contradicted = |code: &str| {
        let criteria = score["criteria"].as_array().unwrap();
        criteria.iter().find(|one| one["code"] == code).unwrap()["contradicted"].clone()
    };
    assert_eq!((contradicted("PPA-4"), contradicted("PPA-6")), (json!(false), json!(true)), "{score}");

    // Another that follows finds it signed already.
    world.owner.post(&world.at("/next"), json!({ "title": "Once more" })).await.expect(201);
    let signed = world.owner.get(&format!("{check}/overrides")).await.expect(200);
    let signed: Vec<_> = signed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["binding"]), text(&one["by"]), text(&one["reason"])))
        .collect();
    let by_owner = |binding: &str| (binding.to_owned(), "owner".to_owned(), reason.to_owned());
    assert_eq!(signed, [by_owner("PPA-4.2"), by_owner("PPA-6.2"), by_owner("PPA-4.2")]);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn ties_set_by_hand_are_there_in_the_first_assessment_by_a_newer_version(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let root = admin(&world.app).await;
    let (_target, check) = hooks(&world).await;
    let at = |version: &str| format!("{check}/ties/B7/{version}/PPA-4.2");
    let decision = json!({ "tied": false, "reason": "A test endpoint." });
    world.owner.put(&at("1.0.0"), decision).await.expect(200);
    publish(&root).await;
    let tie = async || {
        let ties = world.owner.get(&format!("{check}/ties?limit=200")).await.expect(200);
        let items = ties["items"].as_array().unwrap().clone();
        let found =
            items.into_iter().find(|tie| tie["framework_version"] == "1.1.0" && tie["binding"] == "PPA-4.2");
        found.map(|tie| (tie["tied"].clone(), tie["by_hand"].clone())).unwrap()
    };
    assert_eq!(tie().await, (json!(true), Value::Null), "no assessment is by it");

    // Plainly, without any that it follows.
    let plainly = json!({ "framework": "B7", "title": "Autumn" });
    let started = world.owner.post(&world.org("/assessments"), plainly.clone()).await.expect(201);
    assert_eq!(started["framework_version"], "1.1.0");
    assert_eq!(tie().await, (json!(false), json!("A test endpoint.")));

    // What is given back to the rule stays with it.
    world.owner.delete(&at("1.1.0")).await.expect(204);
    world.owner.post(&world.org("/assessments"), plainly).await.expect(201);
    assert_eq!(tie().await, (json!(true), Value::Null));
    let carried = world.app.deeds().await.into_iter().filter(|deed| deed == "ties.carried").count();
    assert_eq!(carried, 1);
    world.app.stop().await;
}
