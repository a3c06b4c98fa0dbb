//! The live rung over time, and attestations against failures, through the API and the pages.

use rstest::rstest;
use serde_json::{Value, json};

use super::checks::{Target, add};
use super::support::{Backend, World, text};
use super::word::Word;

#[rstest]
#[tokio::test]
async fn a_failure_is_overridden_by_a_signature_and_shown_beside_the_answer(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let target = Target::start().await;
    let integration = world.integration(&[]).await;
    let made = add(&world.owner, &integration, "cdshooks.discovery", json!({ "base_url": target.url })).await;
    let id = text(&made.expect(201)["id"]);
    let check = format!("/checks/{id}");
    let read = world.owner.get(&check).await.expect(200);
    let ties = read["bindings"].as_array().unwrap();
    let tie = ties.iter().find(|tie| tie["framework"] == "B7" && tie["tied"] == true).unwrap();
    let (criterion, binding) = (text(&tie["criterion"]), text(&tie["binding"]));
    world.owner.put(&world.answer_to(&criterion), json!({ "level": 4, "revision": 0 })).await.expect(200);
    let run = async |up| {
        target.set_up(up);
        world.owner.post(&format!("{check}/runs"), Value::Null).await.expect(201);
    };
    run(true).await;
    run(false).await;
    run(false).await;

    let timeline = world.owner.get(&world.at("/timeline?limit=1")).await.expect(200);
    let change = &timeline["items"][0];
    let cause =
        change["causes"].as_array().unwrap().iter().find(|cause| cause["criterion"] == criterion.as_str());
    let cause = cause.unwrap_or_else(|| panic!("{timeline}"));
    assert_eq!((&cause["cause"], &cause["contradicted"]), (&json!("check"), &json!(true)));
    assert_eq!((&cause["check"], &cause["consecutive_fails"]), (&json!(id), &json!(2)));
    assert!(timeline["since"].is_string(), "{timeline}");
    world.owner.sign_in().await;
    let summary =
        world.owner.page(&format!("/orgs/{}/assessments/{}", world.slug, world.assessment)).await.text;
    assert!(summary.contains("How it changed") && summary.contains("2nd failure running"), "{summary}");
    let overview = world.owner.page(&format!("/orgs/{}", world.slug)).await.text;
    assert!(overview.contains("Live rung Pre-8 since"), "{overview}");

    let in_days =
        |days: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days)).to_string();
    let reason = "The partner moves its data centre until January.";
    let body = |days, reason: &str| json!({ "framework": "B7", "binding": binding, "until": in_days(days), "reason": reason });
    let overrides = format!("{check}/overrides");
    assert_eq!(world.owner.post(&overrides, body(91, "short")).await.pointers(), ["/reason", "/until"]);
    let mut wrong = body(5, reason);
    wrong["binding"] = json!("NOPE-1.1");
    assert_eq!(world.owner.post(&overrides, wrong).await.pointers(), ["/binding"]);
    let contributor = world.member("contributor").await;
    contributor.post(&overrides, body(5, reason)).await.problem(403);

    // By the form, with scripts off.
    let at = format!("/orgs/{}/checks/{id}", world.slug);
    let page = world.owner.page(&at).await.text;
    let value = page.split("name=\"override-binding\"").nth(1).unwrap();
    let value = value.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let refused = [
        ("form", "override"),
        ("override-binding", &*value),
        ("override-reason", "no"),
        ("override-until", "soon"),
    ];
    assert_eq!(world.owner.submit(&format!("{at}/override"), &refused).await.status, 422);
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48))
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let until = until.to_string();
    let sign = [
        ("form", "override"),
        ("override-binding", &*value),
        ("override-reason", reason),
        ("override-until", &*until),
    ];
    let signed = world.owner.submit(&format!("{at}/override"), &sign).await;
    assert_eq!(
        (signed.status.as_u16(), signed.location()),
        (303, &*format!("{at}#attest")),
        "{}",
        signed.text
    );

    let listed = world.owner.get(&overrides).await.expect(200);
    let attested = &listed["items"][0];
    assert_eq!((&attested["by"], &attested["in_force"]), (&json!("owner"), &json!(true)));
    assert_eq!(attested["reason"], reason);
    let domain = criterion.split('-').next().unwrap();
    let sheet = world
        .owner
        .page(&format!("/orgs/{}/assessments/{}/{domain}", world.slug, world.assessment))
        .await
        .text;
    assert!(
        sheet.contains("overridden by owner until") && sheet.contains(reason),
        "it stands beside the answer"
    );
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    let scored =
        score["criteria"].as_array().unwrap().iter().find(|one| one["code"] == criterion.as_str()).unwrap();
    assert_eq!(scored["contradicted"], false, "{scored}");
    let why = text(&scored["why"]);
    assert!(why.contains("owner signed until") && why.contains(reason), "{why}");
    world.owner.post(&overrides, body(5, reason)).await.problem(409);

    // In a report it belongs to the checks, behind a link too.
    let report = async |section: &str| {
        world.owner.get(&world.at(&format!("/report.json?section={section}"))).await.expect(200)
    };
    assert_eq!(report("checks").await["attestations"][0]["reason"], reason);
    assert_eq!(report("domains,findings").await["attestations"], Value::Null);
    for (section, shown) in [("checks", true), ("domains", false)] {
        let link = super::shares::share(&world, &[section]).await;
        let read = world.app.anonymous().page(&link).await;
        assert_eq!(read.status, 200, "{}", read.text);
        assert_eq!(read.text.contains(reason), shown, "{section}: {}", read.text);
    }

    let one = format!("/overrides/{}", text(&attested["id"]));
    contributor.delete(&one).await.problem(403);
    world.app.person("outsider").await.delete(&one).await.problem(404);
    world.owner.delete(&one).await.expect(204);
    world.owner.delete(&one).await.problem(409);
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    let scored =
        score["criteria"].as_array().unwrap().iter().find(|one| one["code"] == criterion.as_str()).unwrap();
    assert_eq!(scored["contradicted"], true, "{scored}");
}

