//! How the API says no: RFC 9457, for every kind of no.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use super::support::{Answer, Backend, TestApp, World};

#[tokio::test]
async fn without_a_good_token_there_is_nothing_but_the_document() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let mut person = app.anonymous();
    for token in [None, Some(String::new()), Some("nonsense".to_owned())] {
        person.token = token;
        for path in
            ["/organizations", "/frameworks", "/assessments/00000000-0000-7000-8000-000000000000/score"]
        {
            let answer = person.get(path).await;
            answer.problem(401);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    assert_eq!(person.get("/openapi.json").await.status, 200);
}

#[tokio::test]
async fn a_revoked_token_is_worth_nothing() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.get("/organizations").await.expect(200);
    let actor = app.service.actor_of_token(ada.token.as_deref().unwrap()).await.unwrap();
    let token = app.service.tokens(&actor).await.unwrap().remove(0);
    app.service.revoke_token(&actor, token.id).await.unwrap();
    ada.get("/organizations").await.problem(401);
}

#[tokio::test]
async fn an_address_that_is_none_and_a_method_that_does_not_fit_are_problems_too() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.get("/nowhere").await.problem(404);
    ada.get("/organizations/not-an-id").await.problem(404);
    ada.get("/organizations/00000000-0000-7000-8000-000000000000").await.problem(404);
    ada.get("/organizations/%FF").await.problem(404);
    ada.delete("/organizations").await.problem(405);
    ada.put("/organizations", json!({})).await.problem(405);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_bad_request() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    let post = |kind: &'static str, body: Vec<u8>| {
        Answer::of(ada.api(Method::POST, "/organizations").header("content-type", kind).body(body))
    };
    for body in [&b""[..], b"{", b"{\"name\":}", b"name=Alder", b"{\"name\": \"\xFF\xFE\"}"] {
        post("application/json", body.to_vec()).await.problem(400);
    }
    let utf8 = post("application/json", b"{\"name\": \"\xFF\"}".to_vec()).await.problem(400);
    assert!(utf8["detail"].as_str().unwrap().contains("UTF-8"), "{utf8}");
    post("text/plain", b"{}".to_vec()).await.problem(415);
    post("application/x-www-form-urlencoded", b"name=Alder".to_vec()).await.problem(415);
    let large = [b"{\"name\": \"".as_slice(), &vec![b'a'; 9 << 20], b"\"}"].concat();
    post("application/json", large).await.problem(413);
    assert_eq!(ada.get("/organizations").await.expect(200)["items"], json!([]));
}

