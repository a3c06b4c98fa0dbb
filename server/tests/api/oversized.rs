//! Forms that hold more than they may: they come back with that said at its field, and with all else that was typed.

use rstest::rstest;
use serde_json::json;

use super::frameworks::admin;
use super::support::{Answer, Backend, Person, World};
use super::uploads::{BOUNDARY, form, send};

const MB: usize = 1 << 20;

/// A form as browsers send it: the file stands where the page has it, between the texts.
fn between(before: &[(&str, &str)], file: &[u8], after: &[(&str, &str)]) -> Vec<u8> {
    let mut whole = form(before, Some(("large.txt", file)));
    whole.truncate(whole.len() - format!("--{BOUNDARY}--\r\n").len());
    whole.extend(form(after, None));
    whole
}

async fn post(person: &Person, world: &World, path: &str, body: Vec<u8>) -> Answer {
    let request = person.client.post(format!("{}{path}", world.app.url));
    let request = request.header("origin", &world.app.url).header("sec-fetch-site", "same-origin");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    Answer::of(request.header("content-type", kind).body(body)).await
}

#[track_caller]
fn expect(answer: &Answer, status: u16, words: &[&str]) {
    assert_eq!(answer.status, status, "{}", answer.text);
    for words in words {
        assert!(answer.text.contains(words), "{words} is missing: {}", answer.text);
    }
}

#[rstest]
#[tokio::test]
async fn the_form_of_a_file_that_is_too_large_comes_back_with_what_was_typed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    // A little too large, and far too large.
    #[values(26, 60)] megabytes: usize,
) {
    let world = World::new(backend).await;
    let file = vec![b'a'; megabytes * MB];
    let before = [("assessment", &*world.assessment), ("title", "The \"log\""), ("criteria", "PAT-1")];
    let after = [("body", ""), ("duration", "charter"), ("dated", "2026-02-03"), ("reported_pct", "12.5")];
    let sent = || between(&before, &file, &after);
    let typed = ["value=\"The &quot;log&quot;\"", "value=\"2026-02-03\"", "value=\"12.5\""];
    let page = format!("/orgs/{}/evidence", world.slug);
    let domain = format!("/orgs/{}/assessments/{}/PAT/evidence", world.slug, world.assessment);

    let expired = post(&world.owner, &world, &page, sent()).await;
    expect(&expired, 401, &typed);
    world.owner.sign_in().await;
    for path in [&page, &domain] {
        let refused = post(&world.owner, &world, path, sent()).await;
        expect(&refused, 422, &typed);
        expect(&refused, 422, &["id=\"file-error\"", "A file may hold at most 25 MB", "href=\"#file\""]);
    }
    // With what else is wrong.
    let wrong = between(&before, &file, &[("duration", "charter"), ("dated", "soon")]);
    expect(
        &post(&world.owner, &world, &page, wrong).await,
        422,
        &["id=\"file-error\"", "id=\"dated-error\""],
    );

    let item = form(&[("criteria", "PAT-1"), ("title", "Log"), ("note", "Seen.")], None);
    let item = send(&world.owner, &world.org("/evidence"), item).await.expect(201);
    let revisions = format!("{page}/{}/revisions", item["id"].as_str().unwrap());
    let refused = post(&world.owner, &world, &revisions, between(&[("revision", "1")], &file, &after)).await;
    expect(&refused, 422, &["id=\"file-error\"", "value=\"2026-02-03\""]);
    send(&world.owner, &world.org("/evidence"), sent()).await.problem(413);
    let kept = world.owner.get(&world.at("/evidence")).await.expect(200);
    assert_eq!(kept["items"], json!([item]));
    world.app.stop().await;
}

#[tokio::test]
async fn other_forms_with_a_file_say_how_large_theirs_may_be() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let root = admin(&world.app).await;
    root.sign_in().await;
    let file = vec![b'a'; 30 * MB];
    let logo = format!("/orgs/{}/logo", world.slug);
    let refused = post(&world.owner, &world, &logo, between(&[], &file, &[])).await;
    expect(&refused, 422, &["id=\"file-error\"", "larger than 2 MB"]);
    let refused = post(&root, &world, "/drafts", between(&[("from", "file")], &file, &[])).await;
    expect(&refused, 422, &["id=\"file-error\"", "may hold at most 4 MB"]);
    world.app.stop().await;
}

#[tokio::test]
async fn a_table_that_is_too_large_is_refused_at_its_field() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let table = "name\n".repeat(2 * MB);
    for path in ["integrations/import", "registers/incidents/import"] {
        let path = format!("/orgs/{}/{path}", world.slug);
        let refused = world.owner.submit(&path, &[("table", &*table)]).await;
        expect(&refused, 422, &["id=\"table-error\"", "A table may hold at most 8 MB", "Import it in parts"]);
    }
    world.app.stop().await;
}

#[tokio::test]
async fn no_more_of_a_server_function_is_in_memory_than_a_form_may_hold() {
    let world = World::new(Backend::Sqlite).await;
    let sent = async |bytes: usize| {
        let fields =
            [("assessment", &*world.assessment), ("criterion", "PAT-1"), ("level", "3"), ("reason", "")];
        let rationale = "a".repeat(bytes);
        let rest = [("rationale", &*rationale), ("revision", "0")];
        world.owner.submit("/api/ui/save_answer", &[&fields[..], &rest[..]].concat()).await
    };
    // Nobody is signed in, and whoever answers that has read all of it.
    assert!(sent(7 * MB).await.text.contains("SignedOut"));
    let refused = sent(9 * MB).await;
    assert_eq!(refused.status, 413, "{}", refused.text);
    world.app.stop().await;
}
