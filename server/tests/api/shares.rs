//! Links that let others read a report.

use rstest::rstest;
use serde_json::json;
use service::UnixMillis;

use super::reports::answered;
use super::spoiled_clients::sha256;
use super::support::{Backend, Person, World};

/// The address in the page that was answered to making a link.
fn link_in(page: &str) -> String {
    let at = page.find("/shared/").unwrap_or_else(|| panic!("no link in {page}"));
    page[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c)).collect()
}

/// A link to the report with these sections, made by the owner; its address.
pub(crate) async fn share(world: &World, sections: &[&str]) -> String {
    share_by(world, &world.owner, sections).await
}

/// A link that somebody makes.
pub(crate) async fn share_by(world: &World, person: &Person, sections: &[&str]) -> String {
    person.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}/shares", world.slug, world.assessment);
    let tomorrow = UnixMillis(UnixMillis::now().0 + 24 * 3600 * 1000).date().to_string();
    let mut fields = vec![("label", "The board"), ("expires", tomorrow.as_str())];
    fields.extend(sections.iter().map(|section| ("section", *section)));
    link_in(&person.submit_on(&path, &fields).await.text)
}

#[rstest]
#[tokio::test]
async fn a_link_shows_the_chosen_sections_to_anybody_until_it_ends_and_says_who_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = answered(backend).await;
    world.owner.sign_in().await;
    let path = format!("/orgs/{}/assessments/{}/shares", world.slug, world.assessment);
    let tomorrow = UnixMillis(UnixMillis::now().0 + 24 * 3600 * 1000).date().to_string();
    let wrong = [("label", ""), ("expires", "2020-01-01"), ("section", "domains")];
    let refused = world.owner.submit(&path, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("for whom the link is") && refused.text.contains("at most a year ahead"));
    let turned = [("label", "The \u{202e}draob"), ("expires", tomorrow.as_str()), ("section", "domains")];
    let refused = world.owner.submit(&path, &turned).await;
    assert!(refused.status == 422 && refused.text.contains("U+202E"), "{refused:?}");
    let fields = [("label", "The board"), ("expires", tomorrow.as_str()), ("section", "domains")];
    let made = world.owner.submit_on(&path, &fields).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (200, "no-store"));
    let link = link_in(&made.text);
    assert!(!world.owner.page(&path).await.text.contains(&link), "it is shown once");

    let anonymous = world.app.anonymous();
    let shared = anonymous.page(&link).await;
    assert_eq!(shared.status, 200, "{}", shared.text);
    assert!(shared.text.contains("Alder Regional Hospital") && shared.text.contains("not a HIMSS stage"));
    assert!(shared.text.contains("id=\"domains\"") && !shared.text.contains("id=\"criteria\""));
    assert!(!shared.text.contains("/orgs/"), "nothing leads to the organization's own pages");
    assert_eq!((shared.header("cache-control"), shared.header("x-robots-tag")), ("no-store", "noindex"));

    let log = world.owner.page(&path).await;
    assert!(log.text.contains("127.0.0.1") && log.text.contains("1 time"), "{}", log.text);
    let never = anonymous.page("/shared/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(never.status, 404);
    let viewer = world.member("viewer").await;
    viewer.sign_in().await;
    assert_eq!(viewer.submit(&path, &fields).await.status, 403);
    assert_eq!(viewer.page(&path).await.status, 403);

    let at = log.text.find("/revoke").unwrap();
    let revoke: String = log.text[..at].rsplit('"').next().unwrap().to_owned() + "/revoke";
    assert_eq!(world.owner.submit(&revoke, &[]).await.status, 303);
    let ended = anonymous.page(&link).await;
    assert_eq!(ended.status, 410);
    assert!(ended.text.contains("This link has ended") && !ended.text.contains("Alder"));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_link_ends_with_the_right_to_make_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let assessor = world.member("assessor").await;
    let (theirs, other) =
        (share_by(&world, &assessor, &["domains"]).await, share(&world, &["domains"]).await);
    let members = world.owner.get(&world.org("/members")).await.expect(200);
    let found = members["items"].as_array().unwrap().iter().find(|member| member["email"] == assessor.email);
    let member = world.org(&format!("/members/{}", found.unwrap()["user"].as_str().unwrap()));
    let anonymous = world.app.anonymous();
    for (role, status) in [("consultant", 200), ("contributor", 410), ("owner", 410)] {
        world.owner.patch(&member, json!({ "role": role })).await.expect(204);
        assert_eq!(anonymous.page(&theirs).await.status, status, "{role}");
    }
    assert_eq!(anonymous.page(&other).await.status, 200, "of others nothing ends");
    let revoked = world.app.deeds().await.into_iter().filter(|deed| deed == "share.revoked");
    assert_eq!(revoked.count(), 1);
    world.app.stop().await;
}

