//! `fhir.endpoint_listing`: lists as Bundle and as CSV, good and bad.

use domain::check::{Outcome, Status};
use rstest::rstest;

use crate::support::http::{Site, json, not_found, response};
use crate::support::{error, prober, run, said, seen};

const KIND: &str = "fhir.endpoint_listing";
const STATEMENT: &[u8] = br#"{"resourceType":"CapabilityStatement"}"#;

/// A developer's site: a list under `/list`, in which `{site}` is this site, and a FHIR server under `/r4`.
async fn site(content_type: &'static str, list: &'static str) -> Site {
    let own = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let known = own.clone();
    let site = Site::start(move |path| match path {
        "/list" => {
            let list = list.replace("{site}", known.get().expect("set before the first request"));
            response("200 OK", &format!("Content-Type: {content_type}\r\n"), list.as_bytes())
        }
        "/r4/metadata" => json(STATEMENT),
        _ => not_found(),
    })
    .await;
    own.set(site.url()).expect("set once");
    site
}

async fn check(site: &Site, base: &str, name: &str) -> Outcome {
    let (list, base) = (format!("{}/list", site.url()), format!("{}{base}", site.url()));
    run(&prober(), KIND, &[("base_url", &base), ("list_url", &list), ("organization_name", name)]).await
}

const BUNDLE: &str = r#"{"resourceType":"Bundle","meta":{"lastUpdated":"2020-01-01T00:00:00Z"},"entry":[
    {"resource":{"resourceType":"Organization","id":"o","name":"Elm Clinic","endpoint":[{"reference":"Endpoint/e"}]}},
    {"resource":{"resourceType":"Endpoint","id":"e","address":"{site}/r4/"}}]}"#;
const CSV: &str = "Organization,URL\n\"Elm Clinic\",{site}/r4\nOak Clinic,https://oak.example/r4\n";

#[rstest]
#[case("application/fhir+json", BUNDLE, "1")]
#[case("text/csv", CSV, "2")]
#[case("application/octet-stream", CSV, "2")]
#[tokio::test]
async fn a_listed_endpoint_that_answers_passes(
    #[case] content_type: &'static str,
    #[case] list: &'static str,
    #[case] entries: &str,
) {
    let outcome = check(&site(content_type, list).await, "/r4", "ELM clinic").await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "entries"), entries);
    let truths = ["listed", "address_matches", "reachable"].map(|name| seen(&outcome, name));
    assert_eq!(truths, ["true", "true", "true"]);
}

#[tokio::test]
async fn the_age_of_a_list_that_says_it_is_observed() {
    let outcome = check(&site("application/fhir+json", BUNDLE).await, "/r4", "").await;
    assert!(seen(&outcome, "list_age_days").parse::<i64>().expect("a number") > 2000, "{outcome:#?}");
}

/// A list of two pages; the second is at `next` of the first and lists this site.
async fn paged(next: &'static str, second: &'static str) -> Site {
    let own = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let known = own.clone();
    let site = Site::start(move |path| {
        let here = known.get().expect("set before the first request");
        match path {
            "/list" => {
                let first = r#"{"resourceType":"Bundle","link":[{"relation":"next","url":"NEXT"}],"entry":[
                    {"resource":{"resourceType":"Endpoint","id":"e","address":"https://oak.example/r4"}}]}"#;
                json(first.replace("NEXT", &next.replace("{site}", here)).as_bytes())
            }
            "/list?page=2" => json(second.replace("{site}", here).as_bytes()),
            "/r4/metadata" => json(STATEMENT),
            _ => not_found(),
        }
    })
    .await;
    own.set(site.url()).expect("set once");
    site
}

#[rstest]
#[case::whole("{site}/list?page=2")]
#[case::relative("?page=2")]
#[tokio::test]
async fn a_list_of_several_pages_is_read_to_its_end(#[case] next: &'static str) {
    let outcome = check(&paged(next, BUNDLE).await, "/r4", "Elm Clinic").await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(
        (seen(&outcome, "entries"), seen(&outcome, "address_matches")),
        ("2".to_owned(), "true".to_owned())
    );
}

