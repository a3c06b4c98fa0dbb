//! `file.freshness`: what lies at a location, and how old the newest of it is.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use domain::check::{Outcome, Reach, Status};
use jiff::Timestamp;
use probe::{Prober, ProberConfig};
use rstest::rstest;
use rustls::version::TLS13;
use tempfile::TempDir;

use crate::support::authority::{Authority, Leaf};
use crate::support::http::{Site, html, not_found, response};
use crate::support::tcp::Step;
use crate::support::{config, error, prober, run, said, seen, trusting};

const KIND: &str = "file.freshness";
const HOUR: u64 = 3600;

/// A folder with files of these ages in hours.
fn folder(files: &[(&str, u64)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    fs::create_dir(folder.path().join("out")).expect("a folder in it");
    for (name, hours) in files {
        let file = File::create(folder.path().join("out").join(name)).expect("a file");
        file.set_modified(SystemTime::from(Timestamp::now() - Duration::from_secs(hours * HOUR)))
            .expect("a time");
    }
    folder
}

async fn listed(folder: &TempDir, location: &str, more: &[(&str, &str)]) -> Outcome {
    let feed_root = Some(folder.path().to_owned());
    let prober = Prober::new(ProberConfig { feed_root, ..config() }).expect("a configuration");
    let asked = [("location", location), ("pattern", "claims_*.csv")];
    run(&prober, KIND, &[&asked, more].concat()).await
}

#[rstest]
#[case(5, Status::Pass, "0", "true")]
#[case(30, Status::Warn, "6", "true")]
#[case(60, Status::Fail, "36", "false")]
#[tokio::test]
async fn the_newest_file_is_held_against_cadence_and_grace(
    #[case] age: u64,
    #[case] status: Status,
    #[case] overdue: &str,
    #[case] in_window: &str,
) {
    let folder =
        folder(&[("claims_1.csv", 100), ("claims_2.csv", age), ("panel.csv", 1), ("claims_3.csv.part", 0)]);
    let outcome = listed(&folder, "file:///out", &[]).await;
    assert_eq!((outcome.status, outcome.reach), (status, Reach::Answered), "{outcome:#?}");
    assert_eq!(seen(&outcome, "files_found"), "2");
    assert_eq!(
        (seen(&outcome, "overdue_hours").as_str(), seen(&outcome, "in_window").as_str()),
        (overdue, in_window)
    );
    assert!(said(&outcome).contains("claims_2.csv"), "{}", said(&outcome));
}

#[tokio::test]
async fn no_file_that_fits_fails_and_no_folder_is_said() {
    let folder = folder(&[("panel.csv", 1)]);
    let none = listed(&folder, "file:///out", &[]).await;
    assert_eq!((none.status, seen(&none, "in_window").as_str()), (Status::Fail, "false"), "{none:#?}");
    let gone = listed(&folder, "file:///in", &[]).await;
    assert_eq!(gone.status, Status::Fail, "{gone:#?}");
    assert!(error(&gone).text.contains("is not there"), "{gone:#?}");
    assert_eq!(seen(&gone, "in_window"), "false");
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_outside_the_opened_folder_is_listed() {
    let folder = folder(&[]);
    let elsewhere = tempfile::tempdir().expect("another folder");
    File::create(elsewhere.path().join("claims_1.csv")).expect("a file");
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("way-out")).expect("a link");
    let led_out = listed(&folder, "file:///way-out", &[]).await;
    assert_eq!((led_out.status, led_out.reach), (Status::Unknown, Reach::Inconclusive), "{led_out:#?}");
    assert_eq!(seen(&led_out, "files_found"), "");
    // Without an opened folder there is none at all.
    let closed = run(&prober(), KIND, &[("location", "file:///out"), ("pattern", "*")]).await;
    assert_eq!(closed.status, Status::Unknown);
    assert!(error(&closed).text.contains("RUNG_FEED_ROOT"), "{closed:#?}");
}

#[tokio::test]
async fn each_organization_has_a_folder_of_its_own_below_the_opened_one() {
    let folder = folder(&[("claims_1.csv", 1)]);
    fs::create_dir(folder.path().join("other")).expect("another folder");
    let feed_root = Some(folder.path().to_owned());
    let prober = Prober::new(ProberConfig { feed_root, ..config() }).expect("a configuration");
    let kind = domain::builtin::check_kinds().get(&domain::KindCode::new(KIND)).expect("the kind");
    let list = async |own: &str, location: &str| {
        let asked = [("location", location), ("pattern", "claims_*.csv")];
        let parameters = asked.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let parameters = domain::check::Parameters::from_text(kind, &parameters).expect("parameters");
        let occasion = probe::Occasion { feed_folder: Some(own.into()), ..probe::Occasion::default() };
        prober.run_on(kind, &parameters, &occasion).await
    };
    let own = list("out", "file:///").await;
    assert_eq!((own.status, seen(&own, "files_found").as_str()), (Status::Pass, "1"), "{own:#?}");
    // The folder of one is not there for another, by whatever path.
    let others = list("other", "file:///out").await;
    assert_eq!(others.status, Status::Fail, "{others:#?}");
    assert!(error(&others).text.contains("is not there"), "{others:#?}");
    let unmade = list("nobody", "file:///").await;
    assert_eq!((unmade.status, unmade.reach), (Status::Unknown, Reach::Inconclusive), "{unmade:#?}");
    assert!(error(&unmade).text.contains("nobody, the folder that is opened"), "{unmade:#?}");
}

/// A store over TLS that answers each request for a list in turn; what it was asked.
async fn store(answers: Vec<Vec<Step>>, credentials: &str) -> (Outcome, Vec<String>) {
    let root = Authority::root("Test root");
    let tls = root.issue(Leaf::named("storage.example.org")).config(&[], &[&TLS13]);
    let turn = std::sync::atomic::AtomicUsize::new(0);
    let site = Site::over_tls(tls, move |_| {
        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        answers.get(turn).cloned().unwrap_or_else(not_found)
    })
    .await;
    let location = format!("s3://storage.example.org:{}/drop/claims/out", site.port());
    let asked = [("location", location.as_str()), ("pattern", "claims_*.csv"), ("credentials", credentials)];
    (run(&trusting(&root.pem()), KIND, &asked).await, site.requests())
}

fn page(files: &[(&str, Timestamp)], next: Option<&str>) -> Vec<Step> {
    let contents = files.iter().map(|(key, at)| {
        format!("<Contents><Key>{key}</Key><LastModified>{at:.3}</LastModified><Size>7</Size></Contents>")
    });
    let next = next.map_or("<IsTruncated>false</IsTruncated>".to_owned(), |token| {
        format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>")
    });
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>drop</Name><EncodingType>url</EncodingType>{next}{}</ListBucketResult>",
        contents.collect::<String>()
    );
    response("200 OK", "Content-Type: application/xml\r\n", body.as_bytes())
}

