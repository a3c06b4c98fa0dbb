//! The report as a PDF, read back with poppler: tagged, complete, and what people wrote stands in it letter by letter.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use service::UnixMillis;

use super::support::{Backend, Person, World};

/// A PDF in a file that goes when this does.
struct Paper {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl Paper {
    fn of(bytes: &[u8]) -> Self {
        assert!(
            bytes.starts_with(b"%PDF-1.7"),
            "{}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(300)])
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("report.pdf"), bytes).unwrap();
        Self { folder, bytes: bytes.to_vec() }
    }

    async fn read(person: &Person, path: &str) -> Self {
        let answer = person.api(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/pdf");
        let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(
            disposition.starts_with("attachment; filename=\"rung-alder-regional-hospital-"),
            "{disposition}"
        );
        Self::of(&answer.bytes().await.unwrap())
    }

    fn poppler(&self, tool: &str, options: &[&str]) -> String {
        let file = self.folder.path().join("report.pdf");
        let output = Command::new(tool).args(options).arg(&file).args(output_of(tool)).output();
        let output = output.unwrap_or_else(|error| panic!("{tool} of poppler-utils: {error}"));
        assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a reader copies out of it.
    fn text(&self) -> String {
        self.poppler("pdftotext", &["-enc", "UTF-8"])
    }

    /// The same without what depends on where lines end.
    fn run_together(&self) -> String {
        together(&self.text())
    }

    /// What is read aloud, in the order of the tags, without heads and feet of pages; and without where lines end.
    fn read_aloud(&self) -> String {
        let said = self.structure();
        let texts = said.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"'));
        together(&texts.collect::<String>())
    }

    fn info(&self) -> String {
        self.poppler("pdfinfo", &[])
    }

    fn structure(&self) -> String {
        self.poppler("pdfinfo", &["-struct-text"])
    }

    /// It says of itself that it is PDF/UA-1.
    fn is_accessible(&self) -> bool {
        self.bytes.windows(11).any(|part| part == b"pdfuaid:par")
    }
}

fn together(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

fn output_of(tool: &str) -> Vec<&Path> {
    if tool == "pdftotext" { vec![Path::new("-")] } else { Vec::new() }
}

async fn say(world: &World, criterion: &str, rationale: &str) {
    let answer = json!({ "level": 3, "rationale": rationale, "revision": 0 });
    world.owner.put(&world.answer_to(criterion), answer).await.expect(200);
}

#[rstest]
#[tokio::test]
async fn the_report_is_a_pdf_that_everybody_can_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    say(&world, "PAT-1", "The API is in production.").await;
    let outsider = world.app.person("outsider").await;
    outsider.get(&world.at("/report.pdf")).await.problem(404);
    world.app.anonymous().get(&world.at("/report.pdf")).await.problem(401);
    assert_eq!(world.owner.get(&world.at("/report.pdf?section=gossip")).await.pointers(), ["/section"]);

    let paper = Paper::read(&world.owner, &world.at("/report.pdf")).await;
    assert!(paper.is_accessible(), "PDF/UA-1");
    let info = paper.info();
    assert!(info.contains("Interoperability maturity report: Alder Regional Hospital"), "{info}");
    let tagged = info.lines().find(|line| line.starts_with("Tagged:")).unwrap();
    assert!(tagged.ends_with("yes"), "{tagged}");
    assert!(String::from_utf8_lossy(&paper.bytes).contains("/Lang"), "it names its language");

    let text = paper.text();
    for words in [
        "Alder Regional Hospital",
        "Contents",
        "Summary",
        "The result in five numbers",
        "Domains",
        "Criterion by criterion",
        "Findings",
        "Cheapest climb to",
        "Check health",
        "Trend",
        "submitted or signed",
        "Method and limits",
        "The API is in production.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains("not a HIMSS stage"));
    let structure = paper.structure();
    for element in ["H1", "TOC", "Table", "TH", "Figure", "Link"] {
        assert!(structure.lines().any(|line| line.trim().starts_with(element)), "{element}: {structure}");
    }

    let some = Paper::read(&world.owner, &world.at("/report.pdf?section=domains")).await;
    let text = some.text();
    assert!(text.contains("Strongest") || text.contains("Domains"));
    for left_out in
        ["Criterion by criterion", "Check health", "Cheapest climb", "Trend", "The API is in production."]
    {
        assert!(!text.contains(left_out), "{left_out}");
    }
    world.app.stop().await;
}

#[tokio::test]
async fn what_people_write_stands_in_the_pdf_letter_by_letter_and_does_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let markup = "#panic(\"no\") #read(\"/etc/passwd\") $x^2$ @PAT-1 *bold* _thin_ [link](x) `raw` = Head <label> \\ // /* */ \
                  ~ -- --- ... https://example.org/#a \"quoted\" 'single' #{1+1} #import \"x\": *";
    let long = "A note of five thousand letters, word by word. ".repeat(110);
    let unbroken = "x".repeat(5_000);
    let lines = "First line\nSecond line\n\n= Fourth line";
    say(&world, "PAT-1", markup).await;
    say(&world, "PAT-2", &long).await;
    say(&world, "PAT-3", &unbroken).await;
    say(&world, "PAT-4", lines).await;
    say(&world, "PPA-1", "שלום עולם, הממשק פועל").await;
    say(&world, "PPA-2", "الواجهة تعمل في الإنتاج").await;
    say(&world, "PPA-3", "Tab\there, bell\u{7}there, \u{202e}turned, é ß ł Ω ж").await;

    let paper = Paper::read(&world.owner, &world.at("/report.pdf")).await;
    assert!(paper.is_accessible(), "all of it is in the fonts");
    let text = paper.read_aloud();
    for written in [markup, long.as_str(), lines, "é ß ł Ω ж", "bellthere, turned"] {
        let start: String = written.chars().take(60).collect();
        assert!(text.contains(&together(written)), "{start}: {text}");
    }
    let text = paper.run_together();
    assert!(text.matches('x').count() >= 5_000, "a word without an end is broken and kept");
    for word in ["שלום", "הממשק", "الواجهة", "تعمل"] {
        assert!(text.contains(word), "{word}: {text}");
    }

    // The fonts of the machine may have what ours lack: one or the other, but never a box without a word.
    say(&world, "PPA-4", "患者のデータ").await;
    let paper = Paper::read(&world.owner, &world.at("/report.pdf")).await;
    let told = paper.run_together().contains("U+306E");
    assert_ne!(paper.is_accessible(), told, "whole, or it names what is not");

    // A sign of no font shows as a box: the file is there all the same, tagged, says so, and promises less.
    say(&world, "PPA-5", "unassigned \u{378}").await;
    let paper = Paper::read(&world.owner, &world.at("/report.pdf")).await;
    assert!(!paper.is_accessible());
    assert!(paper.run_together().contains("U+0378"));
    assert!(paper.info().lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")));
    world.app.stop().await;
}

#[tokio::test]
async fn a_link_gives_the_pdf_with_its_sections_and_nothing_of_the_organizations_own() {
    let world = World::new(Backend::Sqlite).await;
    say(&world, "PAT-1", "Between us.").await;
    world.owner.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}/shares", world.slug, world.assessment);
    let tomorrow = UnixMillis(UnixMillis::now().0 + 24 * 3600 * 1000).date().to_string();
    let fields = [("label", "The board"), ("expires", tomorrow.as_str()), ("section", "domains")];
    let made = world.owner.submit_on(&path, &fields).await.text;
    let at = made.find("/shared/").unwrap();
    let link: String =
        made[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c)).collect();

    let anonymous = world.app.anonymous();
    let page = anonymous.page(&link).await;
    assert!(page.text.contains(&format!("{link}/report.pdf")), "{}", page.text);
    let answer = anonymous.client.get(format!("{}{link}/report.pdf", world.app.url)).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["cache-control"]),
        (200, &"no-store".parse().unwrap())
    );
    assert_eq!(answer.headers()["x-robots-tag"], "noindex");
    let paper = Paper::of(&answer.bytes().await.unwrap());
    assert!(paper.text().contains("Domains") && !paper.text().contains("Between us."));
    assert!(!String::from_utf8_lossy(&paper.bytes).contains("/orgs/"));

    let revoke =
        format!("{path}/{}/revoke", made.split("/revoke").next().unwrap().rsplit('/').next().unwrap());
    assert_eq!(world.owner.submit(&revoke, &[]).await.status, 303);
    assert_eq!(anonymous.page(&format!("{link}/report.pdf")).await.status, 410);
    world.app.stop().await;
}
