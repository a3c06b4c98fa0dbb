//! The report as files, its sections, and FHIR resources.

use std::io::Read as _;

use rstest::rstest;
use serde_json::{Value, json};

use super::shares::share;
use super::support::{Answer, Backend, Person, World, text};

/// A world with an answer whose rationale a spreadsheet would run.
pub(super) async fn answered(backend: Backend) -> World {
    let world = World::new(backend).await;
    let answer = json!({ "level": 3, "rationale": "=HYPERLINK(\"http://evil.example\")", "revision": 0 });
    world.owner.put(&world.answer_to("PAT-1"), answer).await.expect(200);
    let left_out =
        json!({ "not_applicable": true, "reason": "No such data", "rationale": "+1", "revision": 0 });
    let refused = world.owner.put(&world.answer_to("PAT-6"), left_out).await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    world
}

/// The files of a zip archive.
pub(super) fn unzipped(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = |name: String| {
        let mut text = String::new();
        archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    };
    names.into_iter().map(read).collect()
}

#[rstest]
#[tokio::test]
async fn the_report_is_a_file_of_three_kinds_and_runs_no_formula(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = answered(backend).await;
    let outsider = world.app.person("outsider").await;
    let report = world.owner.get(&world.at("/report.json")).await.expect(200);
    assert_eq!(report["organization"]["name"], "Alder Regional Hospital");
    assert!(text(&report["disclaimer"]).contains("not a HIMSS stage"));
    assert_eq!(report["result"]["rung"]["code"], "Pre-8");
    assert_eq!(report["criteria"][0]["rationale"], "=HYPERLINK(\"http://evil.example\")");
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    assert_eq!(report["result"]["proven"]["exact"], score["exact"]["overall"]);
    assert_eq!(report["roadmap"]["target"]["code"], "8.1");

    let topics = |report: &Value| -> Vec<String> {
        report["summary"].as_array().unwrap().iter().map(|point| text(&point["topic"])).collect()
    };
    assert_eq!(report["summary"][0]["topic"], "live_rung");
    assert!(text(&report["summary"][0]["says"]).contains("Pre-8"), "{}", report["summary"]);
    for topic in ["in_the_way", "proof", "strongest_and_weakest", "contradictions", "checks", "to_do_first"] {
        assert!(topics(&report).contains(&topic.to_owned()), "{topic}: {}", report["summary"]);
    }
    let some = world.owner.get(&world.at("/report.json?section=domains,checks")).await.expect(200);
    assert!(!topics(&some).contains(&"to_do_first".to_owned()), "it belongs to a section that was left out");
    assert!(some["domains"].is_array() && some["checks"].is_array() && some["criteria"].is_null());
    assert_eq!(world.owner.get(&world.at("/report.json?section=gossip")).await.pointers(), ["/section"]);

    let csv = world.owner.get(&world.at("/report.csv")).await;
    assert_eq!(
        (csv.status.as_u16(), csv.header("content-type")),
        (200, "text/csv; charset=utf-8; header=present")
    );
    assert!(
        csv.header("content-disposition").starts_with("attachment; filename=\"rung-alder-regional-hospital-")
    );
    let mut lines = csv::Reader::from_reader(csv.text.as_bytes());
    let first = lines.records().next().unwrap().unwrap();
    assert_eq!((&first[1], &first[10], &first[14]), ("PAT-1", "3", "'=HYPERLINK(\"http://evil.example\")"));
    assert!(first[15].contains("not a HIMSS stage"));
    assert_eq!((&first[5], &first[6], &first[7], &first[8]), ("3", "3", "", "own"), "nobody rated it");
    assert_eq!(world.owner.get(&world.at("/report.csv?table=gossip")).await.pointers(), ["/table"]);

    let xlsx = world.owner.api(reqwest::Method::GET, &world.at("/report.xlsx")).send().await.unwrap();
    assert_eq!(xlsx.status(), 200);
    let files = unzipped(&xlsx.bytes().await.unwrap());
    let of = |part: &str| files.iter().find(|(name, _)| name == part).unwrap().1.clone();
    assert!(of("xl/sharedStrings.xml").contains("=HYPERLINK("));
    assert!(of("xl/workbook.xml").contains("name=\"Criteria\""));
    let formulas = files.iter().filter(|(name, text)| name.contains("worksheets/") && text.contains("<f>"));
    assert_eq!(formulas.count(), 0);
    assert!(of("xl/styles.xml").contains("quotePrefix=\"1\""), "nor does one become of it when it is edited");

    for path in ["/report.json", "/report.csv", "/report.xlsx"] {
        outsider.get(&world.at(path)).await.problem(404);
    }
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_report_page_shows_the_sections_that_were_chosen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = answered(backend).await;
    world.owner.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}/report", world.slug, world.assessment);
    let whole = world.owner.page(&path).await;
    for section in ["id=\"domains\"", "id=\"criteria\"", "id=\"findings\"", "id=\"roadmap\"", "id=\"checks\""]
    {
        assert!(whole.text.contains(section), "{section}");
    }
    assert!(whole.text.contains("id=\"summary\"") && whole.text.contains("The live rung is Pre-8"));
    assert!(whole.text.contains(&format!("{path}.pdf")));
    let part = world.owner.page(&format!("{path}?section=domains&section=roadmap")).await;
    assert!(part.text.contains("id=\"roadmap\"") && !part.text.contains("id=\"findings\""));
    assert!(part.text.contains("not a HIMSS stage"));
    assert!(part.text.contains("report.xlsx?section=domains&amp;section=roadmap"));
    assert!(part.text.contains("report.docx?section=domains&amp;section=roadmap"));
    for file in ["report.json", "report.csv?table=findings", "report.xlsx", "report.pdf", "report.docx"] {
        let file = world.owner.page(&path.replace("report", file)).await;
        assert_eq!(file.status, 200);
        assert!(file.header("content-disposition").starts_with("attachment"));
    }
    assert_eq!(world.owner.page(&format!("{path}?section=gossip")).await.status, 422);
    world.app.stop().await;
}

