//! The roadmap through the API and its page.

use rstest::rstest;
use serde_json::{Value, json};
use service::UnixMillis;

use super::support::{Backend, Person, World, text};

/// Every question of Beyond-7 answered at 2, without evidence; the codes that were answered.
async fn answer_everything(world: &World) -> Vec<String> {
    let mut codes = Vec::new();
    let framework = world.owner.get("/frameworks/B7/1.0.0").await.expect(200);
    for domain in framework["domains"].as_array().unwrap() {
        for criterion in domain["criteria"].as_array().unwrap() {
            if !criterion["profiles"].as_array().unwrap().contains(&json!("H")) {
                continue;
            }
            let code = text(&criterion["code"]);
            let answer = json!({ "level": 2, "revision": 0 });
            world.owner.put(&world.answer_to(&code), answer).await.expect(200);
            codes.push(code);
        }
    }
    codes
}

/// Attaches a note to these criteria, and has somebody else accept it.
async fn prove(world: &World, reviewer: &Person, criteria: &[String]) {
    let dated = UnixMillis::now().date().to_string();
    let new = json!({ "title": "Proof", "criteria": criteria, "note": "As asked.", "dated": dated });
    let made = world.owner.post(&world.at("/evidence"), new).await.expect(201);
    let path = format!("/evidence/{}", text(&made["id"]));
    reviewer.patch(&path, json!({ "state": "accepted", "revision": 1 })).await.expect(200);
}

/// Does what the steps say: claims the level and attaches evidence that somebody else accepts.
async fn do_steps(world: &World, reviewer: &Person, roadmap: &Value) {
    for step in roadmap["steps"].as_array().unwrap() {
        let code = text(&step["criterion"]);
        if let Some(claim) = step["claim"].as_u64() {
            let answer = json!({ "level": claim, "revision": 1 });
            world.owner.put(&world.answer_to(&code), answer).await.expect(200);
        }
        if step["evidence"] == true {
            prove(world, reviewer, &[code]).await;
        }
    }
}

