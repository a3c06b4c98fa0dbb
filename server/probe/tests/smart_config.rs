//! `fhir.smart_config`: two profiles, each judged only where it is claimed.

use domain::check::{Outcome, Reach, Status};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::http::{Site, json as reply, not_found, response};
use crate::support::{error, prober, run, said, seen};

const PATH: &str = "/.well-known/smart-configuration";

async fn check(configuration: &Value) -> Outcome {
    let site = Site::with(PATH, configuration.to_string()).await;
    run(&prober(), "fhir.smart_config", &[("base_url", &site.url())]).await
}

fn app_launch() -> Value {
    json!({
        "issuer": "https://ehr.example.org",
        "jwks_uri": "https://ehr.example.org/jwks",
        "authorization_endpoint": "https://ehr.example.org/authorize",
        "token_endpoint": "https://ehr.example.org/token",
        "grant_types_supported": ["authorization_code"],
        "capabilities": ["launch-standalone", "permission-patient", "sso-openid-connect"],
        "code_challenge_methods_supported": ["S256"],
        "unknown": { "field": true },
    })
}

fn backend() -> Value {
    json!({
        "token_endpoint": "https://ehr.example.org/token",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384"],
        "scopes_supported": ["system/*.rs"],
    })
}

#[tokio::test]
async fn a_server_for_apps_passes_by_app_launch() {
    let outcome = check(&app_launch()).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "capabilities"), "launch-standalone permission-patient sso-openid-connect");
    assert_eq!(seen(&outcome, "has_authorization_endpoint"), "true");
    assert_eq!(seen(&outcome, "pkce_plain_offered"), "false");
    assert!(said(&outcome).contains("does not offer SMART backend services"));
}

#[tokio::test]
async fn a_bulk_only_server_passes_by_backend_services_and_is_not_blamed_for_app_launch() {
    let outcome = check(&backend()).await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!(seen(&outcome, "asymmetric_alg_offered"), "true");
    assert_eq!(seen(&outcome, "has_authorization_endpoint"), "false");
    let mut written_out = backend();
    written_out["authorization_endpoint"] = json!(null);
    assert_eq!(check(&written_out).await.status, Status::Pass, "null is what is not there");
}

#[rstest]
#[case(app_launch(), "/token_endpoint", json!(null), "token_endpoint as an absolute address")]
#[case(app_launch(), "/authorization_endpoint", json!("/authorize"), "authorization_endpoint as an absolute address")]
#[case(app_launch(), "/grant_types_supported", json!([]), "expected authorization_code")]
#[case(app_launch(), "/code_challenge_methods_supported", json!(["S256", "plain"]), "must not offer plain")]
#[case(app_launch(), "/code_challenge_methods_supported", json!(["plain"]), "expected S256")]
#[case(app_launch(), "/issuer", json!(null), "issuer is expected")]
#[case(app_launch(), "/capabilities", json!(["launch-ehr"]), "jwks_uri is only expected where sso-openid-connect")]
#[case(backend(), "/token_endpoint", json!("nowhere"), "token_endpoint as an absolute address")]
#[case(backend(), "/token_endpoint_auth_methods_supported", json!(["client_secret_basic"]), "expected private_key_jwt")]
#[case(backend(), "/token_endpoint_auth_signing_alg_values_supported", json!(["RS256"]), "expected RS384 or ES384")]
#[case(backend(), "/grant_types_supported", json!([]), "offers neither")]
#[tokio::test]
async fn what_a_claimed_profile_requires_is_required(
    #[case] mut configuration: Value,
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] told: &str,
) {
    *configuration.pointer_mut(pointer).expect("a field of the configuration") = value;
    let outcome = check(&configuration).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert!(said(&outcome).contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn a_missing_configuration_fails_and_shows_as_offering_nothing() {
    let site = Site::always(not_found()).await;
    let outcome = run(&prober(), "fhir.smart_config", &[("base_url", &site.url())]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered));
    assert_eq!(seen(&outcome, "http_status"), "404");
    assert_eq!(seen(&outcome, "valid_json"), "false");
    assert_eq!(seen(&outcome, "has_token_endpoint"), "false");
}

#[tokio::test]
async fn a_configuration_is_public_so_a_refusal_fails() {
    let site = Site::always(response("401 Unauthorized", "", b"")).await;
    let outcome = run(&prober(), "fhir.smart_config", &[("base_url", &site.url())]).await;
    assert_eq!(outcome.status, Status::Fail);
}

#[tokio::test]
async fn json_that_is_no_object_fails() {
    let outcome = check(&json!(["token_endpoint"])).await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("expected a JSON object, got an array"));
}

#[rstest]
#[case("/register", "true")]
#[case("/gone", "false")]
#[tokio::test]
async fn a_registration_page_counts_when_it_answers(#[case] page: &str, #[case] route: &str) {
    let document = app_launch().to_string().into_bytes();
    let site = Site::start(move |path| match path {
        PATH => reply(&document),
        "/register" => reply(b"register here"),
        _ => not_found(),
    })
    .await;
    let page = format!("{}{page}", site.url());
    let parameters = [("base_url", &*site.url()), ("registration_page", &*page)];
    let outcome = run(&prober(), "fhir.smart_config", &parameters).await;
    assert_eq!(seen(&outcome, "has_registration_route"), route, "{outcome:#?}");
}
