//! Many decisions of a review at once: the API, and the forms of the review's page.

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, Person, World, text};

async fn note(world: &World, author: &Person, title: &str) -> String {
    let new = json!({ "title": title, "criteria": ["PAT-1"], "note": "As asked.", "dated": "2026-01-05" });
    text(&author.post(&world.at("/evidence"), new).await.expect(201)["id"])
}

/// The item as it was attached.
fn first(id: &str) -> Value {
    json!({ "id": id, "revision": 1 })
}

/// A submitted assessment in review: two criteria called not applicable, one answered, two notes by the owner and one
/// by an assessor.
struct Review {
    world: World,
    consultant: Person,
    notes: Vec<String>,
}

impl Review {
    async fn new(backend: Backend) -> Self {
        let world = World::new(backend).await;
        let consultant = world.member("consultant").await;
        let assessor = world.member("assessor").await;
        for code in ["PAT-2", "PAT-3"] {
            let answer =
                json!({ "not_applicable": true, "reason": "Nobody asks for it here.", "revision": 0 });
            world.owner.put(&world.answer_to(code), answer).await.expect(200);
        }
        world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 2, "revision": 0 })).await.expect(200);
        let notes = vec![
            note(&world, &world.owner, "First").await,
            note(&world, &world.owner, "Second").await,
            note(&world, &assessor, "Third").await,
        ];
        world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
        consultant.post(&world.at("/review"), json!({})).await.expect(200);
        Self { world, consultant, notes }
    }

    async fn states(&self) -> Vec<String> {
        let listed = self.world.owner.get(&self.world.at("/evidence")).await.expect(200);
        let items = listed["items"].as_array().unwrap();
        let state = |id: &String| {
            let item = items.iter().find(|item| item["id"] == id.as_str()).unwrap();
            text(&item["state"])
        };
        self.notes.iter().map(state).collect()
    }

    async fn not_applicable(&self) -> Vec<Value> {
        let read = self.world.owner.get(&self.world.at("")).await.expect(200);
        let answers = read["answers"].as_array().unwrap();
        let rated = answers.iter().filter(|one| one["rater"] == "assessor" && one["not_applicable"] == true);
        rated.map(|one| one["criterion"].clone()).collect()
    }
}