#[tokio::test]
async fn a_link_shows_nothing_of_a_section_that_was_not_chosen() {
    let world = answered(Backend::Sqlite).await;
    world.integration(&["PAT"]).await;
    let anonymous = world.app.anonymous();
    let arithmetic = "Why the whole is";
    let health = "by their latest runs";
    for (section, shown, not_shown) in [
        ("findings", vec!["id=\"findings\""], vec!["id=\"domains\"", "id=\"roadmap\"", arithmetic, health]),
        ("domains", vec!["id=\"domains\"", arithmetic], vec!["id=\"findings\"", health]),
        ("checks", vec!["id=\"checks\"", health], vec!["id=\"domains\"", arithmetic]),
        ("roadmap", vec!["id=\"roadmap\""], vec!["id=\"findings\"", arithmetic, health]),
    ] {
        let page = anonymous.page(&share(&world, &[section]).await).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for words in shown {
            assert!(page.text.contains(words), "{section}: {words}");
        }
        for words in not_shown {
            assert!(!page.text.contains(words), "{section}: {words}");
        }
        assert_eq!(page.header("referrer-policy"), "no-referrer", "the address holds the token");
    }
    assert_eq!(anonymous.page("/frameworks").await.header("referrer-policy"), "same-origin");
    world.app.stop().await;
}

#[tokio::test]
async fn a_link_is_read_so_often_in_a_minute_and_others_are_not_held_up() {
    let world = World::new(Backend::Sqlite).await;
    let (busy, other) = (share(&world, &["findings"]).await, share(&world, &["findings"]).await);
    let anonymous = world.app.anonymous();
    let mut answers = Vec::new();
    for _ in 0..90 {
        answers.push(anonymous.page(&busy).await.status.as_u16());
        if answers.last() == Some(&429) {
            break;
        }
    }
    assert!(answers.len() > 60 && answers.last() == Some(&429), "{answers:?}");
    assert_eq!(anonymous.page(&other).await.status, 200);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_link_that_has_expired_is_gone_and_notes_no_reading(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let link = share(&world, &["domains"]).await;
    let anonymous = world.app.anonymous();
    assert_eq!(anonymous.page(&link).await.status, 200);

    // The same link as it is a day after it ended: nobody can make one of yesterday.
    let store = store::Store::connect(&world.app.config.database.url).await.unwrap();
    let id = world.assessment.parse().unwrap();
    let open = store.shares_of(id).await.unwrap().remove(0);
    let day = 24 * 3600 * 1000;
    let ended = store::record::Share {
        id: store::ShareId::new(),
        created_at: UnixMillis(open.created_at.0 - 2 * day),
        expires_at: UnixMillis(open.created_at.0 - day),
        ..open.clone()
    };
    let entry = store::record::Audit {
        at: ended.created_at,
        actor: Some(open.by),
        org: None,
        action: "report.shared",
        subject: ended.id.to_string(),
        details: json!({}),
    };
    let hash = sha256(b"expired");
    let maker = (world.organization.parse().unwrap(), store::record::Role::Owner);
    assert!(store.create_share(ended.clone(), maker, &hash, entry).await.unwrap());
    for path in ["/shared/expired", "/shared/expired/report.pdf", "/shared/expired/report.docx"] {
        let gone = anonymous.page(path).await;
        assert_eq!(gone.status, 410, "{path}: {}", gone.text);
        assert!(!gone.text.contains("Alder"), "{}", gone.text);
    }
    let visits = store.share_visits(id, 10).await.unwrap();
    assert_eq!(
        visits.iter().map(|visit| visit.share).collect::<Vec<_>>(),
        [open.id],
        "only the open one was read"
    );
    store.close().await;
    world.app.stop().await;
}
