//! What the guard lets through, address form by address form.

use std::net::IpAddr;
use std::sync::Mutex;

use rstest::rstest;

use super::*;

/// A resolver that gives its answers one after the other, and the last one ever after.
struct Scripted(Mutex<Vec<Vec<IpAddr>>>);

impl Resolver for Scripted {
    fn resolve<'a>(&'a self, _name: &'a str) -> ResolveFuture<'a> {
        let mut answers = self.0.lock().expect("no test panics with the lock");
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

fn guard(allow: &str, answers: &[&[&str]]) -> Guard {
    let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().expect("an address")).collect();
    let scripted = Scripted(Mutex::new(answers.iter().map(parse).collect()));
    Guard::new(allow.parse().expect("a list of networks"), Arc::new(scripted))
}

fn strict() -> Guard {
    guard("", &[&["93.184.216.34"]])
}

fn reason(error: &GuardError) -> &'static str {
    match error {
        GuardError::Refused { what, .. } => what,
        other => panic!("refused for its address: {other}"),
    }
}

#[rstest]
#[case("127.0.0.1", "a loopback address")]
#[case("127.255.255.254", "a loopback address")]
#[case("127.1", "a loopback address")]
#[case("0x7f.1", "a loopback address")]
#[case("0x7f000001", "a loopback address")]
#[case("2130706433", "a loopback address")]
#[case("0177.0.0.1", "a loopback address")]
#[case("017700000001", "a loopback address")]
#[case("127.0.0.1.", "a loopback address")]
#[case("１２７.０.０.１", "a loopback address")]
#[case("%31%32%37.0.0.1", "a loopback address")]
#[case("127。0。0。1", "a loopback address")]
#[case("localhost", "a loopback address")]
#[case("LOCALHOST.", "a loopback address")]
#[case("api.localhost", "a loopback address")]
#[case("[::1]", "a loopback address")]
#[case("::1", "a loopback address")]
#[case("0:0:0:0:0:0:0:1", "a loopback address")]
#[case("10.0.0.1", "a private address")]
#[case("172.16.0.1", "a private address")]
#[case("172.31.255.255", "a private address")]
#[case("192.168.1.1", "a private address")]
#[case("169.254.169.254", "the cloud metadata address (link-local)")]
#[case("0xa9fea9fe", "the cloud metadata address (link-local)")]
#[case("169.254.1.1", "a link-local address")]
#[case("100.64.0.1", "a carrier-grade NAT (shared) address")]
#[case("0.0.0.0", "the unspecified address")]
#[case("0", "the unspecified address")]
#[case("0.1.2.3", "an address of \"this network\"")]
#[case("192.0.0.8", "an address reserved for protocols")]
#[case("192.0.2.1", "a documentation address")]
#[case("198.51.100.1", "a documentation address")]
#[case("203.0.113.9", "a documentation address")]
#[case("198.18.0.1", "a benchmarking address")]
#[case("192.88.99.1", "a 6to4 relay address")]
#[case("224.0.0.1", "a multicast address")]
#[case("240.0.0.1", "a reserved address")]
#[case("255.255.255.255", "the broadcast address")]
#[case("::", "the unspecified address")]
#[case("[::ffff:127.0.0.1]", "an IPv4-mapped address")]
#[case("::ffff:7f00:1", "an IPv4-mapped address")]
#[case("::ffff:8.8.8.8", "an IPv4-mapped address")]
#[case("::127.0.0.1", "an IPv4-compatible address")]
#[case("::ffff:0:127.0.0.1", "an IPv4-translated address")]
#[case("64:ff9b::7f00:1", "a NAT64 address")]
#[case("64:ff9b:1::a00:1", "a NAT64 address")]
#[case("2002:7f00:1::", "a 6to4 address")]
#[case("2001:0:4136:e378:8000:63bf:3fff:fdd2", "a Teredo address")]
#[case("2001:db8::1", "a documentation address")]
#[case("3fff::1", "a documentation address")]
#[case("2001:2::1", "a benchmarking address")]
#[case("fc00::1", "a private (unique local) address")]
#[case("fd00:ec2::254", "a private (unique local) address")]
#[case("fe80::1", "a link-local address")]
#[case("fec0::1", "a site-local address")]
#[case("ff02::1", "a multicast address")]
#[case("100::1", "a discard address")]
#[case("4000::1", "outside the public IPv6 addresses")]
fn a_host_that_means_no_public_address_is_refused(#[case] host: &str, #[case] what: &str) {
    assert_eq!(reason(&strict().vet_host(host).expect_err("refused")), what);
}

#[rstest]
#[case("http://0x7f.1/", "0x7f.1 means 127.0.0.1, which is a loopback address")]
#[case("http://10.0.0.1:8080/fhir", "10.0.0.1 is a private address")]
#[case("https://[::ffff:127.0.0.1]/fhir", "::ffff:127.0.0.1 is an IPv4-mapped address")]
#[case("http://169.254.169.254/latest/meta-data", "169.254.169.254 is the cloud metadata address")]
#[case("http://2130706433/", "2130706433 means 127.0.0.1, which is a loopback address")]
#[case("http:\\\\127.0.0.1\\", "127.0.0.1 is a loopback address")]
fn a_refusal_names_the_host_as_written_and_what_it_means(#[case] url: &str, #[case] beginning: &str) {
    let said = strict().vet_url(url).expect_err("refused").to_string();
    assert!(said.starts_with(beginning), "{said}");
    assert!(said.contains("RUNG_PROBE_ALLOW"), "{said}");
}

