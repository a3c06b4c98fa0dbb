//! The report as a Word document: what stands in it, for whom, and that what people wrote is text.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use super::reports::unzipped;
use super::shares::share;
use super::support::{Backend, Person, World};

const KIND: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A document, part by part.
pub(super) struct Word(Vec<(String, String)>);

impl Word {
    async fn of(answer: reqwest::Response) -> Self {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], KIND);
        let disposition = answer.headers()["content-disposition"].to_str().unwrap();
        assert!(
            disposition.starts_with("attachment; filename=\"rung-alder-regional-hospital-"),
            "{disposition}"
        );
        assert!(disposition.ends_with(".docx\""), "{disposition}");
        Self(unzipped(&answer.bytes().await.unwrap()))
    }

    async fn of_api(person: &Person, path: &str) -> Self {
        Self::of(person.api(Method::GET, path).send().await.unwrap()).await
    }

    /// The one behind a shared link.
    pub(super) async fn behind(world: &World, link: &str) -> Self {
        let address = format!("{}{link}/report.docx", world.app.url);
        let answer = world.app.anonymous().client.get(address).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["x-robots-tag"], "noindex");
        Self::of(answer).await
    }

    fn part(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(part, _)| part == name);
        &found.unwrap_or_else(|| panic!("{name}")).1
    }

    fn document(&self) -> &str {
        self.part("word/document.xml")
    }

    /// What is read in it, letter by letter.
    pub(super) fn text(&self) -> String {
        without_tags(self.document())
    }

    /// The titles of its sections.
    fn sections(&self) -> Vec<String> {
        let paragraphs = self.document().split("<w:p>");
        let titles = paragraphs.filter(|paragraph| paragraph.contains("w:pStyle w:val=\"Heading1\""));
        titles.map(|title| without_tags(title.split("</w:p>").next().unwrap())).collect()
    }

    /// Everything in it, tags and all.
    fn whole(&self) -> String {
        self.0.iter().map(|(_, part)| part.as_str()).collect()
    }
}

fn without_tags(xml: &str) -> String {
    let mut pieces = xml.split('<');
    let before = pieces.next().unwrap_or_default().to_owned();
    let text: String = pieces.filter_map(|piece| Some(piece.split_once('>')?.1)).collect();
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    entities.into_iter().fold(before + &text, |text, (entity, sign)| text.replace(entity, sign))
}

async fn say(world: &World, criterion: &str, rationale: &str) {
    let answer = json!({ "level": 3, "rationale": rationale, "revision": 0 });
    world.owner.put(&world.answer_to(criterion), answer).await.expect(200);
}

#[rstest]
#[tokio::test]
async fn the_report_is_a_word_document_with_the_sections_that_were_chosen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    say(&world, "PAT-1", "The API is in production.").await;
    let outsider = world.app.person("outsider").await;
    outsider.get(&world.at("/report.docx")).await.problem(404);
    world.app.anonymous().get(&world.at("/report.docx")).await.problem(401);
    assert_eq!(world.owner.get(&world.at("/report.docx?section=gossip")).await.pointers(), ["/section"]);

    let document = Word::of_api(&world.owner, &world.at("/report.docx")).await;
    let sections = document.sections();
    assert!(sections[5].starts_with("Cheapest climb to 8.1"), "{sections:?}");
    let others: Vec<&str> =
        sections.iter().map(String::as_str).filter(|title| !title.contains("climb")).collect();
    assert_eq!(
        others,
        [
            "Summary",
            "The result in five numbers",
            "Domains",
            "Criterion by criterion",
            "Findings",
            "Check health",
            "Trend",
            "Method and limits"
        ]
    );
    let text = document.text();
    for words in ["Alder Regional Hospital", "The API is in production.", "Proven", "Threshold: "] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for part in ["word/document.xml", "word/footer.xml", "word/first-footer.xml", "docProps/core.xml"] {
        assert!(document.part(part).contains("not a HIMSS stage"), "{part}");
    }
    let title = "<dc:title>Interoperability maturity report: Alder Regional Hospital</dc:title>";
    assert!(document.part("docProps/core.xml").contains(title));
    assert!(document.document().contains("<w:tblHeader/>"));

    let some = Word::of_api(&world.owner, &world.at("/report.docx?section=domains")).await;
    assert_eq!(some.sections(), ["Summary", "The result in five numbers", "Domains", "Method and limits"]);
    assert!(!some.whole().contains("The API is in production."));
    world.app.stop().await;
}

#[tokio::test]
async fn what_people_write_stands_in_the_word_document_letter_by_letter_and_does_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let markup = "=1+1 </w:t></w:r><w:p> & \"{ TOC }\" &lt; ]]> https://evil.example/ é ß ł Ω ж";
    say(&world, "PAT-1", markup).await;
    say(&world, "PAT-2", "Tab\there, bell\u{7}there, \u{202e}turned").await;
    say(&world, "PAT-3", "שלום עולם").await;
    let document = Word::of_api(&world.owner, &world.at("/report.docx")).await;
    let text = document.text();
    for written in [markup, "Tab    here, bellthere, turned", "שלום עולם"] {
        assert!(text.contains(written), "{written}: {text}");
    }
    assert_eq!(document.document().matches("<w:instrText").count(), 1, "the field of the contents");
    assert!(!document.part("word/_rels/document.xml.rels").contains("evil.example"), "no link");
    assert!(document.document().contains("<w:bidi/>"), "what is written from the right is");
    let forbidden = |c: char| c.is_control() && !"\n\r\t".contains(c);
    assert!(!document.whole().contains(forbidden));
    world.app.stop().await;
}

#[tokio::test]
async fn a_link_gives_the_word_document_with_its_sections_and_nothing_of_the_organizations_own() {
    let world = World::new(Backend::Sqlite).await;
    say(&world, "PAT-1", "Between us.").await;
    let link = share(&world, &["domains"]).await;
    let page = world.app.anonymous().page(&link).await;
    assert!(page.text.contains(&format!("{link}/report.docx")), "{}", page.text);
    let document = Word::behind(&world, &link).await;
    assert_eq!(
        document.sections(),
        ["Summary", "The result in five numbers", "Domains", "Method and limits"]
    );
    let whole = document.whole();
    assert!(
        whole.contains("not a HIMSS stage") && !whole.contains("Between us.") && !whole.contains("/orgs/")
    );
    world.app.stop().await;
}
