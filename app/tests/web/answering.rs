//! The form of a domain, without scripts: what it saves, and what comes back.

use http::StatusCode;

use super::Site;
use super::assessment::{answer, begun, criterion};

#[tokio::test]
async fn not_applicable_without_a_reason_is_refused_at_its_field_and_nothing_typed_is_lost() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let at = format!("{assessment}/PAT");
    let form = [
        ("criterion", "PAT-1"),
        ("revision", "0"),
        ("level", "na"),
        ("reason", " "),
        ("rationale", "county office"),
    ];
    let page = answer(&mut browser, &at, &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let first = criterion(&page, "pat-1");
    for expected in ["Say why this criterion does not apply", "county office", "Not saved"] {
        assert!(first.contains(expected), "{expected} in {first}");
    }
    for (level, expected) in
        [("", "Choose a level"), ("7", "Choose a level from 0 to 4"), ("two", "from 0 to 4")]
    {
        let page =
            answer(&mut browser, &at, &[("criterion", "PAT-1"), ("revision", "0"), ("level", level)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(criterion(&page, "pat-1").contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn a_stale_answer_changes_nothing_and_both_are_shown_to_choose_from() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let at = format!("{assessment}/PAT");
    answer(
        &mut browser,
        &at,
        &[("criterion", "PAT-4"), ("revision", "0"), ("level", "3"), ("rationale", "theirs")],
    )
    .await;
    let mine = [("criterion", "PAT-4"), ("revision", "0"), ("level", "2"), ("rationale", "mine")];
    let page = answer(&mut browser, &at, &mine).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    let fourth = criterion(&page, "pat-4");
    for expected in [
        "Two people answered PAT-4 at the same time",
        "On file, revision 1",
        "3 Operational",
        "“theirs”",
        "2 Defined",
        "“mine”",
        "Keep what is on file",
        "Use mine as revision 2",
        "Not saved",
    ] {
        assert!(fourth.contains(expected), "{expected} in {fourth}");
    }
    // The form itself still carries what its writer saw: only the choice goes on from the answer on file.
    assert!(fourth.contains(r#"name="PAT-4.revision" value="0""#), "{fourth}");
    assert!(fourth.contains(r#"data-choice="mine" data-revision="1""#), "{fourth}");
    assert!(browser.get(&at).await.body.contains("theirs"), "the answer on file stays");
    let chosen = [("criterion", "PAT-4"), ("revision", "1"), ("level", "2"), ("rationale", "mine")];
    assert_eq!(answer(&mut browser, &at, &chosen).await.status, StatusCode::SEE_OTHER);
    assert!(criterion(&browser.get(&at).await, "pat-4").contains("mine"));
}

#[tokio::test]
async fn one_button_saves_all_that_was_answered_and_leaves_the_rest_as_it_is() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let at = format!("{assessment}/PAT");
    answer(&mut browser, &at, &[("criterion", "PAT-3"), ("revision", "0"), ("level", "3")]).await;
    // PAT-3 was 3 when the page was read; a colleague has answered 1 since.
    answer(&mut browser, &at, &[("criterion", "PAT-3"), ("revision", "1"), ("level", "1")]).await;
    let all = [
        ("PAT-1.revision", "0"),
        ("PAT-1.level", "2"),
        ("PAT-1.rationale", "the first"),
        ("PAT-2.revision", "0"),
        ("PAT-2.level", "4"),
        ("PAT-3.revision", "1"),
        ("PAT-3.level", "3"),
        ("PAT-4.revision", "0"),
        ("PAT-4.rationale", ""),
        ("save", "PAT-2"),
    ];
    let saved = browser.post(&at, &all).await;
    assert_eq!(saved.location.as_deref(), Some(format!("{at}#pat-2").as_str()), "{}", saved.body);
    let page = browser.get(&at).await;
    assert!(criterion(&page, "pat-1").contains("the first"));
    for (id, code, revision) in
        [("pat-1", "PAT-1", 1), ("pat-2", "PAT-2", 1), ("pat-3", "PAT-3", 2), ("pat-4", "PAT-4", 0)]
    {
        let field = format!("name=\"{code}.revision\" value=\"{revision}\"");
        assert!(criterion(&page, id).contains(&field), "{field} in {}", criterion(&page, id));
    }
}

#[tokio::test]
async fn a_form_without_any_answer_is_not_passed_over_in_silence() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let fields = [("criterion", "PAT-1"), ("revision", "0"), ("level", "3")];
    let page = browser.post(&format!("{assessment}/PAT"), &fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("No answer arrived"), "{}", page.body);
}

#[tokio::test]
async fn an_answer_that_is_not_taken_keeps_none_of_the_others() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let at = format!("{assessment}/PAT");
    let all = [
        ("PAT-1.revision", "0"),
        ("PAT-1.level", "na"),
        ("PAT-1.rationale", "county office"),
        ("PAT-2.revision", "0"),
        ("PAT-2.level", "4"),
        ("PAT-3.revision", "0"),
        ("PAT-3.rationale", "before a level"),
        ("save", "PAT-2"),
    ];
    let page = browser.post(&at, &all).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(criterion(&page, "pat-1").contains("Say why this criterion does not apply"));
    assert!(criterion(&page, "pat-1").contains("county office"));
    assert!(criterion(&page, "pat-3").contains("Choose a level") && page.body.contains("before a level"));
    // Who pressed the button there is told where to look.
    let second = criterion(&page, "pat-2");
    for expected in ["Saved", "Not saved, see there:", "href=\"#pat-1\"", "href=\"#pat-3\""] {
        assert!(second.contains(expected), "{expected} in {second}");
    }
    let again = browser.get(&at).await;
    assert!(criterion(&again, "pat-2").contains("name=\"PAT-2.revision\" value=\"1\""));
    assert!(criterion(&again, "pat-1").contains("name=\"PAT-1.revision\" value=\"0\""));
}
