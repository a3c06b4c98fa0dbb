//! The inventory as a table and as a whole: import, export, coverage, who exchanges what with whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::{Answer, Backend, Person, World, text};

async fn post_csv(person: &Person, path: &str, file: &[u8]) -> Answer {
    let request = person.api(Method::POST, path);
    Answer::of(request.header("content-type", "text/csv").body(file.to_vec())).await
}

async fn import(person: &Person, world: &World, file: &[u8]) -> Answer {
    post_csv(person, &world.org("/integrations/import"), file).await
}

async fn inventory(world: &World) -> Vec<Value> {
    let list = world.owner.get(&world.org("/integrations?limit=200")).await.expect(200);
    list["items"].as_array().unwrap().clone()
}

#[rstest]
#[tokio::test]
async fn a_table_adds_changes_and_leaves_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let file = "\u{FEFF}Name;Partner;Direction;Owner;Last review;Review months;Serves\r\n\
        ADT feed;Exchange network;out;Lab manager;2026-10-01;6;EVT NET\r\n\
        Patient API;Patients' apps;out;;;;PAT\r\n";
    let done = import(&world.owner, &world, file.as_bytes()).await.expect(200);
    assert_eq!(done, json!({ "added": 2, "changed": 0, "unchanged": 0 }));
    let again = import(&world.owner, &world, file.as_bytes()).await.expect(200);
    assert_eq!(again, json!({ "added": 0, "changed": 0, "unchanged": 2 }));
    let change = "name,technical_owner\nadt FEED,Interface team\nRegistry,\n";
    let done = import(&world.owner, &world, change.as_bytes()).await.expect(200);
    assert_eq!(done, json!({ "added": 1, "changed": 1, "unchanged": 0 }));

    let found = inventory(&world).await;
    assert_eq!(found.len(), 3);
    let feed = &found[0];
    assert_eq!((&feed["owner"], &feed["technical_owner"]), (&json!("Lab manager"), &json!("Interface team")));
    assert_eq!((&feed["review_months"], &feed["serves"]), (&json!(6), &json!(["EVT", "NET"])));

    let exported = world.owner.get(&world.org("/integrations.csv")).await;
    assert_eq!(exported.status, 200);
    assert!(exported.header("content-type").starts_with("text/csv"));
    let back = import(&world.owner, &world, exported.text.as_bytes()).await.expect(200);
    assert_eq!(back["unchanged"], 3, "{}", exported.text);
    world.app.stop().await;
}

#[tokio::test]
async fn a_table_with_a_problem_changes_nothing_and_names_every_line() {
    let world = World::new(Backend::Sqlite).await;
    import(&world.owner, &world, b"name\nADT feed\n").await.expect(200);
    let file = b"name,owner,last_review,serves\n\
        New,Lab,2026-10-01,PAT\n\
        Short,Lab\n";
    let problem = import(&world.owner, &world, file).await.problem(422);
    assert_eq!(problem["errors"][0]["line"], 3, "{problem}");
    let file = b"name,owner,last_review,serves,criticality\n\
        New,Lab,last spring,PAT,normal\n\
        ,Lab,,,\n\
        Other,Lab,,NOPE,very\n\
        new,Lab,,,\n";
    let problem = import(&world.owner, &world, file).await.problem(422);
    let errors = problem["errors"].as_array().unwrap().iter();
    let places: Vec<_> = errors.map(|error| (error["line"].as_u64().unwrap(), text(&error["key"]))).collect();
    let expected = [(2, "last_review"), (3, "name"), (4, "criticality"), (4, "serves"), (5, "name")];
    assert_eq!(places, expected.map(|(line, key)| (line, key.to_owned())), "{problem}");
    import(&world.owner, &world, b"name\nR\xF6ntgen\n").await.problem(422);
    import(&world.owner, &world, b"name\n\"open\n").await.problem(422);
    assert_eq!(inventory(&world).await.len(), 1, "nothing was added");
}

