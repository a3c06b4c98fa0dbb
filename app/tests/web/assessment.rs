//! Answering, proving and reading an assessment, without scripts; and what the island's function answers.

use http::StatusCode;
use service::account::SignUp;

use super::{Browser, PASSWORD, Page, Site};

/// A signed-in browser with a Beyond-7 assessment; gives its address.
pub(super) async fn begun(site: &Site) -> (Browser<'_>, String) {
    let mut browser = site.signed_in().await;
    let at = browser.add_organization("Alder Regional Hospital").await;
    let form = [("framework", "B7 1.0.0"), ("title", "Readiness 2026")];
    let assessment = browser.post(&format!("{at}/assessments/new"), &form).await.location.unwrap();
    (browser, assessment)
}

/// The part of a page that belongs to one criterion, without the marks that separate texts.
pub(super) fn criterion(page: &Page, id: &str) -> String {
    let begin = page.body.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id} in {}", page.body));
    let rest = &page.body[begin..];
    rest[..rest.find("</section>").unwrap()].replace("<!>", "")
}

/// Sends the form with the fields of one criterion, which its first names.
pub(super) async fn answer(browser: &mut Browser<'_>, page: &str, fields: &[(&str, &str)]) -> Page {
    let (code, fields) = (fields[0].1, &fields[1..]);
    let named: Vec<_> = fields.iter().map(|(name, value)| (format!("{code}.{name}"), *value)).collect();
    let mut form: Vec<_> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    form.push(("save", code));
    browser.post(page, &form).await
}

/// Tools find the way by these names.
#[tokio::test]
async fn an_assessment_is_started_from_the_overview_before_and_after_the_first() {
    let site = Site::new().await;
    let mut browser = site.signed_in().await;
    let at = browser.add_organization("Alder Regional Hospital").await;
    let start = format!("{at}/assessments/new");
    for title in ["Spring", "Autumn"] {
        let overview = browser.get(&at).await.body.replace("<!>", "");
        let link = overview.split("<a ").find(|link| link.contains(&format!("href=\"{start}\"")));
        assert!(link.is_some_and(|link| link.contains(">Start assessment</a>")), "{title}: {overview}");
        let form = browser.get(&start).await.body.replace("<!>", "");
        for expected in [
            "for=\"framework\" class=\"label\">Framework",
            "<select",
            "for=\"title\" class=\"label\">Title",
            ">Start</button>",
        ] {
            assert!(form.contains(expected), "{expected} in {form}");
        }
        let typed = [("framework", "B7 1.0.0"), ("title", title)];
        let started = browser.post(&start, &typed).await.location.unwrap();
        assert!(browser.get(&started).await.body.contains(title));
    }
}

