//! A person's own name and time zone.

use rstest::rstest;

use super::support::{Backend, TestApp};

#[rstest]
#[tokio::test]
async fn a_person_sees_times_in_the_zone_of_their_own_choice(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    assert!(ada.page("/settings").await.text.contains("Times in UTC"));

    let fields = [("your_name", " Ada L. "), ("time_zone", "asia/kathmandu")];
    let changed = ada.submit_on("/settings/profile", &fields).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert!(changed.text.contains("Your profile is changed"), "{}", changed.text);

    let page = ada.page("/settings").await.text;
    assert!(page.contains("Times in Asia/Kathmandu"), "{page}");
    assert!(page.contains(r#"value="Ada L.""#), "{page}");
    // Forty-five minutes past the hour: no clock in UTC says the same.
    let utc = page.split(r#"<time datetime=""#).nth(1).unwrap();
    let (instant, shown) =
        utc.split_once(r#"">"#).map(|(at, rest)| (at, rest.split('<').next().unwrap())).unwrap();
    let local = instant.parse::<jiff::Timestamp>().unwrap().in_tz("Asia/Kathmandu").unwrap();
    assert_eq!(shown, local.strftime("%-d %b %Y, %H:%M").to_string());
    app.stop().await;
}

#[tokio::test]
async fn a_profile_that_is_refused_changes_nothing_and_stays_as_it_was_typed() {
    let app = TestApp::spawn(Backend::Sqlite).await;
    let ada = app.person("ada").await;
    ada.sign_in().await;
    let long = "x".repeat(121);
    for (name, zone, complaint) in [
        ("", "Europe/Berlin", "Enter your name."),
        (long.as_str(), "Europe/Berlin", "at most 120 characters"),
        ("Ada", "Mars/Olympus_Mons", "Choose a time zone of the list"),
    ] {
        let refused = ada.submit("/settings/profile", &[("your_name", name), ("time_zone", zone)]).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains(complaint), "{}", refused.text);
        assert!(refused.text.contains(&format!("value=\"{name}\"")), "{}", refused.text);
    }
    assert!(ada.page("/settings").await.text.contains("Times in UTC"));
}
