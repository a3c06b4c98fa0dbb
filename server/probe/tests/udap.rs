//! `udap.metadata`: tokens signed by certificates made in the test.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::check::{Outcome, Status};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rstest::rstest;
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};

use crate::support::authority::{Authority, Issued, Leaf};
use crate::support::http::Site;
use crate::support::{error, prober, run, said, seen};

const KIND: &str = "udap.metadata";
/// Where every name of the test's resolver leads: this machine.
const HOST: &str = "fhir.example.org";

/// The claims of a server at `base`, and the document around them.
fn claims(base: &str) -> Value {
    let now = Timestamp::now().as_second();
    json!({
        "iss": base, "sub": base, "iat": now, "exp": now + 86_400, "jti": "1",
        "token_endpoint": "https://auth.example.org/token",
        "registration_endpoint": "https://auth.example.org/register",
    })
}

fn token(signer: &Issued, rest: &[CertificateDer<'static>], algorithm: &str, claims: &Value) -> String {
    let chain = std::iter::once(signer.certificate.der()).chain(rest);
    let x5c: Vec<_> = chain.map(|der| STANDARD.encode(der)).collect();
    let header = json!({ "alg": algorithm, "x5c": x5c });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let content = format!("{}.{}", part(&header), part(claims));
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &signer.key_der(), &random);
    let signature = key.expect("a P-256 key").sign(&random, content.as_bytes()).expect("a signature");
    format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn document(signed: &Value) -> Value {
    json!({
        "udap_versions_supported": ["1"],
        "udap_profiles_supported": ["udap_dcr", "udap_authn"],
        "token_endpoint": "https://auth.example.org/token",
        "registration_endpoint": "https://auth.example.org/register",
        "signed_metadata": signed,
    })
}

/// Serves what `make` makes of the base address, and checks it with the authority as anchor.
async fn check(anchor: &str, make: impl FnOnce(&str) -> Value) -> Outcome {
    let served = std::sync::Arc::new(std::sync::OnceLock::<Vec<u8>>::new());
    let known = served.clone();
    let site = Site::start(move |path| match path {
        "/r4/.well-known/udap" => {
            crate::support::http::json(known.get().expect("set before the first request"))
        }
        _ => crate::support::http::not_found(),
    })
    .await;
    let base = format!("http://{HOST}:{}/r4", site.port());
    served.set(make(&base).to_string().into_bytes()).expect("set once");
    run(&prober(), KIND, &[("base_url", &base), ("trust_anchors", anchor)]).await
}

fn signer(authority: &Authority, base: &str) -> Issued {
    authority.issue(Leaf::named(HOST).uri(base))
}

#[tokio::test]
async fn metadata_signed_by_a_member_of_the_community_passes() {
    let root = Authority::root("Community");
    let issuing = root.intermediate("Issuing");
    let outcome = check(&root.pem(), |base| {
        let signed = token(&signer(&issuing, base), &[issuing.der()], "ES256", &claims(base));
        document(&signed.into())
    })
    .await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    let truths = ["signed_metadata_valid", "chain_trusted", "has_registration_endpoint"];
    assert_eq!(truths.map(|name| seen(&outcome, name)), ["true", "true", "true"]);
    assert_eq!(seen(&outcome, "days_to_expiry"), "90");
    assert_eq!(seen(&outcome, "http_status"), "200");
}

#[tokio::test]
async fn a_signer_outside_the_community_is_a_warning() {
    let (root, stranger) = (Authority::root("Community"), Authority::root("Stranger"));
    let outcome = check(&root.pem(), |base| {
        document(&token(&signer(&stranger, base), &[], "ES256", &claims(base)).into())
    })
    .await;
    assert_eq!(outcome.status, Status::Warn, "{outcome:#?}");
    assert_eq!(seen(&outcome, "signed_metadata_valid"), "true");
    assert_eq!(seen(&outcome, "chain_trusted"), "false");
    assert!(said(&outcome).contains("its last issuer is Stranger"), "{}", said(&outcome));
}

#[tokio::test]
async fn a_signer_that_expires_soon_is_a_warning_and_an_expired_one_fails() {
    let root = Authority::root("Community");
    for (days, status) in [(10, Status::Warn), (-3, Status::Fail)] {
        let outcome = check(&root.pem(), |base| {
            let signer = root.issue(Leaf::named(HOST).uri(base).days(days));
            document(&token(&signer, &[], "ES256", &claims(base)).into())
        })
        .await;
        assert_eq!(outcome.status, status, "{outcome:#?}");
        assert_eq!(seen(&outcome, "days_to_expiry"), days.to_string());
        assert_eq!(seen(&outcome, "chain_trusted"), "true");
    }
}

#[rstest]
#[case::other_issuer("iss", json!("https://elsewhere.example/r4"), "expected the base address")]
#[case::other_subject("sub", json!("https://elsewhere.example/r4"), "expected sub to equal iss")]
#[case::expired("exp", json!(1_000_000), "expired on 1970-01-12")]
#[case::no_dates("iat", json!("today"), "expected iat as a number")]
#[case::of_tomorrow("iat", json!(99_999_999_999_i64), "issued in the future")]
#[case::too_long("exp", json!(99_999_999_999_i64), "a year at most")]
#[case::no_id("jti", Value::Null, "expected jti")]
#[case::other_endpoint("token_endpoint", json!("https://evil.example/token"), "as in the document")]
#[case::no_endpoint("registration_endpoint", Value::Null, "registration_endpoint among the signed claims")]
#[tokio::test]
async fn a_claim_that_does_not_fit_fails(#[case] name: &str, #[case] value: Value, #[case] told: &str) {
    let root = Authority::root("Community");
    let outcome = check(&root.pem(), |base| {
        let mut claims = claims(base);
        claims[name] = value;
        document(&token(&signer(&root, base), &[], "ES256", &claims).into())
    })
    .await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert_eq!(seen(&outcome, "signed_metadata_valid"), "false");
    assert!(said(&outcome).contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn a_certificate_that_does_not_name_the_server_fails() {
    let root = Authority::root("Community");
    let outcome = check(&root.pem(), |base| {
        document(&token(&root.issue(Leaf::named(HOST)), &[], "ES256", &claims(base)).into())
    })
    .await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("that the certificate names, got none"), "{outcome:#?}");
}

#[rstest]
#[case("RS256", "the certificate holds a P-256 key")]
#[case("none", "expected alg RS256, RS384, ES256 or ES384, got none")]
#[case("HS256", "got HS256")]
#[tokio::test]
async fn an_algorithm_that_does_not_fit_the_key_fails(#[case] algorithm: &str, #[case] told: &str) {
    let root = Authority::root("Community");
    let outcome = check(&root.pem(), |base| {
        document(&token(&signer(&root, base), &[], algorithm, &claims(base)).into())
    })
    .await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(said(&outcome).contains(told), "{}", said(&outcome));
}

#[tokio::test]
async fn a_signature_over_other_claims_fails() {
    let root = Authority::root("Community");
    let outcome = check(&root.pem(), |base| {
        let signed = token(&signer(&root, base), &[], "ES256", &claims(base));
        let mut other = claims(base);
        other["jti"] = "2".into();
        let parts: Vec<_> = signed.split('.').collect();
        let forged = URL_SAFE_NO_PAD.encode(other.to_string());
        document(&format!("{}.{forged}.{}", parts[0], parts[2]).into())
    })
    .await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(said(&outcome).contains("the signature does not hold"), "{}", said(&outcome));
}

#[rstest]
#[case(Value::Null, "it is missing")]
#[case(json!("abc"), "in three parts")]
#[case(json!("a.b.c"), "not base64url")]
#[case(json!("e30.e30.AA"), "there is none")]
#[case(json!("W10.e30.AA"), "as a JSON object, got an array")]
#[case(json!("eyJ4NWMiOlsiISJdfQ.e30.AA"), "x5c[0] is not base64")]
#[case(json!("eyJ4NWMiOlsiQUFBQSJdfQ.e30.AA"), "certificate is not readable")]
#[tokio::test]
async fn a_malformed_token_fails_and_says_why(#[case] signed: Value, #[case] told: &str) {
    let root = Authority::root("Community");
    let outcome = check(&root.pem(), |_| document(&signed)).await;
    assert_eq!(outcome.status, Status::Fail, "{outcome:#?}");
    assert_eq!(seen(&outcome, "signed_metadata_valid"), "false");
    assert_eq!(seen(&outcome, "has_registration_endpoint"), "true", "{outcome:#?}");
    assert!(error(&outcome).text.contains(told), "{}", error(&outcome).text);
}

#[tokio::test]
async fn a_server_without_metadata_fails() {
    let root = Authority::root("Community");
    let site = Site::always(crate::support::http::not_found()).await;
    let outcome = run(&prober(), KIND, &[("base_url", &site.url()), ("trust_anchors", &root.pem())]).await;
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(seen(&outcome, "http_status"), "404");
    assert_eq!(seen(&outcome, "signed_metadata_valid"), "false");
}

#[tokio::test]
async fn an_anchor_that_is_no_certificate_is_a_matter_of_configuration() {
    let outcome = check("not a certificate\n", |_| json!({})).await;
    assert_eq!(outcome.status, Status::Unknown);
    assert!(error(&outcome).text.contains("trust_anchors is not usable"), "{}", error(&outcome).text);
}