#[rstest]
#[tokio::test]
async fn doing_what_the_roadmap_says_reaches_the_rung(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let reviewer = world.member("consultant").await;
    let mut proven = answer_everything(&world).await;
    // So much is trusted that no check has to verify anything.
    proven.retain(|code| !code.starts_with("GOV") && !code.starts_with("OPS"));
    prove(&world, &reviewer, &proven).await;
    let roadmap = world.owner.get(&world.at("/roadmap?target=8.1")).await.expect(200);
    assert_eq!((&roadmap["reachable"], &roadmap["proof"]["reaches_target"]), (&json!(true), &json!(true)));
    let steps = roadmap["steps"].as_array().unwrap();
    let sum: u64 = steps.iter().map(|step| step["effort"].as_u64().unwrap()).sum();
    assert_eq!(roadmap["total_effort"], sum);
    assert!(steps.iter().all(|step| step["verify"].is_null()), "{roadmap}");
    assert!(steps.iter().any(|step| step["evidence"] == true), "{roadmap}");
    assert!(sum > 0 && roadmap["disclaimer"].as_str().unwrap().contains("not a HIMSS"));
    do_steps(&world, &reviewer, &roadmap).await;
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    assert_eq!(score["sublevel"], roadmap["proof"]["sublevel"]);
    assert_eq!(score["exact"]["overall"], roadmap["proof"]["exact"]["overall"]);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_target_is_chosen_and_steps_are_pinned_left_out_and_given_to_somebody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (viewer, outsider) = (world.member("viewer").await, world.app.person("outsider").await);
    let usual = world.owner.get(&world.at("/roadmap")).await.expect(200);
    assert_eq!(usual["target"], "8.1", "the one that the assessment was started with");
    let aimed = world.owner.put(&world.at("/target"), json!({ "target": "8.2" })).await.expect(200);
    assert_eq!(aimed["target"], "8.2");
    assert_eq!(
        world.owner.put(&world.at("/target"), json!({ "target": "9.9" })).await.pointers(),
        ["/target"]
    );
    assert_eq!(world.owner.get(&world.at("/roadmap?target=9.9")).await.pointers(), ["/target"]);
    viewer.put(&world.at("/target"), json!({ "target": "8.0" })).await.problem(403);

    let step = world.at("/roadmap/steps/GOV-1");
    let change = json!({ "choice": "excluded", "owner": "Quality board", "due": "2027-01-31" });
    let decided = world.owner.patch(&step, change).await.expect(200);
    assert_eq!(decided, json!({ "choice": "excluded", "owner": "Quality board", "due": "2027-01-31" }));
    let blocked = world.owner.get(&world.at("/roadmap")).await.expect(200);
    assert_eq!(
        (&blocked["reachable"], &blocked["proof"], &blocked["target"]),
        (&json!(false), &Value::Null, &json!("8.2"))
    );
    assert!(text(&blocked["obstacles"][0]).starts_with("GOV-1 is excluded"), "{blocked}");

    let kept = world.owner.patch(&step, json!({ "choice": "pinned" })).await.expect(200);
    assert_eq!((&kept["owner"], &kept["due"]), (&json!("Quality board"), &json!("2027-01-31")));
    let open = world.owner.get(&world.at("/roadmap")).await.expect(200);
    assert_eq!((&open["reachable"], &open["decisions"]["GOV-1"]["choice"]), (&json!(true), &json!("pinned")));

    viewer.patch(&step, json!({ "choice": "free" })).await.problem(403);
    outsider.patch(&step, json!({ "choice": "free" })).await.problem(404);
    outsider.get(&world.at("/roadmap")).await.problem(404);
    world.owner.patch(&world.at("/roadmap/steps/NOPE-1"), json!({ "choice": "free" })).await.problem(404);
    let long = json!({ "owner": "x".repeat(121) });
    assert_eq!(world.owner.patch(&step, long).await.pointers(), ["/owner"]);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_criterion_aims_at_a_level_of_its_own_and_what_counts_less_is_a_gap(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (viewer, outsider) = (world.member("viewer").await, world.app.person("outsider").await);
    answer_everything(&world).await;
    let gaps = async || -> Vec<String> {
        let findings = world.owner.get(&world.at("/findings?limit=200")).await.expect(200);
        let items = findings["items"].as_array().unwrap().iter();
        let gaps = items
            .filter(|one| one["kind"] == "gap" && one["status"] == "open")
            .map(|one| text(&one["criterion"]));
        let mut gaps: Vec<String> = gaps.collect();
        gaps.sort();
        gaps
    };
    let before = gaps().await;
    let [one, other, ..] = before.as_slice() else { panic!("level 3 is aimed at, and 2 counts: {before:?}") };
    let all = world.at("/target-level");
    let aimed = world.owner.put(&all, json!({ "level": 2 })).await.expect(200);
    assert_eq!(aimed["target_level"], 2);
    assert_eq!(gaps().await, Vec::<String>::new());
    let own = world.at(&format!("/target-levels/{one}"));
    world.owner.put(&own, json!({ "level": 4 })).await.expect(204);
    assert_eq!(gaps().await, std::slice::from_ref(one));
    let whole = world.owner.get(&world.at("")).await.expect(200);
    assert_eq!(whole["criterion_targets"], json!({ one.as_str(): 4 }));
    let report = world.owner.get(&world.at("/report.json")).await.expect(200);
    let target = |code: &str| {
        let lines = report["criteria"].as_array().unwrap();
        lines.iter().find(|line| line["code"] == code).unwrap()["target"].clone()
    };
    assert_eq!((target(one), target(other)), (json!(4), json!(2)));

    world.owner.sign_in().await;
    let page = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    let findings = world.owner.page(&format!("{page}/findings")).await.text.replace("<!>", "");
    assert!(findings.contains("Counts 2, target 4"), "{findings}");
    let roadmap = world.owner.page(&format!("{page}/roadmap")).await.text.replace("<!>", "");
    for words in
        ["Every criterion aims at 2 Defined. 1 criterion has a target of its own.", "4 Assured", one.as_str()]
    {
        assert!(roadmap.contains(words), "{words}: {roadmap}");
    }
    // Without scripts: another one, and back to what all aim at.
    let fields = [("criterion", other.as_str()), ("level", "3")];
    let set = world.owner.submit(&format!("{page}/roadmap/target-levels"), &fields).await;
    assert_eq!(set.location(), format!("{page}/roadmap#targets"));
    assert_eq!(gaps().await, [one.clone(), other.clone()]);
    let fields = [("criterion", one.as_str()), ("level", "")];
    assert_eq!(world.owner.submit(&format!("{page}/roadmap/target-levels"), &fields).await.status, 303);
    assert_eq!(gaps().await, std::slice::from_ref(other));
    let fields = [("level", "4")];
    assert_eq!(world.owner.submit(&format!("{page}/roadmap/target-level"), &fields).await.status, 303);
    assert_eq!(gaps().await, before);

    for level in [-1, 5] {
        assert_eq!(world.owner.put(&all, json!({ "level": level })).await.pointers(), ["/level"]);
        assert_eq!(world.owner.put(&own, json!({ "level": level })).await.pointers(), ["/level"]);
    }
    viewer.put(&own, json!({ "level": 1 })).await.problem(403);
    viewer.put(&all, json!({ "level": 1 })).await.problem(403);
    outsider.put(&own, json!({ "level": 1 })).await.problem(404);
    world.owner.put(&world.at("/target-levels/NOPE-1"), json!({ "level": 1 })).await.problem(404);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_page_shows_the_climb_and_takes_decisions_without_scripts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    answer_everything(&world).await;
    world.owner.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}/roadmap", world.slug, world.assessment);
    let page = world.owner.page(&path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for words in
        ["Cheapest climb", "No set of steps with less effort does", "not a HIMSS stage", "<title id=\"way\""]
    {
        assert!(page.text.contains(words), "{words} is missing");
    }
    let at_the_top = world.owner.page(&format!("{path}?target=8.3")).await;
    assert!(at_the_top.text.contains("independent assessor"));
    let nonsense = world.owner.page(&format!("{path}?target=9.9")).await;
    assert_eq!(nonsense.status, 422);

    let fields = [("choice", "excluded"), ("owner", ""), ("due", "")];
    let answer = world.owner.submit(&format!("{path}/steps/GOV-2"), &fields).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, format!("{path}#gov-2").as_str()));
    let blocked = world.owner.page(&path).await;
    assert!(blocked.text.contains("GOV-2 is excluded"), "{}", blocked.text);
    // What is pinned is not done because no way leads to the rung.
    let pinned = world.at("/roadmap/steps/PAT-4");
    world.owner.patch(&pinned, json!({ "choice": "pinned" })).await.expect(200);
    let blocked = world.owner.page(&path).await.text;
    assert!(blocked.contains("Pinned; waits: the rung is out of reach"), "{blocked}");
    assert!(!blocked.contains("nothing is left to do"), "{blocked}");
    world.owner.patch(&pinned, json!({ "choice": "free" })).await.expect(200);
    // Decided in view of another rung, it leads back to that.
    let top = [("target", "8.3"), ("choice", "excluded"), ("owner", ""), ("due", "")];
    let answer = world.owner.submit(&format!("{path}/steps/GOV-2"), &top).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, format!("{path}?target=8.3#gov-2").as_str())
    );
    let hidden = "<input type=\"hidden\" name=\"target\" value=\"8.3\"";
    assert!(world.owner.page(&format!("{path}?target=8.3")).await.text.contains(hidden));
    assert!(!world.owner.page(&path).await.text.contains(hidden));
    let wrong = [("choice", "pinned"), ("owner", "Mara"), ("due", "soon")];
    let refused = world.owner.submit(&format!("{path}/steps/GOV-2"), &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Give the day as year, month and day") && refused.text.contains("Mara"));
    let aimed = world.owner.submit(&format!("{path}/target"), &[("target", "8.0")]).await;
    assert_eq!(aimed.status, 303);
    assert!(world.owner.page(&path).await.text.contains("8.0"));
    world.app.stop().await;
}
