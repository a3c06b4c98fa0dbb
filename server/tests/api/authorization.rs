//! Who may do what, and what does not exist for whom.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Answer, Backend, Person, World, text};

/// A request with a body that would be accepted of somebody who may.
struct Deed {
    name: &'static str,
    method: Method,
    path: String,
    body: Value,
}

/// One deed for each permission, on things that exist.
async fn deeds(world: &World) -> Vec<Deed> {
    let integration = world.integration(&["PAT"]).await;
    let new = json!({ "kind": "tls.certificate", "parameters": { "host": "127.0.0.1", "port": 1 } });
    let check = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    let check = text(&check["id"]);
    let note = json!({ "criteria": ["PAT-1"], "title": "Note", "note": "It works.", "dated": "2026-01-01" });
    let evidence = text(&world.owner.post(&world.at("/evidence"), note.clone()).await.expect(201)["id"]);
    let findings = world.owner.get(&world.at("/findings")).await.expect(200);
    let finding = text(&findings["items"][0]["id"]);
    let deed = |name, method, path, body| Deed { name, method, path, body };
    vec![
        deed("read", Method::GET, world.org(""), Value::Null),
        deed("read", Method::GET, world.org("/members"), Value::Null),
        deed("read", Method::GET, world.org("/assessments"), Value::Null),
        deed("read", Method::GET, world.org("/integrations"), Value::Null),
        deed("read", Method::GET, world.at(""), Value::Null),
        deed("read", Method::GET, world.at("/score"), Value::Null),
        deed("read", Method::GET, world.at("/findings"), Value::Null),
        deed("read", Method::GET, world.at("/evidence"), Value::Null),
        deed("read", Method::GET, world.answer_to("PAT-1"), Value::Null),
        deed("read", Method::GET, world.at("/comments/PAT-1"), Value::Null),
        deed("read", Method::GET, world.at("/owners"), Value::Null),
        deed("read", Method::GET, world.at("/mine"), Value::Null),
        deed("read", Method::GET, format!("/integrations/{integration}"), Value::Null),
        deed("read", Method::GET, format!("/integrations/{integration}/checks"), Value::Null),
        deed("read", Method::GET, format!("/checks/{check}"), Value::Null),
        deed("read", Method::GET, format!("/checks/{check}/runs"), Value::Null),
        deed("answer", Method::POST, world.at("/evidence"), note),
        deed("comment", Method::POST, world.at("/comments/PAT-1"), json!({ "text": "Whose is this?" })),
        deed("assign", Method::PUT, world.at("/owners/domains/PAT"), json!({ "due": "2027-01-31" })),
        deed("operate", Method::PATCH, format!("/integrations/{integration}"), json!({ "owner": "Team" })),
        deed("operate", Method::PATCH, format!("/checks/{check}"), json!({ "interval": "30m" })),
        deed("operate", Method::POST, world.org("/integrations"), json!({ "name": "Another" })),
        deed("operate", Method::PATCH, format!("/findings/{finding}"), json!({ "owner": "Team" })),
        deed(
            "review",
            Method::PATCH,
            format!("/evidence/{evidence}"),
            json!({ "state": "accepted", "revision": 1 }),
        ),
        deed(
            "assess",
            Method::POST,
            world.org("/assessments"),
            json!({ "framework": "BL7", "title": "Next" }),
        ),
        deed("submit", Method::PATCH, world.at(""), json!({ "title": "Autumn" })),
        deed(
            "own",
            Method::POST,
            world.org("/members"),
            json!({ "email": "spare@example.org", "role": "viewer" }),
        ),
        deed("own", Method::PATCH, world.org(""), json!({ "name": "Other" })),
    ]
}

async fn attempt(person: &Person, deed: &Deed) -> Answer {
    let request = person.api(deed.method.clone(), &deed.path);
    Answer::of(if deed.body.is_null() { request } else { request.json(&deed.body) }).await
}

#[rstest]
#[case("viewer", &["read"])]
#[case("contributor", &["read", "answer", "comment", "operate"])]
#[case("assessor", &["read", "answer", "comment", "assign", "operate", "review", "assess", "submit"])]
#[case("consultant", &["read", "comment", "operate", "review", "assess"])]
#[tokio::test]
async fn a_role_may_do_what_it_may_and_is_told_otherwise(#[case] role: &str, #[case] may: &[&str]) {
    let world = World::new(Backend::Sqlite).await;
    world.app.person("spare").await;
    let member = world.member(role).await;
    for deed in deeds(&world).await {
        let answer = attempt(&member, &deed).await;
        let label = format!("{role}: {} {}: {}", deed.method, deed.path, answer.text);
        if may.contains(&deed.name) {
            assert!(answer.status.is_success(), "{label}");
        } else {
            let problem = answer.problem(403);
            assert!(problem["detail"].as_str().unwrap().contains(role), "{label}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn for_an_outsider_nothing_of_the_organization_exists(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let outsider = world.app.person("outsider").await;
    let elsewhere = json!({ "name": "Elsewhere", "profiles": ["H"], "size_band": "1-6" });
    outsider.post("/organizations", elsewhere).await.expect(201);
    let before = world.owner.get(&world.at("")).await.expect(200);
    for deed in deeds(&world).await {
        let answer = attempt(&outsider, &deed).await;
        let problem = answer.problem(404);
        assert!(!problem.to_string().contains("Alder"), "{problem}");
    }
    let answered = outsider.put(&world.answer_to("PAT-1"), json!({ "level": 4, "revision": 0 })).await;
    answered.problem(404);
    assert_eq!(world.owner.get(&world.at("")).await.expect(200), before);
}

#[tokio::test]
async fn for_an_outsider_no_page_of_the_organization_exists() {
    let world = World::new(Backend::Sqlite).await;
    let outsider = world.app.person("outsider").await;
    outsider.sign_in().await;
    let org = format!("/orgs/{}", world.slug);
    let assessment = format!("{org}/assessments/{}", world.assessment);
    let paths = [
        org.clone(),
        format!("{org}/members"),
        format!("{org}/integrations"),
        format!("{org}/evidence"),
        assessment.clone(),
        format!("{assessment}/PAT"),
        format!("{assessment}/criteria/PAT-1"),
        format!("{assessment}/owners"),
        format!("{assessment}/mine"),
        format!("{assessment}/live"),
        format!("{assessment}/findings"),
        format!("{assessment}/report"),
    ];
    for path in paths {
        let answer = outsider.page(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text.contains("Alder"), "{path}");
    }
    let fields = [("email", "outsider@example.org"), ("role", "owner")];
    assert_eq!(outsider.submit(&format!("{org}/members"), &fields).await.status, 404);
}