#[tokio::test]
async fn a_bucket_is_listed_page_by_page_and_signed() {
    let now = Timestamp::now();
    let old = now - Duration::from_secs(100 * HOUR);
    let first = page(&[("claims/out/claims_1.csv", old), ("claims/out/panel.csv", now)], Some("next/page"));
    let second = page(&[("claims/out/claims_2%2B.csv", now - Duration::from_secs(2 * HOUR))], None);
    let (outcome, requests) = store(vec![first, second], "AKIATEST:hunter2/secret@eu-central-1").await;
    assert_eq!(outcome.status, Status::Pass, "{outcome:#?}");
    assert_eq!((seen(&outcome, "files_found").as_str(), seen(&outcome, "age_hours").as_str()), ("2", "2"));
    assert_eq!(requests.len(), 2);
    assert!(requests[0].starts_with("GET /drop/?"), "{}", requests[0]);
    for part in
        ["prefix=claims%2Fout%2F", "delimiter=%2F", "X-Amz-Signature=", "eu-central-1%2Fs3%2Faws4_request"]
    {
        assert!(requests[0].contains(part), "{part} in {}", requests[0]);
    }
    assert!(requests[1].contains("continuation-token=next%2Fpage"), "{}", requests[1]);
    assert!(!format!("{outcome:?}{requests:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_store_that_refuses_or_talks_nonsense_is_named() {
    let denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    let (outcome, _) = store(vec![response("403 Forbidden", "", denied.as_bytes())], "AKIATEST:x").await;
    assert_eq!((outcome.status, outcome.reach), (Status::Unknown, Reach::Inconclusive));
    assert!(error(&outcome).text.contains("AccessDenied"), "{outcome:#?}");
    let (outcome, _) = store(vec![html("<p>hello")], "AKIATEST:x").await;
    assert_eq!(outcome.status, Status::Fail);
    assert!(error(&outcome).text.contains("not readable"), "{outcome:#?}");
    // It never comes to an end.
    let endless = page(&[("claims/out/claims_1.csv", Timestamp::now())], Some("again"));
    let (outcome, requests) = store(vec![endless; 100], "AKIATEST:x").await;
    assert_eq!((outcome.status, requests.len()), (Status::Fail, 20), "{outcome:#?}");
    let (outcome, _) = store(Vec::new(), "hunter2").await;
    assert!(error(&outcome).text.contains("ACCESS-KEY:SECRET-KEY") && !said(&outcome).contains("hunter2"));
}

#[tokio::test]
async fn a_page_of_links_is_read_for_names_and_each_file_for_its_time() {
    let modified = |hours: u64| {
        let at = Timestamp::now() - Duration::from_secs(hours * HOUR);
        let text = jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).expect("a date");
        vec![Step::Send(
            format!("HTTP/1.1 200 OK\r\nLast-Modified: {text}\r\nContent-Length: 9\r\n\r\n").into_bytes(),
        )]
    };
    let site = Site::start(move |path| match path {
        "/out/" => html("<a href=\"../\">up</a><a href=\"claims_1.csv\">1</a><a href=\"claims_2.csv\">2</a>"),
        "/out/claims_1.csv" => modified(100),
        "/out/claims_2.csv" => modified(30),
        _ => not_found(),
    })
    .await;
    let location = format!("{}/out", site.url());
    let asked =
        [("location", location.as_str()), ("pattern", "claims_*.csv"), ("credentials", "reader:pass")];
    let outcome = run(&prober(), KIND, &asked).await;
    assert_eq!(outcome.status, Status::Warn, "{outcome:#?}");
    assert_eq!(
        (seen(&outcome, "files_found").as_str(), seen(&outcome, "overdue_hours").as_str()),
        ("2", "6")
    );
    let requests = site.requests();
    assert!(requests.iter().all(|head| head.contains("Basic cmVhZGVyOnBhc3M=")), "{requests:?}");
    assert!(requests[1].starts_with("HEAD /out/claims_2.csv"), "{requests:?}");
    let gone = format!("{}/in", site.url());
    let outcome = run(&prober(), KIND, &[("location", gone.as_str()), ("pattern", "*")]).await;
    assert_eq!((outcome.status, outcome.reach), (Status::Fail, Reach::Answered));
    assert!(error(&outcome).text.contains("404"), "{outcome:#?}");
    assert_eq!(seen(&outcome, "in_window"), "false");
}