#[rstest]
#[tokio::test]
async fn what_can_be_done_is_done_and_each_line_that_cannot_says_why(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let review = Review::new(backend).await;
    let (world, consultant) = (&review.world, &review.consultant);
    let stranger = "0193e2f0-5b7c-7c3e-8a51-2b1f0c9d7e10";
    let body = json!({
        "accept": [first(&review.notes[0]), first(&review.notes[1]), first(stranger)],
        "approve_not_applicable": ["PAT-2", "PAT-1", "NOPE-1"],
    });
    let decided = consultant.post(&world.at("/decisions"), body).await.expect(200);
    assert_eq!(decided["done"], 3, "{decided}");
    let refused: Vec<&str> =
        decided["refused"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(refused, [stranger, "PAT-1", "NOPE-1"]);
    assert_eq!(decided["refused"][1]["why"], "The organization does not call it not applicable.");
    assert_eq!(review.states().await, ["accepted", "accepted", "submitted"]);
    assert_eq!(review.not_applicable().await, [json!("PAT-2")]);

    // In review, evidence is the reviewer's: not the organization's, and none of it in a revision that nobody read.
    let both = json!({ "accept": [first(&review.notes[0]), first(&review.notes[2])] });
    let own = world.owner.post(&world.at("/decisions"), both).await.expect(200);
    assert_eq!((&own["done"], &own["refused"][0]["what"]), (&json!(0), &json!("First")), "{own}");
    let unread = json!({ "reject": [{ "id": review.notes[2], "revision": 2 }] });
    let unread = consultant.post(&world.at("/decisions"), unread).await.expect(200);
    assert_eq!((&unread["done"], &unread["refused"][0]["what"]), (&json!(0), &json!("Third")), "{unread}");
    assert_eq!(review.states().await[2], "submitted");
    let rating =
        world.owner.post(&world.at("/decisions"), json!({ "approve_not_applicable": ["PAT-3"] })).await;
    assert!(text(&rating.expect(200)["refused"][0]["why"]).contains("may not review"));
    assert_eq!(review.not_applicable().await, [json!("PAT-2")]);

    let viewer = world.member("viewer").await;
    let nothing = viewer
        .post(&world.at("/decisions"), json!({ "reject": [first(&review.notes[2])] }))
        .await
        .expect(200);
    assert_eq!(nothing["done"], 0);
    assert_eq!(review.states().await[2], "submitted");
    let outsider = world.app.person("outsider").await;
    outsider.post(&world.at("/decisions"), json!({ "reject": [first(&review.notes[2])] })).await.problem(404);
    consultant.post(&world.at("/decisions"), json!({})).await.problem(422);
    assert_eq!(
        consultant.post(&world.at("/decisions"), json!({ "accept": [first("x")] })).await.pointers(),
        ["/accept/0/id"]
    );
    review.world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_review_page_decides_what_is_ticked_without_scripts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let review = Review::new(backend).await;
    let (world, consultant) = (&review.world, &review.consultant);
    consultant.sign_in().await;
    let at = format!("/orgs/{}/assessments/{}/review", world.slug, world.assessment);
    let page = consultant.page(&at).await;
    for words in [
        "Choose PAT-2",
        "Choose First",
        "Accept the chosen",
        "Approve the chosen",
        "Nobody asks for it here.",
    ] {
        assert!(page.text.contains(words), "{words} is missing");
    }
    let decide = format!("{at}/decide");
    let both = [("criteria", "PAT-2"), ("criteria", "PAT-3"), ("do", "approve")];
    assert_eq!(consultant.submit(&decide, &both).await.location(), at);
    assert_eq!(review.not_applicable().await, [json!("PAT-2"), json!("PAT-3")]);

    let again = consultant.submit(&decide, &both).await;
    assert_eq!(again.status, 409, "none of it could be done");
    assert!(again.text.contains("2 lines could not be") && again.text.contains("It is approved already."));
    let (one, other) = (format!("{}@1", review.notes[0]), format!("{}@1", review.notes[2]));
    let items = [("items", one.as_str()), ("items", other.as_str()), ("do", "reject")];
    assert_eq!(consultant.submit(&decide, &items).await.status, 303);
    assert_eq!(review.states().await, ["rejected", "submitted", "rejected"]);
    let none = consultant.submit(&decide, &[("do", "accept")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("Choose at least one line."), "{}", none.text);

    world.owner.sign_in().await;
    let owners = world.owner.page(&at).await;
    for button in ["Approve the chosen", "Accept the chosen"] {
        assert!(!owners.text.contains(button), "{}", owners.text);
    }
    review.world.app.stop().await;
}

#[tokio::test]
async fn nobody_decides_on_what_they_attached_whatever_else_they_decide_on() {
    let world = World::new(Backend::Sqlite).await;
    let assessor = world.member("assessor").await;
    let (one, own) = (note(&world, &world.owner, "One").await, note(&world, &assessor, "Own").await);
    let both = json!({ "accept": [first(&one), first(&own)] });
    let decided = assessor.post(&world.at("/decisions"), both).await.expect(200);
    assert_eq!((&decided["done"], &decided["refused"][0]["what"]), (&json!(1), &json!("Own")), "{decided}");
    assert!(text(&decided["refused"][0]["why"]).contains("somebody else has to review it"), "{decided}");
    // What nobody else attached is left, and nothing of it to tick.
    assessor.sign_in().await;
    let at = format!("/orgs/{}/assessments/{}/review", world.slug, world.assessment);
    let page = assessor.page(&at).await;
    assert!(page.text.contains("attached by you: somebody else reviews it"), "{}", page.text);
    assert!(!page.text.contains("Accept the chosen"), "{}", page.text);
    world.app.stop().await;
}