async fn fhir(person: &Person, world: &World, path: &str) -> Answer {
    let request = person.client.get(format!("{}/fhir/R4{path}", world.app.url));
    Answer::of(match &person.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
}

/// Every item below, with its own.
fn items(resource: &Value) -> Vec<&Value> {
    let mut all = Vec::new();
    let own = resource["item"].as_array().into_iter().flatten();
    let answers = resource["answer"].as_array().into_iter().flatten();
    for item in own.chain(answers.flat_map(|answer| answer["item"].as_array().into_iter().flatten())) {
        all.push(item);
        all.extend(items(item));
    }
    all
}

/// The rules of FHIR R4 for a Questionnaire that a machine can check: invariants que-0 to que-13 as far as they apply, and
/// the required elements.
fn check_questionnaire(resource: &Value) {
    assert_eq!((&resource["resourceType"], &resource["status"]), (&json!("Questionnaire"), &json!("active")));
    let name = text(&resource["name"]);
    assert!(name.starts_with(|c: char| c.is_ascii_uppercase()), "que-0: {name}");
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "que-0: {name}");
    let id = text(&resource["id"]);
    assert!(id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)), "{id}");
    let all = items(resource);
    let mut links: Vec<String> = all.iter().map(|item| text(&item["linkId"])).collect();
    let count = links.len();
    links.sort();
    links.dedup();
    assert_eq!(links.len(), count, "que-2: every linkId is there once");
    for item in all {
        let (kind, children) = (text(&item["type"]), item["item"].as_array().map_or(0, Vec::len));
        assert!(["group", "display", "choice", "text"].contains(&kind.as_str()), "{item}");
        assert!(kind != "group" || children > 0, "que-1: {item}");
        assert!(kind != "display" || children == 0, "que-1: {item}");
        assert!(kind != "display" || item["required"].is_null(), "que-6: {item}");
        assert_eq!(kind == "choice", item["answerOption"].is_array(), "que-5: {item}");
        for condition in item["enableWhen"].as_array().into_iter().flatten() {
            assert!(links.binary_search(&text(&condition["question"])).is_ok(), "{item}");
            assert!(condition["answerCoding"].is_object() && condition["operator"] == "=", "{item}");
        }
        assert!(!text(&item["text"]).is_empty());
    }
}