#[rstest]
#[tokio::test]
async fn a_nul_is_refused_alike_on_both_databases(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    let body = json!({ "level": 3, "rationale": "live\0", "revision": 0 });
    owner.put(&world.answer_to("PAT-1"), body).await.problem(400);
    owner
        .post("/organizations", json!({ "name": "A\0", "profiles": ["H"], "size_band": "1-6" }))
        .await
        .problem(400);
    owner.get("/frameworks/B7%00/1.0.0").await.problem(404);
    owner.get("/frameworks/B7/1.0.0/changes?from=%00").await.problem(400);
    owner.sign_in().await;
    assert_eq!(owner.page("/frameworks/B7/1.0.0/changes?from=%00").await.status, 404);
    assert_eq!(owner.page("/orgs/north%00").await.status, 404);
    assert_eq!(owner.page("/frameworks/B7/1.0.0%00").await.status, 404);
    let form = [("name", "A\0"), ("profiles", "H"), ("size_band", "1-6")];
    assert_eq!(owner.submit("/orgs/new", &form).await.status, 422);
    assert_eq!(owner.get("/organizations").await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_part_of_a_body_is_pointed_to() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    let refused = async |body| ada.post("/organizations", body).await.pointers();
    let good = json!({ "name": "Alder", "profiles": ["H"], "size_band": "1-6" });
    let with = |field: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    assert_eq!(refused(json!({})).await, ["/name", "/profiles", "/size_band"]);
    let all = json!({ "name": 7, "profiles": "H", "size_band": "many" });
    assert_eq!(refused(all).await, ["/name", "/profiles", "/size_band"]);
    // The fields in their order are no object that has them.
    for list in [json!([]), json!(["Alder", ["H"], "1-6"])] {
        assert_eq!(refused(list).await, [""]);
    }
    for band in [json!(null), json!(5), json!([])] {
        assert_eq!(refused(with("size_band", band)).await, ["/size_band"]);
    }
    let said = ada.post("/organizations", with("size_band", json!(5))).await.problem(422);
    assert_eq!(said["detail"], "Send \"1-6\", \"7-20\", \"21-150\" or \"151+\", not 5.");
    for name in ["Alder\u{202e}latipsoH", "\u{2067}Alder", "Alder\tHospital"] {
        assert_eq!(refused(with("name", json!(name))).await, ["/name"], "{name:?}");
    }
    assert_eq!(refused(with("name", json!(7))).await, ["/name"]);
    assert_eq!(refused(with("name", json!("   "))).await, ["/name"]);
    assert_eq!(refused(with("profiles", json!([1]))).await, ["/profiles/0"]);
    assert_eq!(refused(with("profiles", json!([]))).await, ["/profiles"]);
    assert_eq!(refused(with("profiles", json!(["Z"]))).await, ["/profiles"]);
    assert_eq!(refused(with("size_band", json!("many"))).await, ["/size_band"]);
    assert_eq!(ada.get("/organizations").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn every_wrong_part_of_a_body_is_told_at_once_and_in_words() {
    let world = World::new(Backend::Sqlite).await;
    let owner = &world.owner;
    let integration =
        json!({ "serves": "PAT", "owner": 5, "last_review": "soon", "review_months": "twelve" });
    let refused = owner.post(&world.org("/integrations"), integration).await;
    let mut pointers = refused.pointers();
    pointers.sort();
    assert_eq!(pointers, ["/last_review", "/name", "/owner", "/review_months", "/serves"]);
    for words in [
        "Send a date such as 2027-01-31, not \\\"soon\\\".",
        "Send a whole number, not \\\"twelve\\\".",
        "Send a list, not \\\"PAT\\\".",
        "Send a text, not 5.",
    ] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    let turned = json!({ "name": "Portal\u{202e}", "owner": "Ana\u{2066}" });
    assert_eq!(owner.post(&world.org("/integrations"), turned).await.pointers(), ["/name", "/owner"]);
    let answer = json!({ "level": 9, "rationale": 5, "revision": "first" });
    assert_eq!(
        owner.put(&world.answer_to("PAT-1"), answer).await.pointers(),
        ["/level", "/rationale", "/revision"]
    );
    for role in [json!(null), json!("king"), json!(7)] {
        let member = json!({ "email": "bo@example.org", "role": role });
        assert_eq!(owner.post(&world.org("/members"), member).await.pointers(), ["/role"], "{role}");
    }
    for kept in ["/integrations", "/members"] {
        let found = owner.get(&world.org(kept)).await.expect(200);
        assert!(found["items"].as_array().unwrap().len() < 2, "{found}");
    }
}

#[tokio::test]
async fn a_field_that_is_not_known_is_refused_and_changes_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let owner = &world.owner;
    let before = (owner.get(&world.org("")).await.expect(200), owner.get(&world.at("")).await.expect(200));
    let cost = json!({ "amount": 1, "currency": "USD", "hour": 2 });
    let answer = json!({ "level": 2, "revision": 0, "coment": "Live." });
    for (answered, pointers) in [
        (owner.patch(&world.org(""), json!({ "nmae": "Birch" })).await, ["/nmae"]),
        (owner.patch(&world.at(""), json!({ "titel": "Autumn" })).await, ["/titel"]),
        (owner.put(&world.answer_to("PAT-1"), answer).await, ["/coment"]),
        (
            owner.post(&world.at("/actions"), json!({ "title": "Prove it", "cost": cost })).await,
            ["/cost/hour"],
        ),
        (owner.post(&world.at("/submit"), json!({ "remark": "Done." })).await, ["/remark"]),
    ] {
        assert_eq!(answered.pointers(), pointers, "{}", answered.text);
        assert!(answered.text.contains("There is no "), "{}", answered.text);
    }
    let after = (owner.get(&world.org("")).await.expect(200), owner.get(&world.at("")).await.expect(200));
    assert_eq!(after, before);
}

#[tokio::test]
async fn lists_page_by_limit_and_after() {
    let world = World::new(Backend::Sqlite).await;
    for title in ["Summer", "Autumn"] {
        let new = json!({ "framework": "BL7", "title": title });
        world.owner.post(&world.org("/assessments"), new).await.expect(201);
    }
    let first = world.owner.get(&world.org("/assessments?limit=2")).await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let after = first["next"].as_str().unwrap();
    let rest = world.owner.get(&world.org(&format!("/assessments?limit=2&after={after}"))).await.expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert!(rest["next"].is_null());
    for query in ["limit=0", "limit=-1", "limit=ten", "after=nonsense"] {
        world.owner.get(&world.org(&format!("/assessments?{query}"))).await.problem(400);
    }
    let (findings, evidence) = (world.at("/findings"), world.at("/evidence"));
    for list in [&*findings, "/frameworks", "/citations", &world.answer_to("PAT-1"), &evidence] {
        world.owner.get(&format!("{list}?limit=1000")).await.expect(200);
        for query in ["after=nonsense", "after=00000000-0000-7000-8000-000000000000"] {
            world.owner.get(&format!("{list}?{query}")).await.problem(400);
        }
    }
}