#[tokio::test]
async fn a_domain_asks_every_criterion_as_a_named_group_of_levels() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let page = browser.get(&format!("{assessment}/PAT")).await;
    assert_eq!(page.status, StatusCode::OK);
    let first = criterion(&page, "pat-1");
    for expected in [
        "role=\"group\"",
        "aria-labelledby=\"pat-1-c pat-1-h\"",
        "aria-label=\"0 Absent\"",
        "aria-label=\"4 Assured\"",
        "aria-describedby=\"pat-1-0\"",
        "aria-label=\"Not applicable\"",
        ">Reason</label>",
        ">Rationale</label>",
        "Save answer",
        "role=\"status\"",
        "≥\u{a0}99.0%",
    ] {
        assert!(first.contains(expected), "{expected} in {first}");
    }
    for expected in
        ["aria-label=\"Domains\"", "aria-label=\"Score\"", "Why is this 0.0?", "not a HIMSS stage"]
    {
        assert!(page.body.contains(expected), "{expected}");
    }
    assert!(page.body.contains("<script"), "the island's code is loaded here");
    assert!(
        page.body.contains("<noscript>") && page.body.contains("Each button saves all that you answered")
    );
    assert_eq!(browser.get(&format!("{assessment}/XYZ")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_answer_is_saved_and_the_page_says_what_counts_and_why() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let at = format!("{assessment}/PAT");
    let form = [("criterion", "PAT-2"), ("revision", "0"), ("level", "3"), ("rationale", "Seen & <tested>")];
    // Read before and after: nothing of the page is kept that the answer changes.
    assert!(!criterion(&browser.get(&at).await, "pat-2").contains("anchor said"));
    let saved = answer(&mut browser, &at, &form).await;
    assert_eq!(saved.location.as_deref(), Some(format!("{at}#pat-2").as_str()), "{}", saved.body);
    let page = browser.get(&at).await;
    let second = criterion(&page, "pat-2");
    for expected in [
        "Claimed 3, counts 2",
        "Nothing valid proves level 3",
        "anchor said",
        "Seen &amp; &lt;tested>",
        "Saved",
    ] {
        assert!(second.contains(expected), "{expected} in {second}");
    }
    assert!(second.contains("name=\"PAT-2.revision\" value=\"1\""), "{second}");
    // PAT-2 weighs 2 of the domain's 12: 2 x 2 / 12.
    assert!(page.body.contains("4 / 12 = 0.33, shown as 0.3. Score 25 × 4 / 12 = 8.3."), "{}", page.body);
}

#[tokio::test]
async fn evidence_lifts_what_an_answer_counts_for_and_is_reviewed_by_somebody_else() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let at = format!("{assessment}/PAT");
    answer(&mut browser, &at, &[("criterion", "PAT-2"), ("revision", "0"), ("level", "4")]).await;
    let form = browser.get(&format!("{at}?evidence=PAT-2")).await;
    assert!(criterion(&form, "pat-2").contains("Link or note"));
    let item = [
        ("criteria", "PAT-2"),
        ("title", "Registration log"),
        ("body", "https://alder.example/log"),
        ("duration", "standard"),
        ("dated", "2099-01-01"),
    ];
    let refused = browser.post(&format!("{at}/evidence"), &item).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(criterion(&refused, "pat-2").contains("lies in the future"), "{}", refused.body);
    assert!(criterion(&refused, "pat-2").contains("Registration log"));
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let mut item = item;
    item[4] = ("dated", &today);
    assert_eq!(browser.post(&format!("{at}/evidence"), &item).await.status, StatusCode::SEE_OTHER);
    let page = browser.get(&at).await;
    assert!(criterion(&page, "pat-2").contains("Claimed 4, counts 3"), "{}", criterion(&page, "pat-2"));
    assert_eq!(criterion(&page, "pat-2").matches("\"anchor counts\"").count(), 4, "levels 0 to 3 count");
    // Its author may not accept it.
    let list = browser.get("/orgs/alder-regional-hospital/evidence").await;
    assert!(list.body.contains("Registration log") && !list.body.contains(">Accept<"), "{}", list.body);
    let id = list.body.split("id=\"item-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let assessment_id = assessment.rsplit('/').next().unwrap();
    let review = [("do", "accept"), ("assessment", assessment_id), ("revision", "1")];
    let evidence = format!("/orgs/alder-regional-hospital/evidence/{id}");
    assert_eq!(browser.post(&evidence, &review).await.status, StatusCode::CONFLICT);
    let mut reviewer = colleague(&site, &mut browser, "assessor").await;
    assert!(reviewer.get("/orgs/alder-regional-hospital/evidence").await.body.contains("Accept<"));
    let unread = reviewer.post(&evidence, &review[..2]).await;
    assert_eq!(unread.status, StatusCode::CONFLICT, "of what was read nothing is said");
    assert_eq!(reviewer.post(&evidence, &review).await.status, StatusCode::SEE_OTHER);
    assert!(criterion(&reviewer.get(&at).await, "pat-2").contains("Claimed and counts"));
}

/// Another member of the organization, signed in.
async fn colleague<'a>(site: &'a Site, owner: &mut Browser<'_>, role: &str) -> Browser<'a> {
    let person =
        SignUp { name: "Bo".to_owned(), email: "bo@birch.example".to_owned(), password: PASSWORD.to_owned() };
    site.service.create_account_as_operator(person, false).await.unwrap();
    let member = [("email", "bo@birch.example"), ("role", role)];
    owner.post("/orgs/alder-regional-hospital/members", &member).await;
    let mut browser = site.browser();
    let form = [("sign-in.email", "bo@birch.example"), ("sign-in.password", PASSWORD)];
    browser.post("/sign-in", &form).await;
    browser
}

#[tokio::test]
async fn who_may_only_read_gets_no_form_and_is_told_why() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let mut viewer = colleague(&site, &mut browser, "viewer").await;
    let at = format!("{assessment}/PAT");
    let page = viewer.get(&at).await;
    assert!(page.body.contains("reads this assessment and does not answer it"));
    assert!(!page.body.contains("Save answer") && !page.body.contains("Add evidence"));
    let form = [("criterion", "PAT-1"), ("revision", "0"), ("level", "1")];
    let refused = answer(&mut viewer, &at, &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Your role here is viewer"));
}

#[tokio::test]
async fn findings_are_filtered_by_address_and_note_who_mends_them() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    answer(
        &mut browser,
        &format!("{assessment}/PAT"),
        &[("criterion", "PAT-2"), ("revision", "0"), ("level", "3")],
    )
    .await;
    let findings = format!("{assessment}/findings");
    let page = browser.get(&format!("{findings}?kind=unsupported")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Claimed 3; attested answers count for 2 at most"), "{}", page.body);
    let rows = |page: &Page| page.body.matches("<tr id=\"f-").count();
    assert_eq!(rows(&page), 1);
    assert!(rows(&browser.get(&findings).await) > 1);
    let id = page.body.split("<tr id=\"f-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let noted = browser.post(&format!("{findings}/{id}"), &[("owner", "Access lead"), ("due", "soon")]).await;
    assert_eq!(noted.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(noted.body.contains("Access lead") && noted.body.contains("2026-11-20"));
    let noted =
        browser.post(&format!("{findings}/{id}"), &[("owner", "Access lead"), ("due", "2027-01-29")]).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER);
    let page = browser.get(&format!("{findings}?owner=Access%20lead")).await;
    assert_eq!(rows(&page), 1);
    assert!(page.body.contains("29 Jan 2027"));
    assert!(page.body.contains("What to do first"));
}

#[tokio::test]
async fn a_finding_that_cleared_is_kept_with_its_history() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let at = format!("{assessment}/PAT");
    answer(&mut browser, &at, &[("criterion", "PAT-2"), ("revision", "0"), ("level", "3")]).await;
    browser.get(&format!("{assessment}/findings")).await;
    answer(&mut browser, &at, &[("criterion", "PAT-2"), ("revision", "1"), ("level", "2")]).await;
    let page = browser.get(&format!("{assessment}/findings?status=cleared&kind=unsupported")).await;
    assert!(
        page.body.contains("Cleared findings, latest first") && page.body.contains("PAT-2"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn report_and_summary_say_the_result_the_method_and_the_disclaimer() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    answer(
        &mut browser,
        &format!("{assessment}/PAT"),
        &[("criterion", "PAT-3"), ("revision", "0"), ("level", "3")],
    )
    .await;
    let report = browser.get(&format!("{assessment}/report")).await;
    assert_eq!(report.status, StatusCode::OK);
    for expected in [
        "the live rung is",
        "Pre-8 Building",
        "Radar of",
        "Ladder of rungs",
        "Criterion by criterion",
        "PAT-3 counts ",
        "Findings that matter most",
        "No health check is set up",
        "How the overall score is computed",
        "not a HIMSS stage",
    ] {
        assert!(report.body.contains(expected), "{expected}");
    }
    let summary = browser.get(&assessment).await;
    for expected in ["Readiness 2026", "Go on with PAT", "1 of ", "In the way", "not a HIMSS stage"] {
        assert!(summary.body.contains(expected), "{expected}");
    }
    for body in [&report.body, &summary.body] {
        assert!(!body.contains("<script") && !body.contains(" style="));
        assert_eq!(body.matches("<h1").count(), 1);
    }
}

#[tokio::test]
async fn an_assessment_exists_only_under_its_own_organization() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    browser.add_organization("Birch Clinic").await;
    let elsewhere = assessment.replace("alder-regional-hospital", "birch-clinic");
    for page in ["", "/PAT", "/findings", "/report"] {
        assert_eq!(browser.get(&format!("{elsewhere}{page}")).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    let form = [("criterion", "PAT-1"), ("revision", "0"), ("level", "4")];
    let sent = answer(&mut browser, &format!("{elsewhere}/PAT"), &form).await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
    assert!(!browser.get(&format!("{assessment}/PAT")).await.body.contains("Claimed 4"), "nothing was saved");
}

#[tokio::test]
async fn the_island_gets_the_parts_that_changed_or_what_is_wrong() {
    let site = Site::new().await;
    let (mut browser, assessment) = begun(&site).await;
    let id = assessment.rsplit('/').next().unwrap();
    let form = |revision: &'static str, level: &'static str| {
        [
            ("assessment", id),
            ("criterion", "PAT-2"),
            ("level", level),
            ("reason", ""),
            ("rationale", ""),
            ("revision", revision),
        ]
    };
    let saved = browser.post("/api/ui/save_answer", &form("0", "3")).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    for expected in [
        "\"Saved\"",
        "\"revision\":1",
        "pat-2-note",
        "Claimed 3, counts 2",
        "anchor said",
        "\"live\"",
        "\"domains\"",
    ] {
        assert!(saved.body.contains(expected), "{expected} in {}", saved.body);
    }
    let stale = browser.post("/api/ui/save_answer", &form("0", "2")).await;
    for expected in ["\"Stale\"", "Two people answered PAT-2", "data-choice=\\\"file\\\"", "\"revision\":1"] {
        assert!(stale.body.contains(expected), "{expected} in {}", stale.body);
    }
    let again = browser.post("/api/ui/save_answer", &form("0", "3")).await;
    assert!(again.body.starts_with("{\"Saved\""), "the same once more is on file already: {}", again.body);
    let refused = browser.post("/api/ui/save_answer", &form("1", "na")).await;
    assert!(refused.body.contains("\"Refused\"") && refused.body.contains("reason"), "{}", refused.body);
    let out = site.browser().post("/api/ui/save_answer", &form("1", "2")).await;
    assert_eq!(out.body, "\"SignedOut\"");
}
