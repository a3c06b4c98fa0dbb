//! Check kinds, parameters, conditions, judgement and states.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::BTreeMap;

use domain::builtin;
use domain::check::{
    BindingState, CheckKind, CheckKinds, Condition, ConditionResult, Fault, Group, Observations, Outcome,
    Parameter, ParameterType, Parameters, ProbeRecord, Reach, Status, judge,
};
use domain::scoring::EvidenceDuration;
use rstest::rstest;
use serde_json::{Value as Json, json};

fn kind(code: &str) -> &'static CheckKind {
    builtin::check_kinds().get(&code.into()).unwrap()
}

/// One parameter of each type.
fn every_type() -> CheckKind {
    let mut kind = kind("tls.certificate").clone();
    let spec = kind.parameters[0].clone();
    kind.parameters = [
        ("url", ParameterType::Url),
        ("host", ParameterType::Host),
        ("port", ParameterType::Integer),
        ("number", ParameterType::Number),
        ("string", ParameterType::String),
        ("boolean", ParameterType::Boolean),
        ("list", ParameterType::List),
        ("duration", ParameterType::Duration),
        ("secret", ParameterType::Secret),
    ]
    .map(|(name, kind)| {
        let (name, required, default) = (name.to_owned(), false, None);
        domain::check::ParameterSpec { name, kind, required, default, ..spec.clone() }
    })
    .to_vec();
    kind
}

fn from_text(name: &str, text: &str) -> Result<Option<Parameter>, String> {
    let raw = BTreeMap::from([(name.to_owned(), text.to_owned())]);
    match Parameters::from_text(&every_type(), &raw) {
        Ok(parameters) => Ok(parameters.get(name).cloned()),
        Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
    }
}

fn from_json(name: &str, value: Json) -> Result<Option<Parameter>, String> {
    let raw = BTreeMap::from([(name.to_owned(), value)]);
    match Parameters::from_json(&every_type(), &raw) {
        Ok(parameters) => Ok(parameters.get(name).cloned()),
        Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn the_check_kind_file_keeps_its_order() {
    let kinds = builtin::check_kinds();
    assert_eq!(kinds.len(), 31);
    assert_eq!(kinds.iter().next().unwrap().code.as_str(), "fhir.capability");
    let capability = kind("fhir.capability");
    assert_eq!(capability.group, Group::NetworkProbe);
    assert_eq!((capability.freshness, capability.fail_after, capability.timeout), (259_200, 2, 20));
    let names: Vec<_> = capability.parameters.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["base_url", "bearer_token", "expected_versions", "max_latency_ms"]);
    let names: Vec<_> = capability.observations.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names[..3], ["http_status", "latency_ms", "resource_type"]);
    let margin = capability.observation("availability_30d_pct").unwrap().warn_within;
    assert_eq!(margin.unwrap().to_string(), "0.5");
    assert!(!kind("doc.attestation").verifies);
}

#[test]
fn a_check_kind_file_is_refused_with_line_and_key() {
    let source = builtin::CHECK_KINDS_SOURCE
        .replacen("type = \"url\"", "type = \"uri\"", 1)
        .replacen("fail_after = 2\n", "fail_after = 0\ncolour = \"red\"\n", 1)
        .replacen("default = 5000", "default = \"fast\"", 1);
    let errors = CheckKinds::read(&source).unwrap_err();
    let shown: Vec<_> = errors.0.iter().map(|error| (error.line, error.key.as_str())).collect();
    assert_eq!(
        shown,
        [
            (12, "kind.fail_after"),
            (13, "kind.colour"),
            (19, "kind.parameters"),
            (20, "kind.parameters.base_url.type"),
        ]
    );
}

#[rstest]
#[case("https://fhir.example.org/r4/", "https://fhir.example.org/r4")]
#[case("HTTPS://FHIR.Example.org//", "https://fhir.example.org")]
#[case(" http://127.0.0.1:8080/Path ", "http://127.0.0.1:8080/Path")]
#[case("http://[::ffff:127.0.0.1]:81/", "http://[::ffff:127.0.0.1]:81")]
#[case("http://0x7f.1/", "http://0x7f.1")]
#[case("https://example.org/list?page=/", "https://example.org/list?page=/")]
fn an_address_is_normalized(#[case] text: &str, #[case] normalized: &str) {
    assert_eq!(from_text("url", text), Ok(Some(Parameter::Url(normalized.to_owned()))));
    assert_eq!(from_json("url", json!(text)), Ok(Some(Parameter::Url(normalized.to_owned()))));
}

