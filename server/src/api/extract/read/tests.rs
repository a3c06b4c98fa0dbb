//! Bodies that are what is asked for, and bodies that are not.

use jiff::civil::Date;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only reading it matters here")]
struct Outer {
    items: Vec<Inner>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only reading it matters here")]
struct Inner {
    count: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only reading it matters here")]
struct Wide {
    name: String,
    role: Role,
    revision: i64,
    #[serde(default)]
    enabled: bool,
    due: Option<Date>,
    owner: Option<service::UserId>,
    inner: Option<Inner>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    Owner,
    Viewer,
}

fn refusal(body: &[u8]) -> Value {
    serde_json::to_value(read::<Outer>(body).unwrap_err()).unwrap()
}

/// The pointers and what is said at each.
fn faults(body: &Value) -> Vec<(String, String)> {
    let problem = serde_json::to_value(read::<Wide>(body.to_string().as_bytes()).unwrap_err()).unwrap();
    assert_eq!(problem["status"], 422, "{problem}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| (text(&error["pointer"]), text(&error["detail"]))).collect()
}

#[test]
fn a_wrong_type_is_pointed_to_where_it_stands() {
    let problem = refusal(br#"{"items":[{"count":1},{"count":"two"}]}"#);
    assert_eq!(problem["status"], 422);
    assert_eq!(problem["errors"][0]["pointer"], "/items/1/count");
}

#[test]
fn a_missing_field_is_pointed_to_where_it_should_stand() {
    assert_eq!(refusal(br#"{"items":[{}]}"#)["errors"][0]["pointer"], "/items/0/count");
    assert_eq!(refusal(b"{}")["errors"][0]["pointer"], "/items");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_in_words() {
    let body = json!({
        "name": 5, "role": "king", "revision": "one", "enabled": null, "due": "soon", "owner": "ana", "inner": [1],
        "more": true
    });
    let mut found = faults(&body);
    found.sort();
    let expected = [
        ("/due", "Send a date such as 2027-01-31, not \"soon\"."),
        ("/enabled", "Send true or false, not null."),
        ("/inner", "Send an object, not a list."),
        (
            "/more",
            "There is no \"more\" here. Send \"name\", \"role\", \"revision\", \"enabled\", \"due\", \"owner\" or \"inner\".",
        ),
        ("/name", "Send a text, not 5."),
        ("/owner", "Send an id as this API gives it, not \"ana\"."),
        ("/revision", "Send a whole number, not \"one\"."),
        ("/role", "Send \"owner\" or \"viewer\", not \"king\"."),
    ];
    assert_eq!(found, expected.map(|(pointer, words)| (pointer.to_owned(), words.to_owned())));
}

#[test]
fn every_missing_field_is_named() {
    let pointers: Vec<_> = faults(&json!({})).into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/name", "/role", "/revision"]);
}

#[test]
fn a_null_or_a_number_in_place_of_a_name_is_no_broken_json() {
    for (role, shown) in [(json!(null), "null"), (json!(5), "5"), (json!(["owner"]), "a list")] {
        let found = faults(&json!({ "name": "x", "role": role, "revision": 1 }));
        let words = format!("Send \"owner\" or \"viewer\", not {shown}.");
        assert_eq!(found, [("/role".to_owned(), words)]);
    }
}

#[test]
fn a_list_is_no_object() {
    for body in [json!([]), json!(["x", "owner", 1])] {
        assert_eq!(faults(&body), [(String::new(), "Send an object, not a list.".to_owned())]);
    }
    assert_eq!(faults(&json!(null))[0].1, "Send an object, not null.");
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    let said = read::<Wide>(br#"{"name":"x","role":"owner","revision":1,"revision":2}"#).unwrap_err();
    let said = serde_json::to_value(said).unwrap();
    assert_eq!(
        (&said["status"], &said["detail"]),
        (&json!(422), &json!("`revision` is there twice: send it once."))
    );
}

#[test]
fn a_nul_is_found_only_where_it_is_meant() {
    assert_eq!(escaped_nul(br#"{"a":"x\u0000"}"#), Some(7));
    assert_eq!(escaped_nul(br#"{"a":"x\\u0000"}"#), None);
    assert_eq!(escaped_nul(br#"{"a":"x\\\u0000"}"#), Some(9));
    assert_eq!(escaped_nul(br#"{"a":"\u0001"}"#), None);
}

#[test]
fn what_is_no_json_or_no_utf_8_is_a_bad_request() {
    for body in [&b"{"[..], b"", b"{\"items\":[]} x", b"\xFF", b"{\"items\": [\xC3]}"] {
        assert_eq!(refusal(body)["status"], 400, "{body:?}");
    }
}