#[rstest]
#[tokio::test]
async fn frameworks_and_answers_are_fhir_resources_that_fit_together(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = answered(backend).await;
    let (anonymous, outsider) = (world.app.anonymous(), world.app.person("outsider").await);
    let metadata = fhir(&anonymous, &world, "/metadata").await;
    assert_eq!(metadata.header("content-type"), "application/fhir+json; fhirVersion=4.0");
    let metadata = metadata.expect(200);
    assert_eq!(
        (&metadata["resourceType"], &metadata["fhirVersion"]),
        (&json!("CapabilityStatement"), &json!("4.0.1"))
    );

    for id in ["B7-1.0.0", "BL7-1.0.0", "CCR-1.0.0", "VBR-1.0.0"] {
        check_questionnaire(&fhir(&anonymous, &world, &format!("/Questionnaire/{id}")).await.expect(200));
    }
    let questionnaire = fhir(&anonymous, &world, "/Questionnaire/B7-1.0.0").await.expect(200);
    let path = format!("/QuestionnaireResponse/{}", world.assessment);
    let response = fhir(&world.owner, &world, &path).await.expect(200);
    assert_eq!((&response["status"], &response["id"]), (&json!("in-progress"), &json!(world.assessment)));
    let canonical = format!("{}|{}", text(&questionnaire["url"]), text(&questionnaire["version"]));
    assert_eq!(response["questionnaire"], canonical);
    let asked: Vec<String> = items(&questionnaire).iter().map(|item| text(&item["linkId"])).collect();
    let given = items(&response);
    assert!(given.iter().all(|item| asked.contains(&text(&item["linkId"]))));
    let one = given.iter().find(|item| item["linkId"] == "PAT-1").unwrap();
    assert_eq!(one["answer"][0]["valueCoding"]["code"], "3");
    let question = items(&questionnaire).into_iter().find(|item| item["linkId"] == "PAT-1").unwrap().clone();
    let same = question["answerOption"].as_array().unwrap().iter().any(|option| {
        let (option, given) = (&option["valueCoding"], &one["answer"][0]["valueCoding"]);
        ["system", "code", "display"].iter().all(|part| option[part] == given[part])
    });
    assert!(same, "the answer is one of the options, in the same words: {one}");
    assert_eq!(
        one["answer"][0]["item"][0]["answer"][0]["valueString"],
        "=HYPERLINK(\"http://evil.example\")"
    );
    let left_out = given.iter().find(|item| item["linkId"] == "PAT-6").unwrap();
    assert_eq!(left_out["answer"][0]["valueCoding"]["code"], "not-applicable");
    assert_eq!(left_out["answer"][0]["item"][0]["linkId"], "PAT-6.reason");

    for (person, path, status) in [
        (&anonymous, path.as_str(), 401),
        (&outsider, path.as_str(), 404),
        (&world.owner, "/QuestionnaireResponse/nonsense", 404),
        (&anonymous, "/Questionnaire/B7-9.9.9", 404),
        (&anonymous, "/Questionnaire/B7-%00", 404),
        (&anonymous, "/Patient/1", 404),
    ] {
        let outcome = fhir(person, &world, path).await.expect(status);
        assert_eq!(outcome["resourceType"], "OperationOutcome", "{path}");
    }
    world.app.stop().await;
}

/// A framework file under another code.
fn renamed(code: &str) -> String {
    let built_in = domain::builtin::frameworks().iter().find(|framework| framework.code.as_str() == "B7");
    domain::Framework { code: code.into(), ..built_in.unwrap().clone() }.write()
}