#[rstest]
#[tokio::test]
async fn a_name_that_another_integration_has_is_refused_at_its_field(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    let at = world.org("/integrations");
    let made = owner.post(&at, json!({ "name": "ADT feed" })).await.expect(201);
    owner.post(&at, json!({ "name": "Registry" })).await.expect(201);
    assert_eq!(owner.post(&at, json!({ "name": " adt FEED " })).await.pointers(), ["/name"]);
    let first = format!("/integrations/{}", text(&made["id"]));
    assert_eq!(owner.patch(&first, json!({ "name": "registry" })).await.pointers(), ["/name"]);
    owner.patch(&first, json!({ "name": "ADT Feed", "owner": "Lab" })).await.expect(200);
    owner.sign_in().await;
    let form = format!("/orgs/{}/integrations/new", world.slug);
    let refused = owner.submit(&form, &[("name", "REGISTRY"), ("owner", "Anna")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Another integration is named"), "{}", refused.text);
    assert!(refused.text.contains("value=\"REGISTRY\"") && refused.text.contains("value=\"Anna\""));
    assert_eq!(inventory(&world).await.len(), 2);
    world.app.stop().await;
}

#[tokio::test]
async fn a_reader_exports_and_only_who_operates_imports() {
    let world = World::new(Backend::Sqlite).await;
    let viewer = world.member("viewer").await;
    import(&viewer, &world, b"name\nADT feed\n").await.problem(403);
    assert_eq!(viewer.get(&world.org("/integrations.csv")).await.status, 200);
    let outsider = world.app.person("outsider").await;
    import(&outsider, &world, b"name\nADT feed\n").await.problem(404);
    outsider.get(&world.org("/integrations.csv")).await.problem(404);
    let json = world.owner.post(&world.org("/integrations/import"), json!({})).await;
    json.problem(415);
    assert_eq!(inventory(&world).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_table_is_pasted_into_the_page_and_comes_back_where_it_is_refused() {
    let world = World::new(Backend::Sqlite).await;
    let owner = &world.owner;
    owner.sign_in().await;
    let at = format!("/orgs/{}/integrations", world.slug);
    let refused =
        owner.submit(&format!("{at}/import"), &[("table", "name\tlast_review\nADT feed\tsoon")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Line 2, last_review"), "{}", refused.text);
    assert!(refused.text.contains("ADT feed\tsoon"), "what was pasted stays: {}", refused.text);
    let table = "name\tpartner\tdirection\towner\n=cmd|calc\tLaboratory\tin\tLab manager\nAPI\tPatients' apps\tout\t\n";
    let done = owner.submit_on(&format!("{at}/import"), &[("table", table)]).await;
    assert_eq!(done.status, 200);
    assert!(done.text.contains("2 integrations added"), "{}", done.text);
    for page in [at.clone(), format!("/orgs/{}", world.slug)] {
        let page = owner.page(&page).await.text;
        assert!(page.contains("Who exchanges what with whom"), "{page}");
        assert!(page.contains("sends to us") && page.contains("receives from us"), "{page}");
    }
    let csv = owner.page(&format!("{at}.csv")).await;
    assert!(csv.header("content-disposition").contains("attachment"), "{csv:?}");
    assert!(csv.text.contains("'=cmd|calc"), "{}", csv.text);
}

/// Sends a table of 2 GB until the server answers: the beginning of its answer, and how many bytes were sent by then.
#[expect(clippy::disallowed_methods, reason = "the test plays a client that does not stop")]
async fn pour(person: &Person, path: &str) -> (String, usize) {
    let request = person.api(Method::POST, path).build().unwrap();
    let (url, token) = (request.url(), request.headers()["authorization"].to_str().unwrap());
    let at = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {at}\r\nAuthorization: {token}\r\nContent-Type: text/csv\r\n\
         Content-Length: {}\r\n\r\nname,owner\n",
        url.path(),
        2_u64 << 30
    );
    let (mut reading, mut writing) = TcpStream::connect(&at).await.unwrap().into_split();
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let sending = tokio::spawn(async move {
        let lines = "ADT feed,Lab\n".repeat(5000);
        writing.write_all(head.as_bytes()).await.unwrap();
        // The server may hang up on whoever goes on sending.
        while writing.write_all(lines.as_bytes()).await.is_ok() {
            counted.fetch_add(lines.len(), Ordering::SeqCst);
        }
    });
    let mut answer = [0; 12];
    reading.read_exact(&mut answer).await.unwrap();
    sending.abort();
    (String::from_utf8_lossy(&answer).into_owned(), sent.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_table_of_two_gigabytes_is_refused_before_it_is_read() {
    let world = World::new(Backend::Sqlite).await;
    for path in ["/integrations/import", "/registers/incidents/import"] {
        let (answer, sent) = pour(&world.owner, &world.org(path)).await;
        assert_eq!(answer, "HTTP/1.1 413", "{path}");
        assert!(sent < 64 << 20, "{path}: {sent} bytes were taken");
    }
    assert!(inventory(&world).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn the_coverage_of_the_inventory_is_a_check_on_its_own_records(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let file = "name,owner,technical_owner,contract,contract_expires,last_review\n\
        ADT feed,Lab,Interfaces,BAA 1,2020-01-01,2020-01-01\n\
        Patient API,Portal,Interfaces,BAA 2,2999-01-01,\n\
        Registry,Lab,,,,\n\
        Inventory,Lab,,,,\n";
    import(&world.owner, &world, file.as_bytes()).await.expect(200);
    let integration = text(&inventory(&world).await[3]["id"]);
    let new =
        json!({ "kind": "inventory.coverage", "parameters": { "imports": ["adt feed", "unknown channel"] } });
    let check = world.owner.post(&format!("/integrations/{integration}/checks"), new).await.expect(201);
    let run = world.owner.post(&format!("/checks/{}/runs", text(&check["id"])), json!({})).await.expect(201);
    // What the least demanding criteria ask for is not met, and the run says what.
    assert_eq!(run["status"], "FAIL", "{run}");
    let told = "expected owner_pct >= 95, the least that any criterion asks for, got 50";
    assert!(run["messages"].to_string().contains(told), "{run}");
    let seen = &run["observations"];
    assert_eq!(seen["connections"], 4, "{run}");
    let percent = |name: &str| seen[name].as_f64().unwrap_or_else(|| panic!("{name} in {run}"));
    for (name, expected) in [
        ("owner_pct", 50.0),
        ("agreement_pct", 25.0),
        ("reviewed_pct", 0.0),
        ("monitored_pct", 0.0),
        ("coverage_pct", 50.0),
    ] {
        assert!((percent(name) - expected).abs() < 0.001, "{name}: {run}");
    }
    for name in ["unused_credentials", "contract_feeds_pct", "change_median_days"] {
        assert!(seen.get(name).is_none(), "{name}: what no record says is not observed");
    }

    let today = store::UnixMillis::now();
    let ago = |days: i64| store::UnixMillis(today.0 - days * 86_400_000).date();
    for (register, file) in [
        (
            "credentials",
            format!(
                "credential,kind,issued,last_used\nloader,file-account,{old},{young}\nold client,api-client,{old},\n",
                old = ago(300),
                young = ago(3)
            ),
        ),
        (
            "contract-feeds",
            "contract,attribution,attribution_feed,claims,quality\nMA 12,yes,registry,no,no\nACO,yes,,yes,no\n"
                .to_owned(),
        ),
        (
            "logic-changes",
            format!("change,source,dated,in_production\nCBP,specification,{},{}\n", ago(30), ago(18)),
        ),
    ] {
        let at = world.org(&format!("/registers/{register}/import"));
        let added = post_csv(&world.owner, &at, file.as_bytes()).await.expect(200);
        assert!(added["added"].as_u64().unwrap() > 0, "{register}: {added}");
    }
    let check = world.owner.get(&format!("/checks/{}", text(&check["id"]))).await.expect(200);
    let seen = &check["latest"]["observations"];
    assert_eq!(seen["unused_credentials"], 1, "{check}");
    assert_eq!(seen["contract_feeds_pct"], 50.0, "{check}");
    assert_eq!(seen["change_median_days"], 12.0, "{check}");
    world.app.stop().await;
}

#[tokio::test]
async fn an_integration_without_checks_is_removed_by_whoever_operates() {
    let world = World::new(Backend::Sqlite).await;
    let integration = world.integration(&["PAT"]).await;
    let at = format!("/integrations/{integration}");
    let new = json!({ "kind": "fhir.capability", "parameters": { "base_url": "https://fhir.example.org" } });
    let check = world.owner.post(&format!("{at}/checks"), new).await.expect(201);
    world.member("viewer").await.delete(&at).await.problem(403);
    let refused = world.owner.delete(&at).await.problem(409);
    assert_eq!(refused["detail"], "It has health checks. Remove them first.");
    world.owner.sign_in().await;
    let page = format!("/orgs/{}/integrations/{integration}", world.slug);
    let with_check = world.owner.page(&page).await.text;
    let first = "remove its health checks first";
    assert!(with_check.contains(first) && !with_check.contains("Remove it for good"), "{with_check}");
    world.owner.delete(&format!("/checks/{}", text(&check["id"]))).await.expect(204);

    let without = world.owner.page(&page).await.text;
    assert!(without.contains("Remove it for good") && !without.contains(first), "{without}");
    let removed = world.owner.submit(&format!("{page}/remove"), &[]).await;
    let list = format!("/orgs/{}/integrations", world.slug);
    assert_eq!((removed.status.as_u16(), removed.location()), (303, &*list), "{}", removed.text);
    world.owner.get(&at).await.problem(404);
    world.owner.delete(&at).await.problem(404);
}
