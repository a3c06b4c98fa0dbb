//! Ratings and settled differences through plain forms: what was typed is never lost, and never lands unseen.

use serde_json::{Value, json};

use super::review::post;
use super::support::{Backend, Person, World};

/// An assessment in review whose PAT-1 the organization claims to be 4, and two reviewers who are signed in.
async fn in_review() -> (World, Person, Person) {
    let world = World::new(Backend::Sqlite).await;
    let first = world.member("consultant").await;
    let second = world.app.person("second").await;
    let new = json!({ "email": second.email, "role": "consultant" });
    world.owner.post(&world.org("/members"), new).await.expect(201);
    let claim = json!({ "level": 4, "rationale": "Because.", "revision": 0 });
    world.owner.put(&world.answer_to("PAT-1"), claim).await.expect(200);
    post(&world.owner, &world.at("/submit")).await.expect(200);
    post(&first, &world.at("/review")).await.expect(200);
    first.sign_in().await;
    second.sign_in().await;
    (world, first, second)
}

#[tokio::test]
async fn a_second_reviewer_sees_both_ratings_and_keeps_what_was_typed() {
    let (world, first, second) = in_review().await;
    let review = format!("/orgs/{}/assessments/{}/review", world.slug, world.assessment);
    let domain = format!("{review}/PAT");
    let rate = |level, note, revision| {
        [("criterion", "PAT-1"), ("level", level), ("note", note), ("revision", revision)]
    };
    assert_eq!(first.submit(&domain, &rate("1", "A pilot only.", "0")).await.status, 303);
    let page = second.submit(&domain, &rate("2", "Two clinics have it.", "0")).await;
    assert_eq!(page.status, 409, "{}", page.text);
    for expected in [
        "consultant rated PAT-1 in the meantime",
        "A pilot only.",
        "Two clinics have it.</textarea>",
        "name=\"revision\" value=\"1\"",
    ] {
        assert!(page.text.contains(expected), "{expected} in {}", page.text);
    }
    let kept = second.get(&world.at("/review")).await.expect(200);
    assert_eq!(kept["differences"][0]["assessor"]["level"], 1, "nothing was overwritten");
    assert_eq!(second.submit(&domain, &rate("2", "Two clinics have it.", "1")).await.status, 303);

    // The first one settles what the second one rated anew, once they have seen it.
    assert_eq!(second.submit(&domain, &rate("0", "None has it.", "2")).await.status, 303);
    let settle = format!("{review}/settle");
    let note = "Seen together: the pilot does not count.";
    let close = |assessor| [("settle", "PAT-1"), ("note", note), ("own", "1"), ("assessor", assessor)];
    let unseen = first.submit(&settle, &close("2")).await;
    assert_eq!(unseen.status, 409);
    assert!(unseen.text.contains("name=\"assessor\" value=\"3\""), "{}", unseen.text);
    assert_eq!(first.submit(&settle, &close("3")).await.status, 303);
}

#[tokio::test]
async fn what_is_wrong_with_a_rating_or_a_settlement_stands_at_its_field() {
    let (world, first, _) = in_review().await;
    let review = format!("/orgs/{}/assessments/{}/review", world.slug, world.assessment);
    let domain = format!("{review}/PAT");
    let rate = |level, note| [("criterion", "PAT-1"), ("level", level), ("note", note), ("revision", "0")];
    let at_field = |page: &str, field: &str| {
        page.contains(&format!("id=\"{field}-error\"")) && page.contains(&format!("href=\"#{field}\""))
    };
    let page = first.submit(&domain, &rate("", "A pilot only.")).await;
    assert_eq!(page.status, 422);
    assert!(at_field(&page.text, "pat-1-level") && page.text.contains("A pilot only."), "{}", page.text);
    let page = first.submit(&domain, &rate("na", "")).await;
    assert_eq!(page.status, 422);
    assert!(at_field(&page.text, "pat-1-rating-note"), "{}", page.text);
    assert_eq!(first.submit(&domain, &rate("1", "A pilot only.")).await.status, 303);
    let page = first.submit(&format!("{review}/settle"), &[("settle", "PAT-1"), ("note", "too short")]).await;
    assert_eq!(page.status, 422);
    assert!(at_field(&page.text, "settle-pat-1"), "{}", page.text);
    assert!(page.text.contains("too short</textarea>"), "{}", page.text);
}

