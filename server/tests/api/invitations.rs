//! Invitations: through the pages without scripts, and through the API.

use rstest::rstest;
use serde_json::{Value, json};

use super::shares::share_by;
use super::support::{Backend, PASSWORD, Person, World, text};

/// Invites through the API; the link's path.
async fn invite(world: &World, email: &str, role: &str) -> (Value, String) {
    let made = world.owner.post(&world.org("/invitations"), json!({ "email": email, "role": role })).await;
    let made = made.expect(201);
    let link = text(&made["link"]);
    let at = link.find("/invitations/").expect("a link to an invitation");
    (made, link[at..].to_owned())
}

async fn role_of(world: &World, email: &str) -> Option<String> {
    let members = world.owner.get(&world.org("/members")).await.expect(200);
    let found = members["items"].as_array().unwrap().iter().find(|member| member["email"] == email).cloned();
    found.map(|member| text(&member["role"]))
}

#[rstest]
#[tokio::test]
async fn whoever_has_no_account_creates_it_for_the_invited_address_and_joins(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (made, link) = invite(&world, "  Ana.Li@Clinic.Example ", "assessor").await;
    assert_eq!(
        (&made["email"], &made["state"], &made["mail"]),
        (&json!("ana.li@clinic.example"), &json!("open"), &json!("none"))
    );
    let listed = world.owner.get(&world.org("/invitations")).await.expect(200);
    assert_eq!(listed["items"][0]["link"], Value::Null, "shown once: {listed}");

    let ana = world.app.anonymous();
    let page = ana.page(&link).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for words in
        ["Join Alder Regional Hospital", "ana.li@clinic.example", "Assessor", "Create account and join"]
    {
        assert!(page.text.contains(words), "{words} is missing");
    }
    assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), ("no-store", "noindex"));
    assert_eq!(role_of(&world, "ana.li@clinic.example").await, None, "looking at it changes nothing");

    let weak = [("name", "Ana Li"), ("password", "short")];
    let refused = ana.submit(&format!("{link}/account"), &weak).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("value=\"Ana Li\""), "{}", refused.text);
    // The address is the invitation's, whatever the form says.
    let fields = [("name", "Ana Li"), ("email", "boss@clinic.example"), ("password", PASSWORD)];
    let joined = ana.submit(&format!("{link}/account"), &fields).await;
    assert_eq!((joined.status.as_u16(), joined.location()), (303, format!("/orgs/{}", world.slug).as_str()));
    assert_eq!(ana.page(joined.location()).await.status, 200, "signed in");
    assert_eq!(role_of(&world, "ana.li@clinic.example").await.as_deref(), Some("assessor"));
    assert_eq!(role_of(&world, "boss@clinic.example").await, None);

    let again = world.app.anonymous().page(&link).await;
    assert_eq!(again.status, 410);
    assert!(again.text.contains("was used already"), "{}", again.text);
    let refused = world.app.anonymous().submit(&format!("{link}/account"), &fields).await;
    assert_eq!(refused.status, 410);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn an_account_joins_by_its_own_link_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (mara, other) = (world.app.person("mara").await, world.app.person("other").await);
    let (_, link) = invite(&world, "mara@example.org", "consultant").await;
    let page = world.app.anonymous().page(&link).await;
    assert!(
        page.text.contains("Sign in to join") && page.text.contains("/sign-in?next=/invitations/"),
        "{}",
        page.text
    );
    let fields = [("name", "Somebody"), ("password", PASSWORD)];
    assert_eq!(world.app.anonymous().submit(&format!("{link}/account"), &fields).await.status, 409);

    other.sign_in().await;
    let foreign = other.page(&link).await;
    assert_eq!(foreign.status, 403);
    assert!(foreign.text.contains("This invitation is not for this account"), "{}", foreign.text);
    assert_eq!(other.submit(&link, &[]).await.status, 403);
    let token = link.rsplit('/').next().unwrap();
    other.post("/invitations/accept", json!({ "token": token })).await.problem(403);

    mara.sign_in().await;
    assert!(mara.page(&link).await.text.contains("Join as consultant"));
    let joined = mara.submit(&link, &[]).await;
    assert_eq!((joined.status.as_u16(), joined.location()), (303, format!("/orgs/{}", world.slug).as_str()));
    assert_eq!(role_of(&world, "mara@example.org").await.as_deref(), Some("consultant"));
    mara.post("/invitations/accept", json!({ "token": token })).await.problem(409);

    let member = json!({ "email": "mara@example.org", "role": "viewer" });
    assert_eq!(world.owner.post(&world.org("/invitations"), member).await.pointers(), ["/email"]);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_members_page_invites_shows_the_link_once_and_takes_it_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    owner.sign_in().await;
    let at = format!("/orgs/{}/members", world.slug);
    let wrong = [("invite-email", "nobody"), ("invite-role", "assessor"), ("invite-days", "7")];
    let refused = owner.submit(&format!("{at}/invitations"), &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("href=\"#invite-email\"") && refused.text.contains("value=\"nobody\""));
    let fields = [("invite-email", "ana@clinic.example"), ("invite-role", "viewer"), ("invite-days", "1")];
    let made = owner.submit_on(&format!("{at}/invitations"), &fields).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (200, "no-store"));
    let start = made.text.find("/invitations/").expect("the link");
    let link: String = made.text[start..].chars().take_while(|c| !matches!(c, '<' | '"')).collect();
    let page = owner.page(&at).await;
    assert!(page.text.contains("Revoke the invitation of ana@clinic.example") && !page.text.contains(&link));
    let twice = owner.submit(&format!("{at}/invitations"), &fields).await;
    assert!(twice.text.contains("is open already"), "{}", twice.text);

    let listed = owner.get(&world.org("/invitations")).await.expect(200);
    let revoke = format!("{at}/invitations/{}/revoke", text(&listed["items"][0]["id"]));
    assert_eq!(owner.submit(&revoke, &[]).await.location(), at);
    let gone = world.app.anonymous().page(&link).await;
    assert_eq!(gone.status, 410);
    assert!(gone.text.contains("was revoked"), "{}", gone.text);
    assert_eq!(owner.submit(&revoke, &[]).await.status, 409);
    let unknown = world.app.anonymous().page("/invitations/nothing").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.text.contains("There is no such invitation"), "{}", unknown.text);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn only_an_owner_invites_and_not_without_end(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (assessor, outsider) = (world.member("assessor").await, world.app.person("outsider").await);
    let new = json!({ "email": "a@clinic.example", "role": "viewer" });
    assessor.post(&world.org("/invitations"), new.clone()).await.problem(403);
    assessor.get(&world.org("/invitations")).await.problem(403);
    outsider.post(&world.org("/invitations"), new.clone()).await.problem(404);
    let (made, _) = invite(&world, "a@clinic.example", "viewer").await;
    let path = format!("/invitations/{}", text(&made["id"]));
    assessor.delete(&path).await.problem(403);
    outsider.delete(&path).await.problem(404);
    let long = json!({ "email": "b@clinic.example", "role": "viewer", "days": 31 });
    assert_eq!(world.owner.post(&world.org("/invitations"), long).await.pointers(), ["/days"]);
    for number in 1..50 {
        invite(&world, &format!("a{number}@clinic.example"), "viewer").await;
    }
    let more = json!({ "email": "more@clinic.example", "role": "viewer" });
    world.owner.post(&world.org("/invitations"), more).await.problem(429);
    world.app.stop().await;
}

