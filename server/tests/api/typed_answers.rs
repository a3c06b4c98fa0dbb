//! Answers as the form of a domain's page and the island beside it send them: what is wrong is said, and nothing is kept.

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Answer, Backend, World};

/// What somebody typed for a criterion.
struct Typed<'a> {
    criterion: &'a str,
    level: &'a str,
    rationale: &'a str,
}

impl Typed<'_> {
    /// By the form of the domain PAT.
    async fn by_form(&self, world: &World) -> Answer {
        let path = format!("/orgs/{}/assessments/{}/PAT", world.slug, world.assessment);
        let Self { criterion, level, rationale } = *self;
        let name = |field: &str| format!("{criterion}.{field}");
        let [level_name, rationale_name, revision_name] = ["level", "rationale", "revision"].map(name);
        let fields = [
            (level_name.as_str(), level),
            (rationale_name.as_str(), rationale),
            (revision_name.as_str(), "0"),
            ("save", criterion),
        ];
        world.owner.submit(&path, &fields).await
    }

    /// By the island; gives what the answer was refused with.
    async fn by_island(&self, world: &World) -> Value {
        let Self { criterion, level, rationale } = *self;
        let fields = [
            ("assessment", world.assessment.as_str()),
            ("criterion", criterion),
            ("level", level),
            ("reason", ""),
            ("rationale", rationale),
            ("revision", "0"),
        ];
        world.owner.submit("/api/ui/save_answer", &fields).await.expect(200)["Refused"].clone()
    }
}

/// A world whose owner is signed in.
async fn signed_in(backend: Backend) -> World {
    let world = World::new(backend).await;
    world.owner.sign_in().await;
    world
}

async fn expect_nothing_kept(world: &World) {
    assert_eq!(world.owner.get(&world.at("")).await.expect(200)["answers"], json!([]));
}

#[rstest]
#[tokio::test]
async fn five_megabytes_of_rationale_are_refused_at_their_field_and_stay_on_the_page(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = signed_in(backend).await;
    let book = "a".repeat(5 << 20);
    let typed = Typed { criterion: "PAT-1", level: "2", rationale: &book };
    let problem = "Use at most 20,000 characters for the rationale. Attach longer texts as evidence.";
    let page = typed.by_form(&world).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains(problem));
    assert!(page.text.contains(&book), "what was typed stays");
    assert_eq!(typed.by_island(&world).await["errors"], json!([["rationale", problem]]));
    let body = json!({ "level": 2, "rationale": book, "revision": 0 });
    assert_eq!(world.owner.put(&world.answer_to("PAT-1"), body).await.pointers(), ["/rationale"]);
    expect_nothing_kept(&world).await;
}

#[rstest]
#[tokio::test]
async fn a_level_that_is_none_is_refused_at_its_field(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = signed_in(backend).await;
    for (level, problem) in [
        ("5", "Choose a level from 0 to 4."),
        ("-1", "Choose a level from 0 to 4."),
        ("two", "Choose a level from 0 to 4."),
        ("", "Choose a level, or Not applicable."),
    ] {
        let typed = Typed { criterion: "PAT-1", level, rationale: "Live since May." };
        let page = typed.by_form(&world).await;
        assert_eq!(page.status, 422, "{level}");
        assert!(page.text.contains(problem) && page.text.contains("Live since May."), "{}", page.text);
        assert_eq!(typed.by_island(&world).await["errors"], json!([["level", problem]]), "{level}");
    }
    expect_nothing_kept(&world).await;
}

#[rstest]
#[tokio::test]
async fn an_answer_to_a_question_that_is_not_asked_comes_back_with_what_was_typed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = signed_in(backend).await;
    let problem = "This question is not asked here. Load the page again, then answer it.";
    // The last one is asked, but on the page of another domain.
    for criterion in ["NO-1", "", "GOV-1"] {
        let typed = Typed { criterion, level: "2", rationale: "Live since May." };
        let page = typed.by_form(&world).await;
        assert_eq!(page.status, 404, "{criterion}");
        for words in ["Your answer was not saved", problem, "Live since May."] {
            assert!(page.text.contains(words), "{words} in {}", page.text);
        }
    }
    let typed = Typed { criterion: "NO-1", level: "2", rationale: "Live since May." };
    assert_eq!(typed.by_island(&world).await, json!({ "errors": [], "note": problem }));
    expect_nothing_kept(&world).await;
}