#[tokio::test]
async fn a_contradiction_names_the_check_that_counts_against_the_answer_and_no_other() {
    let world = World::new(Backend::Sqlite).await;
    let (down, shaky) = (Target::start().await, Target::start().await);
    let integration = world.integration(&[]).await;
    let added = async |target: &Target| {
        let parameters = json!({ "base_url": target.url });
        let made = add(&world.owner, &integration, "cdshooks.discovery", parameters).await.expect(201);
        text(&made["id"])
    };
    let (twice, once) = (added(&down).await, added(&shaky).await);
    let read = world.owner.get(&format!("/checks/{twice}")).await.expect(200);
    let ties = read["bindings"].as_array().unwrap();
    let tie = ties.iter().find(|tie| tie["framework"] == "B7" && tie["tied"] == true).unwrap();
    let criterion = text(&tie["criterion"]);
    world.owner.put(&world.answer_to(&criterion), json!({ "level": 4, "revision": 0 })).await.expect(200);
    down.set_up(false);
    shaky.set_up(false);
    for id in [&twice, &once, &twice] {
        world.owner.post(&format!("/checks/{id}/runs"), Value::Null).await.expect(201);
    }
    let findings = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
    let mut items = findings["items"].as_array().unwrap().iter();
    let found = items
        .find(|finding| finding["kind"] == "contradiction" && finding["criterion"] == criterion.as_str())
        .unwrap_or_else(|| panic!("{findings}"));
    let named: Vec<_> = found["checks"].as_array().unwrap().iter().map(|check| text(&check["id"])).collect();
    assert_eq!(named, [twice], "the other one failed once: {found}");

    let address = down.url.strip_prefix("http://").unwrap();
    assert_eq!(found["checks"][0]["address"], address, "host and port alone");
    world.owner.sign_in().await;
    let place = format!("Patient access API ({address})");
    let at = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    for (page, said) in [("findings", format!("Seen at {place}")), ("report", format!("of {place}"))] {
        let page = world.owner.page(&format!("{at}/{page}")).await;
        assert!(page.text.contains(&said), "{said} in {}", page.text);
    }
    let report = world.owner.get(&world.at("/report.json?section=findings,checks")).await.expect(200);
    let mut lines = report["findings"].as_array().unwrap().iter();
    let line = lines.find(|line| line["kind"] == "contradiction").unwrap_or_else(|| panic!("{report}"));
    assert_eq!((&line["addresses"], &line["official"]), (&json!([address]), &json!("own")));
    assert_eq!(report["checks"][0]["address"], address);
    // Whoever follows a link reads what it is, and not where.
    let shared = super::shares::share(&world, &["findings", "checks"]).await;
    let read = world.app.anonymous().page(&shared).await.text;
    assert!(read.contains("of Patient access API") && !read.contains(address), "{read}");
    let document = Word::behind(&world, &shared).await.text();
    assert!(document.contains("of Patient access API") && !document.contains(address), "{document}");
}