#[tokio::test]
async fn guessing_links_is_slowed_down() {
    let world = World::new(Backend::Sqlite).await;
    let (_, link) = invite(&world, "ana@clinic.example", "viewer").await;
    let somebody: Person = world.app.anonymous();
    for number in 0..30 {
        assert_eq!(somebody.page(&format!("/invitations/guess-{number}")).await.status, 404);
    }
    assert_eq!(somebody.page("/invitations/guess").await.status, 429);
    assert_eq!(somebody.page(&link).await.status, 429);
    world.app.stop().await;
}

/// The account of a member.
async fn account(world: &World, email: &str) -> String {
    let members = world.owner.get(&world.org("/members")).await.expect(200);
    let found = members["items"].as_array().unwrap().iter().find(|member| member["email"] == email).cloned();
    text(&found.expect("a member")["user"])
}

/// Whether the link still opens.
async fn opens(world: &World, link: &str) -> bool {
    let status = world.app.anonymous().page(link).await.status.as_u16();
    assert!(matches!(status, 200 | 410), "{status}");
    status == 200
}

#[rstest]
#[tokio::test]
async fn who_is_removed_or_no_longer_owner_has_no_invitation_to_come_back_by(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("removed", "demoted")] deed: &str,
) {
    let world = World::new(backend).await;
    let second = world.app.person("second").await;
    // Open since before they were added without it.
    let (_, for_them) = invite(&world, "second@example.org", "owner").await;
    let add = json!({ "email": "second@example.org", "role": "owner" });
    world.owner.post(&world.org("/members"), add).await.expect(201);
    let new = json!({ "email": "second@elsewhere.example", "role": "owner" });
    let made = second.post(&world.org("/invitations"), new).await.expect(201);
    let link = text(&made["link"]);
    let by_them = link[link.find("/invitations/").unwrap()..].to_owned();
    let (_, by_the_other) = invite(&world, "ana@clinic.example", "viewer").await;
    let shared = share_by(&world, &second, &["domains"]).await;

    let member = world.org(&format!("/members/{}", account(&world, "second@example.org").await));
    let removed = deed == "removed";
    if removed {
        world.owner.delete(&member).await.expect(204);
    } else {
        world.owner.patch(&member, json!({ "role": "viewer" })).await.expect(204);
    }
    assert!(!opens(&world, &by_them).await);
    assert_eq!(opens(&world, &for_them).await, !removed);
    assert!(opens(&world, &by_the_other).await, "of others nothing ends");
    assert!(!opens(&world, &shared).await, "a viewer may make none");
    let listed = world.owner.get(&world.org("/invitations")).await.expect(200);
    let states: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| text(&one["state"])).collect();
    let wanted = if removed { ["open", "revoked", "revoked"] } else { ["open", "revoked", "open"] };
    assert_eq!(states, wanted);
    world.app.stop().await;
}