#[rstest]
#[case("fhir.example.org")]
#[case("ftp://example.org")]
#[case("javascript:alert(1)")]
#[case("https://")]
#[case("https:///path")]
#[case("https://example.org:0/")]
#[case("https://example.org:99999/")]
#[case("https://exa mple.org/")]
#[case("https://user:word@example.org/")]
#[case("https://example.org/#part")]
#[case("http://[::1")]
#[case("http://[::1]x/")]
#[case("http://a..b/")]
fn what_is_no_address_is_refused(#[case] text: &str) {
    let problem = from_text("url", text).unwrap_err();
    assert!(problem.starts_with("url: ") && problem.ends_with('.'), "{problem}");
}

#[rstest]
#[case("fhir.Example.org", "fhir.example.org")]
#[case("10.1.2.3", "10.1.2.3")]
#[case("::1", "::1")]
#[case("[::1]", "::1")]
fn a_host_is_a_name_or_an_address(#[case] text: &str, #[case] host: &str) {
    assert_eq!(from_text("host", text), Ok(Some(Parameter::Host(host.to_owned()))));
}

#[rstest]
#[case("host", "https://example.org", "host: Must be a host alone, without https:// and without a path.")]
#[case("host", "example.org:443", "host: Must be a host alone; the port has a parameter of its own.")]
#[case("port", "65536", "port: Must be a port between 1 and 65535.")]
#[case("port", "4.5", "port: Must be a whole number.")]
#[case("number", "many", "number: Must be a number.")]
#[case("boolean", "perhaps", "boolean: Must be true or false.")]
#[case("duration", "15", "duration: Must be a whole number with s, m, h or d, for example 15m.")]
#[case("duration", "1.5h", "duration: Must be a whole number with s, m, h or d, for example 15m.")]
#[case("duration", "-1h", "duration: Must be a whole number with s, m, h or d, for example 15m.")]
#[case("duration", "99999999999999999d", "duration: This is too long a time.")]
fn a_wrong_text_is_refused_in_a_sentence(#[case] name: &str, #[case] text: &str, #[case] problem: &str) {
    assert_eq!(from_text(name, text), Err(problem.to_owned()));
}

#[rstest]
#[case("port", json!("443"), "port: Must be a whole number.")]
#[case("port", json!(4.5), "port: Must be a whole number.")]
#[case("boolean", json!("true"), "boolean: Must be true or false.")]
#[case("url", json!(7), "url: Must be an address that begins with https:// or http://, for example https://fhir.example.org/r4.")]
#[case("list", json!(["a", 1]), "list: Must be a list of texts.")]
#[case("secret", json!(12345), "secret: Must be a text; its value is not repeated here.")]
fn a_wrong_json_type_is_refused(#[case] name: &str, #[case] value: Json, #[case] problem: &str) {
    assert_eq!(from_json(name, value), Err(problem.to_owned()));
}

#[rstest]
#[case("port", json!(443), Parameter::Integer(443))]
#[case("number", json!(99.5), Parameter::Number("99.5".parse().unwrap()))]
#[case("boolean", json!(false), Parameter::Boolean(false))]
#[case("list", json!(["a", " b "]), Parameter::List(vec!["a".into(), "b".into()]))]
#[case("duration", json!("8h"), Parameter::Duration(28_800))]
#[case("string", json!("x"), Parameter::String("x".into()))]
fn json_values_are_read_by_type(#[case] name: &str, #[case] value: Json, #[case] wanted: Parameter) {
    assert_eq!(from_json(name, value), Ok(Some(wanted)));
}

#[rstest]
#[case("a, b,,c", &["a", "b", "c"])]
#[case("Patient?a=1,2\nObservation\n", &["Patient?a=1,2", "Observation"])]
fn a_list_is_split_at_line_breaks_or_commas(#[case] text: &str, #[case] items: &[&str]) {
    let items = items.iter().map(|item| (*item).to_owned()).collect();
    assert_eq!(from_text("list", text), Ok(Some(Parameter::List(items))));
}

#[rstest]
#[case("list", "Patient?a=1,2\n")]
#[case("list", "a\nb")]
#[case("duration", "90m")]
#[case("duration", "2d")]
#[case("number", "99.50")]
#[case("boolean", "true")]
fn what_a_form_shows_reads_back_the_same(#[case] name: &str, #[case] text: &str) {
    let parameter = from_text(name, text).unwrap().unwrap();
    assert_eq!(from_text(name, &parameter.shown().unwrap()), Ok(Some(parameter)));
}

#[test]
fn a_secret_is_neither_shown_nor_printed() {
    let secret = from_text("secret", "hunter2").unwrap().unwrap();
    assert_eq!(secret.shown(), None);
    assert_eq!(format!("{secret:?}"), "Secret(***)");
}

