//! Actions through the API and their pages.

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, Person, World, text};

/// A criterion claimed at 3 without proof, and the finding about that.
async fn unsupported(world: &World) -> String {
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 3, "revision": 0 })).await.expect(200);
    let findings = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
    let mut found = findings["items"].as_array().unwrap().iter();
    let found = found.find(|one| one["criterion"] == "PAT-1" && one["kind"] == "unsupported");
    text(&found.expect("it is raised")["id"])
}

async fn prove(world: &World, reviewer: &Person) {
    let dated = service::UnixMillis::now().date().to_string();
    let new = json!({ "title": "Proof", "criteria": ["PAT-1"], "note": "As asked.", "dated": dated });
    let made = world.owner.post(&world.at("/evidence"), new).await.expect(201);
    let path = format!("/evidence/{}", text(&made["id"]));
    reviewer.patch(&path, json!({ "state": "accepted", "revision": 1 })).await.expect(200);
}

async fn user_of(world: &World, person: &Person) -> Value {
    let members = world.owner.get(&world.org("/members")).await.expect(200);
    let mut members = members["items"].as_array().unwrap().iter();
    members.find(|member| member["email"] == person.email).unwrap()["user"].clone()
}

#[rstest]
#[tokio::test]
async fn finishing_an_action_leaves_the_score_as_it_is_and_says_whether_the_finding_cleared(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let reviewer = world.member("consultant").await;
    let finding = unsupported(&world).await;
    let before = world.owner.get(&world.at("/score")).await.expect(200);
    let cost = json!({ "amount": 1200, "currency": "usd", "hours": 8 });
    let new = json!({ "finding": finding, "title": " Prove it ", "due": "2027-01-31", "cost": cost });
    let made = world.owner.post(&world.at("/actions"), new).await.expect(201);
    assert_eq!(
        (&made["title"], &made["state"], &made["revision"]),
        (&json!("Prove it"), &json!("open"), &json!(1))
    );
    assert_eq!(made["cost"], json!({ "amount": 1200, "currency": "USD", "hours": 8 }));
    assert_eq!(made["behind"]["finding"], "unsupported");
    let path = format!("/actions/{}", text(&made["id"]));

    let done = world.owner.patch(&path, json!({ "revision": 1, "state": "done" })).await.expect(200);
    assert_eq!((&done["state"], &done["revision"]), (&json!("done"), &json!(2)));
    assert_eq!(done["behind"]["settled"], false, "a word is no proof");
    let after = world.owner.get(&world.at("/score")).await.expect(200);
    assert_eq!(before["exact"], after["exact"]);

    prove(&world, &reviewer).await;
    world.owner.get(&world.at("/findings")).await.expect(200);
    let now = world.owner.get(&path).await.expect(200);
    assert_eq!((&now["behind"]["settled"], now["behind"]["cleared_at"].is_string()), (&json!(true), true));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_step_becomes_an_action_that_says_what_its_criterion_counts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let roadmap = world.owner.get(&world.at("/roadmap?target=8.0")).await.expect(200);
    let step = &roadmap["steps"][0];
    let (criterion, to) = (text(&step["criterion"]), step["to"].clone());
    let new = json!({ "step": criterion, "target": "8.0", "title": "Do it" });
    let made = world.owner.post(&world.at("/actions"), new).await.expect(201);
    let behind = json!({
        "finding": null, "subject": criterion, "settled": false, "cleared_at": null, "counts": null, "aim": to,
    });
    assert_eq!(made["behind"], behind);
    let none = json!({ "step": "NOPE-1", "title": "Do it" });
    assert_eq!(world.owner.post(&world.at("/actions"), none).await.pointers(), ["/step"]);
    let both = json!({ "step": criterion, "finding": world.assessment, "title": "Do it" });
    assert_eq!(world.owner.post(&world.at("/actions"), both).await.pointers(), ["/finding"]);
    let lost = json!({ "finding": world.assessment, "title": "Do it" });
    world.owner.post(&world.at("/actions"), lost).await.problem(404);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn bad_input_and_other_people_s_changes_are_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (viewer, outsider) = (world.member("viewer").await, world.app.person("outsider").await);
    let finding = unsupported(&world).await;
    let new = |more: Value| {
        let mut new = json!({ "finding": finding, "title": "Prove it" });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        new
    };
    let refused = [
        (json!({ "title": " " }), "/title"),
        (json!({ "title": "x".repeat(201) }), "/title"),
        (json!({ "note": "x".repeat(4001) }), "/note"),
        (json!({ "due": "soon" }), "/due"),
        (json!({ "owner": world.assessment }), "/owner"),
        (json!({ "cost": { "amount": -1, "currency": "USD" } }), "/cost/amount"),
        (json!({ "cost": { "amount": 1 } }), "/cost/currency"),
        (json!({ "cost": { "currency": "USD" } }), "/cost/amount"),
        (json!({ "cost": { "amount": 1, "currency": "dollars" } }), "/cost/currency"),
        (json!({ "cost": { "hours": 1_000_001 } }), "/cost/hours"),
    ];
    for (more, pointer) in refused {
        let answer = world.owner.post(&world.at("/actions"), new(more)).await;
        assert_eq!(answer.pointers(), [pointer], "{}", answer.text);
    }
    viewer.post(&world.at("/actions"), new(json!({}))).await.problem(403);
    outsider.post(&world.at("/actions"), new(json!({}))).await.problem(404);

    let owner = user_of(&world, &viewer).await;
    let made = world.owner.post(&world.at("/actions"), new(json!({ "owner": owner }))).await.expect(201);
    let path = format!("/actions/{}", text(&made["id"]));
    assert_eq!(made["owner_name"], "viewer");
    outsider.get(&path).await.problem(404);
    outsider.get(&world.org("/actions")).await.problem(404);
    outsider.patch(&path, json!({ "revision": 1, "state": "done" })).await.problem(404);
    viewer.patch(&path, json!({ "revision": 1, "state": "done" })).await.problem(403);
    let dropped = json!({ "revision": 1, "state": "dropped" });
    assert_eq!(world.owner.patch(&path, dropped).await.pointers(), ["/reason"]);
    let reasoned = json!({ "revision": 1, "state": "open", "reason": "Never mind" });
    assert_eq!(world.owner.patch(&path, reasoned).await.pointers(), ["/reason"]);
    let dropped = json!({ "revision": 1, "state": "dropped", "reason": "Bought instead", "due": null });
    let dropped = world.owner.patch(&path, dropped).await.expect(200);
    assert_eq!((&dropped["reason"], &dropped["due"]), (&json!("Bought instead"), &Value::Null));
    world.owner.patch(&path, json!({ "revision": 1, "title": "Mine" })).await.problem(409);
    let list = |query: &str| world.org(&format!("/actions{query}"));
    let count = async |query: &str| {
        let listed = world.owner.get(&list(query)).await.expect(200);
        listed["items"].as_array().unwrap().len()
    };
    assert_eq!((count("?state=dropped").await, count("?state=open").await), (1, 0));
    let of = format!("?owner={}", text(&owner));
    assert_eq!((count(&of).await, count("").await), (1, 1));
    world.owner.get(&list("?state=lost")).await.problem(400);
    let audit: Vec<_> = ["action.created", "action.changed"].to_vec();
    let org = world.organization.parse().unwrap();
    let actor = world.app.service.actor_of_token(world.owner.token.as_ref().unwrap()).await.unwrap();
    let log = world.app.service.audit(&actor, org, 200).await.unwrap();
    for action in audit {
        assert_eq!(log.iter().filter(|entry| entry.action == action).count(), 1, "{action}");
    }
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_pages_make_change_and_list_actions_without_scripts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let viewer = world.member("viewer").await;
    let finding = unsupported(&world).await;
    world.owner.sign_in().await;
    let org = format!("/orgs/{}", world.slug);
    let empty = world.owner.page(&format!("{org}/actions")).await;
    assert!(empty.status == 200 && empty.text.contains("Nothing was undertaken yet"), "{}", empty.text);

    // The owner noted at the finding is a member: the action starts with them.
    let note = json!({ "owner": "Viewer", "due": "2020-01-31" });
    world.owner.patch(&format!("/findings/{finding}"), note).await.expect(200);
    let form = format!("{org}/assessments/{}/actions/new", world.assessment);
    let draft = world.owner.page(&format!("{form}?finding={finding}")).await;
    assert_eq!(draft.status, 200, "{}", draft.text);
    let member = text(&user_of(&world, &viewer).await);
    for words in ["Prove PAT-1: ", "2020-01-31", &format!("value=\"{member}\" selected"), "Claimed 3; "] {
        assert!(draft.text.contains(words), "{words} is missing: {}", draft.text);
    }
    let findings = format!("{org}/assessments/{}/findings", world.assessment);
    assert!(world.owner.page(&findings).await.text.contains("Make PAT-1 an action"));

    let fields = |due: &'static str, amount: &'static str| {
        [
            ("finding", finding.as_str()),
            ("title", "Prove PAT-1"),
            ("owner", member.as_str()),
            ("due", due),
            ("cost.amount", amount),
            ("cost.currency", "EUR"),
        ]
    };
    let wrong = world.owner.submit(&form, &fields("soon", "1.50")).await;
    assert_eq!(wrong.status, 422);
    for words in ["Give the day as year", "whole units of the currency", "1.50", "Prove PAT-1"] {
        assert!(wrong.text.contains(words), "{words} is missing: {}", wrong.text);
    }
    let made = world.owner.submit(&form, &fields("2020-02-29", "1,500")).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let at = made.location().to_owned();
    let list = world.owner.page(&format!("{org}/actions")).await;
    for words in [
        "1 overdue",
        "1,500 EUR",
        "Finding raised",
        "unsupported on PAT-1 · Spring",
        "does not change the score",
    ] {
        assert!(list.text.contains(words), "{words} is missing: {}", list.text);
    }
    let overview = world.owner.page(&org).await.text.replace("<!>", "");
    assert!(overview.contains("Prove PAT-1</a>: to be done. Owner: viewer"), "{overview}");
    assert!(!overview.contains("the finding is to be mended"), "the action stands for it");

    let done = [("revision", "1"), ("title", "Prove PAT-1"), ("state", "done")];
    assert_eq!(world.owner.submit(&at, &done).await.status, 303);
    let stale = world.owner.submit(&at, &done).await;
    assert!(stale.status == 409 && stale.text.contains("Somebody changed this action"), "{}", stale.text);
    let shown = world.owner.page(&at).await;
    assert!(shown.text.contains("Finding still raised"), "{}", shown.text);
    let list = world.owner.page(&format!("{org}/actions")).await;
    assert!(list.text.contains("No action fits this choice"));
    let list = world.owner.page(&format!("{org}/actions?state=done&sort=owner")).await;
    assert!(list.text.contains("Finding still raised"));

    viewer.sign_in().await;
    let read = viewer.page(&at).await;
    assert!(read.status == 200 && !read.text.contains("Save action"));
    assert_eq!(viewer.submit(&at, &done).await.status, 403);
    let outsider = world.app.person("outsider").await;
    outsider.sign_in().await;
    assert_eq!(outsider.page(&at).await.status, 404);
    assert_eq!(outsider.page(&format!("{form}?finding={finding}")).await.status, 404);
    world.app.stop().await;
}