#[tokio::test]
async fn what_the_assessor_rated_counts_and_what_the_organization_said_stands_beside_it() {
    let (world, first, _) = in_review().await;
    let at = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    let rate = [("criterion", "PAT-1"), ("level", "1"), ("note", "A pilot only."), ("revision", "0")];
    assert_eq!(first.submit(&format!("{at}/review/PAT"), &rate).await.status, 303);
    let note = "Seen together: the pilot does not count.";
    let close = [("settle", "PAT-1"), ("note", note), ("own", "1"), ("assessor", "1")];
    assert_eq!(first.submit(&format!("{at}/review/settle"), &close).await.status, 303);
    post(&first, &world.at("/finalize")).await.expect(200);

    let page = first.page(&format!("{at}/PAT")).await.text;
    let criterion = page.split("id=\"pat-1\"").nth(1).unwrap().split("</section>").next().unwrap();
    let level = |label: &str| {
        let begin = criterion.find(&format!("aria-label=\"{label}\"")).unwrap();
        let (before, after) = criterion.split_at(begin);
        let input = before.rsplit("<input").next().unwrap().to_owned() + after.split('>').next().unwrap();
        (input.contains("checked"), after.split("</label>").next().unwrap().to_owned())
    };
    let ((rated, beside_rated), (own, beside_own)) = (level("1 Ad hoc"), level("4 Assured"));
    assert!(rated && beside_rated.contains("Rated by the assessor, counts"), "{criterion}");
    assert!(!own && beside_own.contains("The organization said"), "{criterion}");
    let words = "The assessor rates it 1 Ad hoc; the organization said 4 Assured";
    assert!(criterion.contains(words) && !criterion.contains("Claimed and counts"), "{criterion}");
    let about = first.page(&format!("{at}/criteria/PAT-1")).await.text;
    assert!(about.contains(words), "{about}");
}

#[tokio::test]
async fn of_a_rating_it_is_said_that_the_rating_could_be_lowered_and_who_left_a_criterion_out() {
    let (world, first, _) = in_review().await;
    let at = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    for (level, revision, words) in [
        ("3", "0", ["Rated 3, counts 2", "or lower the rating."]),
        ("na", "1", ["approved", "An assessor said so"]),
    ] {
        let rate =
            [("criterion", "PAT-1"), ("level", level), ("note", "Seen on site."), ("revision", revision)];
        assert_eq!(first.submit(&format!("{at}/review/PAT"), &rate).await.status, 303);
        let page = first.page(&format!("{at}/PAT")).await.text;
        let criterion = page.split("id=\"pat-1\"").nth(1).unwrap().split("</section>").next().unwrap();
        for words in words {
            assert!(criterion.contains(words), "{words} in {criterion}");
        }
    }
}

/// The levels that count as claimed.
async fn levels(world: &World, codes: [&str; 3]) -> Value {
    let score = world.owner.get(&world.at("/score")).await.expect(200);
    let criteria = score["criteria"].as_array().unwrap();
    json!(codes.map(|code| &criteria.iter().find(|criterion| criterion["code"] == code).unwrap()["level"]))
}

#[tokio::test]
async fn one_button_saves_every_rating_that_was_written_on_the_page() {
    let (world, first, second) = in_review().await;
    let domain = format!("/orgs/{}/assessments/{}/review/PAT", world.slug, world.assessment);
    let row = |code, level, note| {
        vec![
            ("criterion", code),
            ("revision", "0"),
            ("drawn-level", ""),
            ("drawn-note", ""),
            ("level", level),
            ("note", note),
        ]
    };
    let fresh = first.page(&domain).await.text;
    assert!(fresh.contains("name=\"drawn-level\"") && fresh.contains("Save the ratings"), "{fresh}");
    let sent = [
        row("PAT-2", "1", "A pilot only."),
        row("PAT-3", "", ""),
        row("PAT-4", "2", ""),
        vec![("at", "PAT-4")],
    ];
    let saved = first.submit(&domain, &sent.concat()).await;
    assert_eq!(
        (saved.status.as_u16(), saved.location()),
        (303, &*format!("{domain}#pat-4")),
        "{}",
        saved.text
    );
    assert_eq!(levels(&world, ["PAT-2", "PAT-3", "PAT-4"]).await, json!([1, null, 2]));

    // From a page that was drawn before that: the rating that met another comes back, the rest is saved.
    let sent = [row("PAT-2", "3", "All sites."), row("PAT-5", "1", ""), vec![("then", "agree")]];
    let page = second.submit(&domain, &sent.concat()).await;
    assert_eq!(page.status, 409, "{}", page.text);
    assert!(
        page.text.contains("All sites.</textarea>") && page.text.contains("A pilot only."),
        "{}",
        page.text
    );
    assert_eq!(levels(&world, ["PAT-1", "PAT-2", "PAT-5"]).await, json!([4, 1, 1]));

    // Nothing was agreed with then. Now a rating that differs from the claim is saved before the other claims are.
    let sent = [row("PAT-1", "3", "Not every site."), vec![("then", "agree")]];
    let agreed = first.submit(&domain, &sent.concat()).await;
    assert_eq!((agreed.status.as_u16(), agreed.location()), (303, &*domain), "{}", agreed.text);
    assert_eq!(levels(&world, ["PAT-1", "PAT-2", "PAT-5"]).await, json!([3, 1, 1]));
    let findings =
        first.page(&format!("/orgs/{}/assessments/{}/findings", world.slug, world.assessment)).await;
    let words = "Rated 3; attested answers count for 2 at most";
    assert!(findings.text.contains(words), "nobody claimed 3: {}", findings.text);
}