#[test]
fn empty_values_are_absent_and_defaults_are_filled_in() {
    let raw = BTreeMap::from([
        ("base_url".to_owned(), "https://example.org".to_owned()),
        ("bearer_token".to_owned(), "  ".to_owned()),
    ]);
    let parameters = Parameters::from_text(kind("fhir.capability"), &raw).unwrap();
    assert_eq!(parameters.integer("max_latency_ms"), Some(5_000));
    assert_eq!(parameters.text("bearer_token"), None);
    assert!(parameters.list("expected_versions").is_empty());
}

#[test]
fn missing_and_unknown_parameters_are_all_named() {
    let raw = BTreeMap::from([("hots".to_owned(), json!("example.org"))]);
    let errors = Parameters::from_json(kind("hl7v2.mllp"), &raw).unwrap_err();
    let names: Vec<_> = errors.iter().map(|error| error.name.as_str()).collect();
    assert_eq!(names[..2], ["host", "port"]);
    assert_eq!(names.last(), Some(&"hots"));
    assert!(errors[0].problem.starts_with("A value is required."), "{}", errors[0].problem);
    let faults: Vec<_> = errors.iter().map(|error| error.fault).collect();
    assert_eq!((faults[..2].to_vec(), faults.last()), (vec![Fault::Missing; 2], Some(&Fault::Unfit)));
}

#[rstest]
#[case("http_status >= x", "`http_status >= x`: `x` is not an integer, which `http_status` is")]
#[case("http_status", "`http_status` is not a condition: write `observation op value`")]
#[case("nothing == 1", "`nothing == 1`: fhir.capability does not observe `nothing`")]
#[case(
    "http_status ~ 1",
    "`http_status ~ 1`: `~` is not an operator; use >=, <=, >, <, ==, !=, contains or startswith"
)]
#[case("resources == Patient", "`resources == Patient`: `==` does not fit `resources`, a list")]
#[case("mode >= server", "`mode >= server`: `>=` does not fit `mode`, a string")]
#[case(
    "declared_matches_plan == yes",
    "`declared_matches_plan == yes`: `yes` is not a boolean, which `declared_matches_plan` is"
)]
fn a_condition_that_cannot_be_answered_is_refused(#[case] text: &str, #[case] problem: &str) {
    assert_eq!(Condition::read(text, kind("fhir.capability")).unwrap_err().to_string(), problem);
}

fn evaluate(text: &str, set: impl FnOnce(&mut Observations)) -> (Status, ConditionResult) {
    let kind = kind("fhir.capability");
    let mut observations = Observations::new();
    set(&mut observations);
    let judgement =
        judge(&[Condition::read(text, kind).unwrap()], kind, &outcome(Reach::Answered, observations));
    (judgement.status, judgement.conditions[0])
}

fn outcome(reach: Reach, observations: Observations) -> Outcome {
    let (messages, checked) = (Vec::new(), String::new());
    Outcome { reach, status: Status::Pass, warned: false, observations, messages, checked }
}

fn number(text: &str) -> domain::check::Value {
    domain::check::Value::Number(text.parse().unwrap())
}

#[rstest]
#[case("99", Status::Pass, ConditionResult::Fulfilled)]
#[case("98.99999", Status::Warn, ConditionResult::NearMiss)]
#[case("98.5", Status::Warn, ConditionResult::NearMiss)]
#[case("98.49999", Status::Fail, ConditionResult::Broken)]
fn a_threshold_missed_within_the_margin_warns(
    #[case] seen: &str,
    #[case] status: Status,
    #[case] result: ConditionResult,
) {
    let name = "availability_30d_pct";
    assert_eq!(
        evaluate("availability_30d_pct >= 99", |seen_by| seen_by.set(name, number(seen))),
        (status, result)
    );
}

#[rstest]
#[case("> 99", "99", ConditionResult::NearMiss)]
#[case("> 99", "98.4", ConditionResult::Broken)]
#[case("<= 99", "99.5", ConditionResult::NearMiss)]
#[case("< 99", "99", ConditionResult::NearMiss)]
#[case("< 99", "99.6", ConditionResult::Broken)]
#[case("== 99", "98.5", ConditionResult::NearMiss)]
#[case("== 99", "99.51", ConditionResult::Broken)]
#[case("!= 99", "99.0", ConditionResult::Broken)]
#[case("!= 99", "99.1", ConditionResult::Fulfilled)]
fn each_operator_has_its_near_miss(#[case] rest: &str, #[case] seen: &str, #[case] result: ConditionResult) {
    let name = "availability_30d_pct";
    let text = format!("{name} {rest}");
    assert_eq!(evaluate(&text, |seen_by| seen_by.set(name, number(seen))).1, result);
}

#[test]
fn without_a_margin_there_is_no_near_miss() {
    let broken = (Status::Fail, ConditionResult::Broken);
    assert_eq!(evaluate("latency_ms <= 10000", |seen| seen.set("latency_ms", 10_001)), broken);
}