#[rstest]
#[case::elsewhere("https://elsewhere.example/list?page=2", BUNDLE, "on another site")]
#[case::broken("?page=3", BUNDLE, "expected 200")]
#[case::no_bundle("?page=2", "{\"a\":1}", "without resourceType")]
#[case::in_a_circle("/list", BUNDLE, "read already")]
#[tokio::test]
async fn a_list_that_cannot_be_read_to_its_end_proves_nothing(
    #[case] next: &'static str,
    #[case] second: &'static str,
    #[case] told: &str,
) {
    let outcome = check(&paged(next, second).await, "/r4", "Elm Clinic").await;
    assert_eq!(outcome.status, Status::Unknown, "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert!(outcome.observations.get("listed").is_none(), "it may be on the part that is unread");
}

#[tokio::test]
async fn a_list_without_an_end_is_read_so_far_and_no_farther() {
    let site = Site::start(|path| {
        let page: u32 = path.rsplit('=').next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let body = format!(
            r#"{{"resourceType":"Bundle","link":[{{"relation":"next","url":"?page={}"}}]}}"#,
            page + 1
        );
        json(body.as_bytes())
    })
    .await;
    let outcome = check(&site, "/r4", "").await;
    assert_eq!(outcome.status, Status::Unknown, "{outcome:#?}");
    assert!(error(&outcome).text.contains("longer than 100 pages"), "{}", error(&outcome).text);
    assert_eq!(site.requests().len(), 100);
}

#[tokio::test]
async fn an_organization_that_is_listed_with_another_address_fails_and_names_it() {
    let outcome = check(&site("text/csv", CSV).await, "/stu3", "Elm Clinic").await;
    assert_eq!(outcome.status, Status::Fail);
    let truths = ["listed", "address_matches", "reachable"].map(|name| seen(&outcome, name));
    assert_eq!(truths, ["true", "false", "true"], "the listed address is asked");
    assert!(error(&outcome).text.contains("/r4 for Elm Clinic"), "{}", error(&outcome).text);
}

#[tokio::test]
async fn an_endpoint_that_is_not_listed_fails() {
    let outcome = check(&site("text/csv", CSV).await, "/stu3", "Ash Clinic").await;
    assert_eq!(outcome.status, Status::Fail);
    let truths = ["listed", "address_matches", "reachable"].map(|name| seen(&outcome, name));
    assert_eq!(truths, ["false", "false", "false"]);
    let text = &error(&outcome).text;
    assert!(text.contains("not among the 2 endpoints") && text.contains("Ash Clinic"), "{text}");
}

#[tokio::test]
async fn an_address_that_is_listed_for_somebody_else_is_reported() {
    let outcome = check(&site("text/csv", CSV).await, "/r4", "Ash Clinic").await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert!(said(&outcome).contains("it is listed for Elm Clinic"), "{}", said(&outcome));
}

#[rstest]
#[case("text/html", "<!doctype html><p>Sign in", "content type", "got text/html")]
#[case("application/json", "", "parse", "the list is empty")]
#[case("application/json", "{\"resourceType\":\"Bundle\",", "parse", "not readable as a FHIR Bundle")]
#[case("application/json", "[]", "parse", "not readable as a FHIR Bundle")]
#[case("application/json", "{\"a\":1}", "rule", "without resourceType")]
#[case("text/csv", "a,b\n1,2\n", "rule", "a column such as url")]
#[tokio::test]
async fn something_that_is_no_list_fails_at_its_layer(
    #[case] content_type: &'static str,
    #[case] list: &'static str,
    #[case] layer: &str,
    #[case] told: &str,
) {
    let outcome = check(&site(content_type, list).await, "/r4", "").await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert_eq!(error(&outcome).at.as_deref(), Some(layer), "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
    assert_eq!(seen(&outcome, "listed"), "false");
}

#[tokio::test]
async fn a_list_longer_than_other_answers_is_read() {
    let mut list = "name,url\n".to_owned();
    for n in 0..200_000 {
        list.push_str("Clinic ");
        list.push_str(&n.to_string());
        list.push_str(",https://clinic.example.org/fhir/r4/a-longer-address\n");
    }
    assert!(list.len() > 10 << 20, "longer than 8 MB, the cap of other answers");
    let site = Site::with("/list", list).await;
    let outcome = check(&site, "/r4", "Clinic 199999").await;
    assert_eq!(seen(&outcome, "entries"), "200000", "{outcome:#?}");
    assert_eq!(seen(&outcome, "listed"), "true");
}
