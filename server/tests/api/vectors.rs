//! `rung score`, as a shell runs it.

use std::path::Path;

use serde_json::{Value, json};

use super::commands::{err, out, rung};

#[test]
fn the_built_in_cases_score_as_they_should_and_a_wrong_one_is_found() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/domain/tests/scoring-vectors.json");
    let scored = rung(&["score", vectors.to_str().unwrap()], "");
    assert_eq!(scored.status.code(), Some(0), "{}", err(&scored));
    let report: Value = serde_json::from_str(out(&scored)).unwrap();
    assert!(report["cases"].as_array().unwrap().iter().all(|case| case["actual"] == case["expected"]));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    let mut cases: Value = serde_json::from_str(&std::fs::read_to_string(&vectors).unwrap()).unwrap();
    let case = cases["cases"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|case| case["expected"]["rated"] == true)
        .unwrap();
    case["expected"]["exact"]["overall"] = "1/3".into();
    std::fs::write(&file, cases.to_string()).unwrap();
    assert_eq!(rung(&["score", file.to_str().unwrap()], "").status.code(), Some(1));
    std::fs::write(&file, "{}").unwrap();
    assert_eq!(rung(&["score", file.to_str().unwrap()], "").status.code(), Some(64));
    let frameworks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/domain/frameworks");
    let own =
        rung(&["score", "--framework-dir", frameworks.to_str().unwrap(), vectors.to_str().unwrap()], "");
    assert_eq!(own.status.code(), Some(0), "{}", err(&own));
}

#[test]
fn what_a_case_names_and_nobody_knows_is_said_in_words() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/domain/tests/scoring-vectors.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(&vectors).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    let scored = |change: &dyn Fn(&mut Value)| {
        let mut case = all["cases"][0].clone();
        case["name"] = "mine".into();
        change(&mut case["input"]);
        std::fs::write(&file, json!({ "format": 1, "cases": [case] }).to_string()).unwrap();
        rung(&["score", file.to_str().unwrap()], "")
    };
    let check =
        json!({ "check": "ZZ.1", "probe": "p", "status": "PASS", "consecutive_fails": 0, "age_seconds": 1 });
    let stranger = json!({ "ZZ-1": { "self": 1, "assessor": null } });
    for (part, value, words) in [
        ("framework", json!("ZZ"), "no framework `ZZ`"),
        ("profiles", json!(["Z"]), "no profile `Z`"),
        ("answers", stranger, "no criterion `ZZ-1`"),
        ("checks", json!([check]), "no check `ZZ.1`"),
    ] {
        let refused = scored(&|input: &mut Value| input[part] = value.clone());
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let line = err(&refused).lines().find(|line| line.starts_with("not scored: mine: "));
        assert!(line.is_some_and(|line| line.contains(words)), "{words}: {}", err(&refused));
    }
    for level in [json!(5), json!(-1), json!(2.5), json!("3"), json!(true)] {
        let code = all["cases"][0]["input"]["answers"].as_object().unwrap().keys().next().unwrap();
        let refused = scored(&|input: &mut Value| input["answers"][code]["self"] = level.clone());
        assert_eq!(refused.status.code(), Some(64), "{refused:?}");
        assert!(
            err(&refused)
                .contains(&format!("level must be 0 to 4 as a whole number, or \"na\", not {level}"))
        );
    }
}