#[rstest]
#[tokio::test]
async fn a_questionnaire_is_found_by_its_whole_name_with_one_look(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let anonymous = world.app.anonymous();
    for code in ["MY-OWN", "MY_OTHER"] {
        world.app.service.import_framework_as_operator(&renamed(code)).await.unwrap();
    }
    for (id, version) in [("MY-OWN-1.0.0", "MY-OWN"), ("MY.OTHER-1.0.0", "MY_OTHER")] {
        let found = fhir(&anonymous, &world, &format!("/Questionnaire/{id}")).await.expect(200);
        check_questionnaire(&found);
        assert_eq!(
            (&found["id"], &found["url"]),
            (&json!(id), &json!(format!("urn:rung:framework:{version}")))
        );
    }
    // As many hyphens as an address may hold: refused by its form, not looked up once for each.
    let long = format!("/Questionnaire/{}", "-".repeat(60_000));
    assert_eq!(fhir(&anonymous, &world, &long).await.expect(404)["resourceType"], "OperationOutcome");
    world.app.stop().await;
}

#[tokio::test]
async fn every_framework_says_how_it_scores_on_an_example() {
    let world = World::new(Backend::Sqlite).await;
    let anonymous = world.app.anonymous();
    for code in ["B7", "BL7", "CCR", "VBR"] {
        let page = anonymous.page(&format!("/frameworks/{code}/1.0.0/methods")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for words in
            ["The arithmetic", "A worked example", "contradicts the answer", "Limits", "not a HIMSS stage"]
        {
            assert!(page.text.contains(words), "{code}: {words}");
        }
        assert!(page.text.contains("Assessments by versions of one framework compare"), "{code}");
    }
    assert_eq!(anonymous.page("/frameworks/B7/9.9/methods").await.status, 404);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_report_has_the_trend_where_something_changed_and_says_so_where_nothing_did(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    world.owner.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}/report?section=trend", world.slug, world.assessment);
    let untouched = world.owner.page(&path).await.text;
    assert!(untouched.contains("there is no trend yet") && !untouched.contains("trend-plot"), "{untouched}");

    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 4, "revision": 0 })).await.expect(200);
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    let page = world.owner.page(&path).await.text.replace("<!>", "");
    for words in
        ["id=\"trend-plot\"", "submitted or signed 1 time", "proven 0.0 on", "as of the end of each day"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    let report = world.owner.get(&world.at("/report.json?section=trend")).await.expect(200);
    let lines = report["trend"].as_array().unwrap();
    let turns: Vec<_> = lines.iter().map(|line| text(&line["what"])).collect();
    let mut kinds = turns.clone();
    kinds.sort();
    assert_eq!(kinds, ["changed", "now", "started", "submitted"]);
    assert_eq!((turns[0].as_str(), turns[3].as_str()), ("now", "started"), "the latest first");
    for line in lines.iter().filter(|line| line["what"] == "now" || line["what"] == "submitted") {
        assert_eq!(line["proven"]["exact"], score["exact"]["overall"], "{line}");
        assert_eq!(line["claimed"]["exact"], score["exact"]["claimed"], "{line}");
    }
    assert_eq!(lines[3]["claimed"]["shown"], 0.0);
    let csv = world.owner.get(&world.at("/report.csv?table=trend")).await.text;
    let mut read = csv::Reader::from_reader(csv.as_bytes());
    let whats: Vec<_> = read.records().map(|line| line.unwrap()[1].to_owned()).collect();
    assert_eq!(whats, turns);

    let shown = world.app.anonymous().page(&share(&world, &["trend"]).await).await.text;
    assert!(shown.contains("id=\"trend-plot\"") && !shown.contains("/orgs/"), "{shown}");
    let others = world.app.anonymous().page(&share(&world, &["domains"]).await).await.text;
    assert!(!others.contains("id=\"trend\""));
    let left_out = world.owner.get(&world.at("/report.json?section=domains")).await.expect(200);
    assert_eq!(left_out["trend"], Value::Null);
    world.app.stop().await;
}