#[rstest]
#[case("93.184.216.34")]
#[case("8.8.8.8")]
#[case("2606:4700::1111")]
#[case("fhir.example.org")]
#[case("100.63.255.255")]
#[case("172.32.0.1")]
fn a_public_address_and_a_name_pass(#[case] host: &str) {
    assert_eq!(strict().vet_host(host), Ok(()));
}

#[rstest]
#[case("")]
#[case("two words")]
#[case("a:443")]
#[case("fe80::1%eth0")]
#[case("1.2.3.4.5")]
#[case("256.0.0.1")]
fn what_is_neither_a_name_nor_an_address_is_said_to_be_so(#[case] host: &str) {
    let error = strict().vet_host(host).expect_err("refused");
    assert!(matches!(error, GuardError::BadHost { .. }), "{error}");
}

#[rstest]
#[case("ftp://example.org/", "https://")]
#[case("file:///etc/passwd", "https://")]
#[case("https://", "empty host")]
#[case("not an address", "relative URL without a base")]
#[case("https://user:secret@example.org/", "user name")]
fn an_address_that_cannot_be_checked_is_said_to_be_so(#[case] url: &str, #[case] why: &str) {
    let said = strict().vet_url(url).expect_err("refused").to_string();
    assert!(said.contains(why), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[rstest]
#[case("127.0.0.0/8", "127.0.0.1")]
#[case("127.0.0.0/8", "0x7f.1")]
#[case("127.0.0.0/8", "[::ffff:127.0.0.1]")]
#[case("127.0.0.0/8", "localhost")]
#[case("::1", "localhost")]
#[case("10.1.0.0/16, 192.168.1.7", "192.168.1.7")]
#[case("fd00:1::/32", "fd00:1::5")]
fn what_the_operator_names_is_let_through(#[case] allow: &str, #[case] host: &str) {
    assert_eq!(guard(allow, &[&[]]).vet_host(host), Ok(()));
}

#[rstest]
#[case("127.0.0.0/8", "10.0.0.1")]
#[case("10.1.0.0/16", "10.2.0.1")]
#[case("127.0.0.0/8", "64:ff9b::7f00:1")]
#[case("127.0.0.0/8", "2002:7f00:1::")]
fn allowing_one_network_allows_no_other(#[case] allow: &str, #[case] host: &str) {
    reason(&guard(allow, &[&[]]).vet_host(host).expect_err("refused"));
}

#[test]
fn a_list_that_holds_something_else_is_refused_by_name() {
    let error = "10.0.0.0/8,office".parse::<AllowList>().expect_err("not a network");
    assert_eq!(error, AllowListError("office".to_owned()));
}

async fn resolve(guard: &Guard, host: &str) -> Result<Vec<IpAddr>, GuardError> {
    guard.addresses(&Guard::read_host(host).expect("a host")).await
}

#[tokio::test]
async fn a_name_with_any_refused_address_is_refused_and_the_address_is_named() {
    let guard = guard("", &[&["93.184.216.34", "10.0.0.1"]]);
    let said = resolve(&guard, "intranet.example.org").await.expect_err("refused").to_string();
    assert!(said.starts_with("intranet.example.org means 10.0.0.1, which is a private address"), "{said}");
}

#[tokio::test]
async fn an_answer_that_changes_is_vetted_anew_each_time() {
    let guard = guard("", &[&["93.184.216.34"], &["127.0.0.1"]]);
    let first = resolve(&guard, "rebind.example.org").await.expect("public at first");
    assert_eq!(first, ["93.184.216.34".parse::<IpAddr>().expect("an address")]);
    let second = resolve(&guard, "rebind.example.org").await.expect_err("loopback now");
    assert_eq!(reason(&second), "a loopback address");
}

#[tokio::test]
async fn allowing_one_loopback_address_of_localhost_is_enough() {
    let guard = guard("127.0.0.0/8", &[&["::1", "127.0.0.1"]]);
    let found = resolve(&guard, "localhost").await.expect("allowed");
    assert_eq!(found, ["127.0.0.1".parse::<IpAddr>().expect("an address")]);
}

#[tokio::test]
async fn a_mapped_address_that_is_allowed_is_reached_as_what_it_maps() {
    let guard = guard("127.0.0.0/8", &[&["::ffff:127.0.0.1"]]);
    let found = resolve(&guard, "mapped.example.org").await.expect("allowed");
    assert_eq!(found, ["127.0.0.1".parse::<IpAddr>().expect("an address")]);
}

#[tokio::test]
async fn the_systems_resolver_reads_the_hosts_file_and_knows_what_cannot_exist() {
    let resolver = SystemResolver::new();
    let localhost = resolver.resolve("localhost").await.expect("localhost is in every hosts file");
    assert!(localhost.iter().all(IpAddr::is_loopback), "{localhost:?}");
    let nowhere = resolver.resolve("nowhere.invalid").await;
    assert_eq!(nowhere, Err(ResolveError::NoSuchName("nowhere.invalid".to_owned())));
}

#[test]
fn every_target_among_the_parameters_is_vetted_but_not_the_server_name() {
    let kind = domain::builtin::check_kinds().get(&"tls.certificate".into()).expect("a built-in kind");
    let raw = [("host", "10.0.0.1"), ("server_name", "127.0.0.1")];
    let raw = raw.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let parameters = Parameters::from_text(kind, &raw).expect("parameters of the right types");
    let refused = strict().vet_parameters(&parameters);
    assert_eq!(refused.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["host"]);
}
