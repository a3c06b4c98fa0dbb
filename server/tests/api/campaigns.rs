//! Campaigns over several organizations, and saved views of the portfolio.

use rstest::rstest;
use serde_json::{Value, json};
use service::UnixMillis;

use super::support::{Backend, Person, World, text};

async fn organization(owner: &Person, name: &str) -> String {
    let new = json!({ "name": name, "profiles": ["H"], "size_band": "7-20" });
    text(&owner.post("/organizations", new).await.expect(201)["id"])
}

fn day(ahead: i64) -> String {
    let today = UnixMillis::now().date();
    today.checked_add(jiff::Span::new().days(ahead)).unwrap().to_string()
}

#[rstest]
#[tokio::test]
async fn a_campaign_starts_an_assessment_where_it_may_and_shows_how_far_each_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (owner, consultant) = (&world.owner, world.member("consultant").await);
    let birch = organization(owner, "Birch Clinic").await;
    let member = |role: &str| json!({ "email": consultant.email, "role": role });
    owner.post(&format!("/organizations/{birch}/members"), member("viewer")).await.expect(201);
    let hidden = organization(owner, "Hidden House").await;
    let new = json!({
        "title": "Readiness", "framework": "B7", "due": day(30),
        "organizations": [world.organization, birch, hidden],
    });
    let started = consultant.post("/campaigns", new).await.expect(201);
    assert_eq!(started["started"], 1, "{started}");
    assert_eq!(started["refused"][0]["organization"], "Birch Clinic");
    assert!(text(&started["refused"][0]["why"]).contains("viewer"), "{started}");
    assert_eq!(started["refused"][1]["organization"], hidden.as_str(), "its name is nobody else's to see");
    assert_eq!(started["refused"][1]["why"], "The organization was not found");

    let campaign = format!("/campaigns/{}", text(&started["campaign"]));
    let progress = consultant.get(&campaign).await.expect(200);
    let line = &progress["organizations"][0];
    assert_eq!((&line["name"], &line["state"]), (&json!("Alder Regional Hospital"), &json!("draft")));
    assert_eq!((&line["completeness"], &line["overdue"]), (&json!(0.0), &json!(false)));
    assert!(text(&progress["disclaimer"]).contains("not a HIMSS"), "{progress}");
    let assessment = text(&line["assessment"]);
    owner
        .put(&format!("/assessments/{assessment}/answers/PAT-1"), json!({ "level": 2, "revision": 0 }))
        .await
        .expect(200);
    let progress = consultant.get(&campaign).await.expect(200);
    assert!(progress["organizations"][0]["completeness"].as_f64().unwrap() > 0.0, "{progress}");

    let patch = json!({ "role": "consultant" });
    let members = owner.get(&format!("/organizations/{birch}/members")).await.expect(200);
    let user =
        members["items"].as_array().unwrap().iter().find(|one| one["email"] == consultant.email.as_str());
    let user = text(&user.unwrap()["user"]);
    owner.patch(&format!("/organizations/{birch}/members/{user}"), patch).await.expect(204);
    let more = json!({ "organizations": [birch, world.organization] });
    let more = consultant.post(&format!("{campaign}/organizations"), more).await.expect(200);
    assert_eq!(
        (&more["started"], &more["refused"][0]["organization"]),
        (&json!(1), &json!("Alder Regional Hospital"))
    );
    assert!(text(&more["refused"][0]["why"]).contains("already"), "{more}");

    owner.post(&format!("/assessments/{assessment}/submit"), json!({})).await.expect(200);
    let listed = consultant.get("/campaigns").await.expect(200);
    let figures = &listed["items"][0];
    assert_eq!((&figures["organizations"], &figures["handed_in"]), (&json!(2), &json!(1)), "{listed}");
    owner.delete(&format!("/organizations/{birch}/members/{user}")).await.expect(204);
    let progress = consultant.get(&campaign).await.expect(200);
    assert_eq!(progress["out_of_sight"], 1, "{progress}");
    assert_eq!(progress["organizations"].as_array().unwrap().len(), 1);
    let listed = consultant.get("/campaigns").await.expect(200);
    let figures = &listed["items"][0];
    assert_eq!(
        (&figures["organizations"], &figures["handed_in"]),
        (&json!(1), &json!(1)),
        "what is out of sight is not counted: {listed}"
    );

    owner.get(&campaign).await.problem(404);
    owner.delete(&campaign).await.problem(404);
    consultant.delete(&campaign).await.expect(204);
    consultant.get(&campaign).await.problem(404);
    assert_eq!(owner.get(&format!("/assessments/{assessment}")).await.expect(200)["state"], "submitted");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_campaign_that_is_wrong_or_starts_nothing_is_not_made(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let viewer = world.member("viewer").await;
    let new = |change: Value| {
        let mut new = json!({
            "title": "Readiness", "framework": "B7", "due": day(3), "organizations": [world.organization],
        });
        new.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        new
    };
    for (change, pointer) in [
        (json!({ "title": " " }), "/title"),
        (json!({ "framework": "NOPE" }), "/framework"),
        (json!({ "due": day(-1) }), "/due"),
        (json!({ "due": day(3000) }), "/due"),
        (json!({ "organizations": [] }), "/organizations"),
    ] {
        assert_eq!(world.owner.post("/campaigns", new(change)).await.pointers(), [pointer]);
    }
    assert_eq!(viewer.post("/campaigns", new(json!({}))).await.pointers(), ["/organizations"]);
    assert_eq!(viewer.get("/campaigns").await.expect(200)["items"], json!([]));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_pages_start_change_and_end_a_campaign_without_scripts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    organization(owner, "Birch Clinic").await;
    owner.sign_in().await;
    let list = owner.page("/portfolio/campaigns").await;
    assert!(list.text.contains("No campaign yet.") && list.text.contains("Birch Clinic"), "{}", list.text);
    let wrong = [("title", "Readiness"), ("framework", "B7 1.0.0"), ("due", "soon")];
    let refused = owner.submit("/portfolio/campaigns", &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("value=\"Readiness\"")
            && refused.text.contains("Choose at least one organization.")
    );
    let due = day(1);
    let right = [
        ("title", "Readiness"),
        ("framework", "B7 1.0.0"),
        ("due", &due),
        ("organizations", &world.organization),
    ];
    let made = owner.submit("/portfolio/campaigns", &right).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let at = made.location().to_owned();
    let page = owner.page(&at).await;
    for words in
        ["Alder Regional Hospital", "0.0%", "Self-assessed or assessor-reviewed", "Birch Clinic", "Not begun"]
    {
        assert!(page.text.contains(words), "{words} is missing: {}", page.text);
    }
    let again = [("organizations", world.organization.as_str())];
    let again = owner.submit_on(&format!("{at}/organizations"), &again).await;
    assert!(again.text.contains("Started in 0 organizations; not in 1 organization"), "{}", again.text);
    assert!(!owner.page(&at).await.text.contains("Started in"), "it is said once");
    let later = [("title", "Readiness 2"), ("due", &day(9))];
    assert_eq!(owner.submit(&at, &later).await.location(), at);
    assert!(owner.page("/portfolio/campaigns").await.text.contains("Readiness 2"));
    assert_eq!(owner.submit(&format!("{at}/remove"), &[]).await.location(), "/portfolio/campaigns");
    assert_eq!(owner.page(&at).await.status, 404);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn what_a_campaign_starts_waits_beside_the_assessment_that_has_answers(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    owner.sign_in().await;
    owner.put(&world.answer_to("PAT-1"), json!({ "level": 3, "revision": 0 })).await.expect(200);
    let new = json!({
        "title": "Readiness", "framework": "B7", "due": "2030-03-31", "organizations": [world.organization],
    });
    assert_eq!(owner.post("/campaigns", new).await.expect(201)["started"], 1);
    let listed = owner.get(&world.org("/assessments")).await.expect(200);
    let begun = text(&listed["items"][1]["id"]);

    let org = format!("/orgs/{}", world.slug);
    let at = |id: &str, rest: &str| format!("{org}/assessments/{id}{rest}");
    for (address, rest) in [("/assessment", ""), ("/findings", "/findings"), ("/report", "/report")] {
        let found = owner.page(&format!("{org}{address}")).await;
        assert_eq!(found.location(), at(&world.assessment, rest), "{address}");
    }
    let overview = owner.page(&org).await.text;
    assert!(overview.contains("Readiness waits for its first answer"), "{overview}");
    assert!(
        overview.contains("It is due 31 Mar 2030.") && overview.contains(&at(&begun, "\"")),
        "{overview}"
    );
    assert!(overview.contains(&at(&world.assessment, "/report")), "{overview}");
    let evidence = owner.page(&format!("{org}/evidence")).await.text;
    assert!(evidence.contains("items on Spring"), "{evidence}");
    assert!(owner.page("/").await.text.contains(&at(&world.assessment, "")));
    assert!(owner.page("/portfolio").await.text.contains(&at(&world.assessment, "/PAT")));

    let path = format!("/assessments/{begun}/answers/PAT-1");
    owner.put(&path, json!({ "level": 1, "revision": 0 })).await.expect(200);
    let overview = owner.page(&org).await.text;
    assert!(!overview.contains("waits for its first answer"), "{overview}");
    assert_eq!(owner.page(&format!("{org}/assessment")).await.location(), at(&begun, ""));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_view_of_the_portfolio_is_saved_under_a_name_and_is_nobody_elses(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    owner.sign_in().await;
    let page = owner.page("/portfolio?order=rung&name=Alder%20R&page=1&nonsense=1").await;
    assert!(page.text.contains("value=\"name=Alder%20R&amp;order=rung\""), "{}", page.text);
    let fields =
        [("view", "Lowest <first>"), ("query", "name=Alder%20R&order=rung&page=3&evil=%3Cscript%3E")];
    let saved = owner.submit("/portfolio/views", &fields).await;
    assert_eq!((saved.status.as_u16(), saved.location()), (303, "/portfolio?name=Alder%20R&order=rung"));
    let page = owner.page(saved.location()).await;
    assert!(
        page.text.contains("Lowest &lt;first&gt;") && page.text.contains("aria-current=\"page\""),
        "{}",
        page.text
    );
    let nameless = owner.submit("/portfolio/views", &[("view", " "), ("query", "order=rung")]).await;
    assert_eq!(nameless.status, 422);
    assert!(nameless.text.contains("Give the view a name"), "{}", nameless.text);

    let replaced =
        owner.post("/portfolio/views", json!({ "name": "Lowest <first>", "query": "order=drift" })).await;
    replaced.expect(201);
    let listed = owner.get("/portfolio/views").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["items"][0]["query"], "order=drift");
    let id = text(&listed["items"][0]["id"]);
    let other = world.app.person("other").await;
    assert_eq!(other.get("/portfolio/views").await.expect(200)["items"], json!([]));
    other.delete(&format!("/portfolio/views/{id}")).await.problem(404);
    assert_eq!(owner.submit(&format!("/portfolio/views/{id}/remove"), &[]).await.location(), "/portfolio");
    assert_eq!(owner.get("/portfolio/views").await.expect(200)["items"], json!([]));
    world.app.stop().await;
}