#[test]
fn text_and_lists_are_compared_with_case() {
    assert_eq!(evaluate("mode == server", |seen| seen.set("mode", "Server")).0, Status::Fail);
    assert_eq!(
        evaluate("fhir_version startswith 4.0", |seen| seen.set("fhir_version", "4.0.1")).0,
        Status::Pass
    );
    assert_eq!(evaluate("mode contains erv", |seen| seen.set("mode", "server")).0, Status::Pass);
    let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let resources = "resources contains Patient";
    assert_eq!(evaluate(resources, |seen| seen.set("resources", list(&["Patient"]))).0, Status::Pass);
    assert_eq!(evaluate(resources, |seen| seen.set("resources", list(&["PatientX"]))).0, Status::Fail);
    assert_eq!(
        evaluate("declared_matches_plan != true", |seen| seen.set("declared_matches_plan", false)).0,
        Status::Pass
    );
}

#[test]
fn the_value_is_everything_after_the_second_space() {
    let condition = Condition::read("mode == a server  mode", kind("fhir.capability")).unwrap();
    assert_eq!(condition.value.to_string(), "a server  mode");
}

fn judge_two(reach: Reach, warned: bool, set: impl FnOnce(&mut Observations)) -> Status {
    let kind = kind("fhir.capability");
    let expect: Vec<_> = ["http_status == 200", "availability_30d_pct >= 99"]
        .map(|text| Condition::read(text, kind).unwrap())
        .to_vec();
    let mut observations = Observations::new();
    set(&mut observations);
    judge(&expect, kind, &Outcome { warned, ..outcome(reach, observations) }).status
}

#[test]
fn broken_beats_undecided_beats_near_miss() {
    let status = |set: fn(&mut Observations)| judge_two(Reach::Answered, false, set);
    assert_eq!(status(|seen| seen.set("http_status", 500)), Status::Fail);
    assert_eq!(status(|seen| seen.set("http_status", 200)), Status::Unknown);
    assert_eq!(status(|seen| seen.set("availability_30d_pct", number("98.7"))), Status::Unknown);
}

#[test]
fn a_warning_of_the_kind_makes_a_pass_a_warning() {
    let good = |seen: &mut Observations| {
        seen.set("http_status", 200);
        seen.set("availability_30d_pct", number("100"));
    };
    assert_eq!(judge_two(Reach::Answered, false, good), Status::Pass);
    assert_eq!(judge_two(Reach::Answered, true, good), Status::Warn);
    assert_eq!(judge_two(Reach::Inconclusive, false, good), Status::Unknown);
    assert_eq!(judge_two(Reach::NoAnswer, false, good), Status::Pass, "every condition has its value");
}

#[test]
fn no_answer_fails_where_a_condition_misses_its_value() {
    assert_eq!(judge_two(Reach::NoAnswer, false, |_| ()), Status::Fail);
    assert_eq!(judge_two(Reach::Inconclusive, false, |_| ()), Status::Unknown);
}

#[rstest]
#[case(Status::Unknown, 5, Some(0), Status::Unknown)]
#[case(Status::Fail, 2, Some(u64::MAX), Status::Fail)]
#[case(Status::Fail, 1, Some(259_200), Status::Warn)]
#[case(Status::Fail, 1, Some(259_201), Status::Unknown)]
#[case(Status::Warn, 0, Some(259_200), Status::Warn)]
#[case(Status::Warn, 0, Some(259_201), Status::Unknown)]
#[case(Status::Pass, 0, Some(259_200), Status::Pass)]
#[case(Status::Pass, 0, Some(259_201), Status::Unknown)]
#[case(Status::Pass, 0, None, Status::Unknown)]
fn a_probe_has_the_state_of_the_table(
    #[case] status: Status,
    #[case] consecutive_fails: u32,
    #[case] age_seconds: Option<u64>,
    #[case] state: Status,
) {
    let record = ProbeRecord { status, consecutive_fails, age_seconds };
    assert_eq!(BindingState::of_probe(&record, kind("fhir.capability")), state);
}

#[rstest]
#[case(&[], Status::Unknown)]
#[case(&[Status::Pass, Status::Unknown], Status::Unknown)]
#[case(&[Status::Unknown, Status::Warn, Status::Pass], Status::Warn)]
#[case(&[Status::Warn, Status::Fail], Status::Fail)]
#[case(&[Status::Pass, Status::Pass], Status::Pass)]
fn a_binding_is_as_bad_as_its_worst_probe(#[case] states: &[Status], #[case] worst: Status) {
    assert_eq!(BindingState::worst(states.iter().copied()).0, worst);
}

#[test]
fn evidence_durations_are_those_of_the_rule() {
    let durations = [EvidenceDuration::Standard, EvidenceDuration::Operational, EvidenceDuration::Charter];
    assert_eq!(durations.map(EvidenceDuration::months), [12, 6, 24]);
}
