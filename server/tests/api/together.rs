//! Several people at one assessment: earlier answers brought back, owners and dates, comments.

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, Person, World, text};

/// Answers PAT-1 with each level in turn.
async fn answers(person: &Person, world: &World, levels: &[u8]) {
    for (revision, level) in levels.iter().enumerate() {
        let body = json!({ "level": level, "rationale": format!("as {level}"), "revision": revision });
        person.put(&world.answer_to("PAT-1"), body).await.expect(200);
    }
}

/// Every answer to PAT-1 with its revision, level and author, the latest first.
async fn history(person: &Person, world: &World) -> Vec<(i64, i64, String)> {
    let read = person.get(&world.answer_to("PAT-1")).await.expect(200);
    let items = read["items"].as_array().unwrap().iter();
    let of = |item: &Value| {
        (item["revision"].as_i64().unwrap(), item["level"].as_i64().unwrap(), text(&item["by_name"]))
    };
    items.map(of).collect()
}

#[rstest]
#[tokio::test]
async fn an_earlier_answer_comes_back_as_a_new_revision_and_nothing_is_rewritten(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let bo = world.member("contributor").await;
    answers(&world.owner, &world, &[1, 3]).await;
    let path = world.answer_to("PAT-1/restore");
    let same = bo.post(&path, json!({ "restore": 2, "revision": 2 })).await;
    assert_eq!(same.problem(409)["detail"], "Revision 2 is the answer on file already.");
    let back = bo.post(&path, json!({ "restore": 1, "revision": 2 })).await.expect(200);
    assert_eq!(
        (&back["level"], &back["rationale"], &back["revision"], &back["by_name"]),
        (&json!(1), &json!("as 1"), &json!(3), &json!("contributor"))
    );
    let name = |name: &str| name.to_owned();
    assert_eq!(
        history(&world.owner, &world).await,
        [(3, 1, name("contributor")), (2, 3, name("owner")), (1, 1, name("owner"))]
    );
    // The one who does the same from what they saw before is told what is on file by now.
    let late = world.owner.post(&path, json!({ "restore": 1, "revision": 2 })).await.problem(409);
    assert_eq!(
        (&late["current"]["revision"], &late["current"]["by_name"]),
        (&json!(3), &json!("contributor"))
    );
    assert_eq!(history(&world.owner, &world).await.len(), 3);

    world.owner.post(&path, json!({ "restore": 9, "revision": 3 })).await.problem(404);
    assert_eq!(world.owner.post(&path, json!({ "revision": 3 })).await.pointers(), ["/restore"]);
    world
        .owner
        .post(&world.answer_to("NO-1/restore"), json!({ "restore": 1, "revision": 3 }))
        .await
        .problem(404);
    let (viewer, outsider) = (world.member("viewer").await, world.app.person("outsider").await);
    viewer.post(&path, json!({ "restore": 2, "revision": 3 })).await.problem(403);
    outsider.post(&path, json!({ "restore": 2, "revision": 3 })).await.problem(404);
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    let locked = world.owner.post(&path, json!({ "restore": 2, "revision": 3 })).await.problem(409);
    assert!(text(&locked["detail"]).contains("locked"), "{locked}");
    assert_eq!(history(&world.owner, &world).await.len(), 3);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_first_answer_is_withdrawn_and_can_be_brought_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (bo, viewer) = (world.member("contributor").await, world.member("viewer").await);
    let before = world.owner.get(&world.at("/score")).await.expect(200);
    answers(&bo, &world, &[3]).await;
    let path = world.answer_to("PAT-1/withdraw");
    viewer.post(&path, json!({ "revision": 1 })).await.problem(403);
    let stale = world.owner.post(&path, json!({ "revision": 2 })).await.problem(409);
    assert_eq!(stale["current"]["revision"], 1);
    let gone = world.owner.post(&path, json!({ "revision": 1 })).await.expect(200);
    assert_eq!(
        (&gone["withdrawn"], &gone["level"], &gone["not_applicable"], &gone["revision"], &gone["by_name"]),
        (&json!(true), &Value::Null, &json!(false), &json!(2), &json!("owner"))
    );
    let whole = world.owner.get(&world.at("")).await.expect(200);
    assert_eq!(whole["answers"], json!([]), "it is unanswered");
    let after = world.owner.get(&world.at("/score")).await.expect(200);
    assert_eq!((&after["exact"], &after["completeness"]), (&before["exact"], &before["completeness"]));
    world.owner.post(&path, json!({ "revision": 2 })).await.problem(409);
    let restore = world.answer_to("PAT-1/restore");
    let nothing = world.owner.post(&restore, json!({ "restore": 2, "revision": 0 })).await.problem(409);
    assert!(text(&nothing["detail"]).contains("is a withdrawal"), "{nothing}");
    let back = world.owner.post(&restore, json!({ "restore": 1, "revision": 0 })).await.expect(200);
    assert_eq!((&back["level"], &back["revision"]), (&json!(3), &json!(3)));

    // Without scripts: the first answer is undone, later ones are undone or withdrawn.
    world.owner.sign_in().await;
    let about = |code: &str| format!("/orgs/{}/assessments/{}/criteria/{code}", world.slug, world.assessment);
    world.owner.put(&world.answer_to("PAT-2"), json!({ "level": 1, "revision": 0 })).await.expect(200);
    let page = world.owner.page(&about("PAT-2")).await.text;
    assert!(page.contains("Undo: back to unanswered") && !page.contains("Withdraw the answer"), "{page}");
    let undone = world.owner.submit(&format!("{}/withdraw", about("PAT-2")), &[("revision", "1")]).await;
    assert_eq!(undone.status, 303, "{}", undone.text);
    let page = world.owner.page(&about("PAT-2")).await.text;
    for words in ["Withdrawn: unanswered again", "Bring back revision 1"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Undo") && !page.contains("Bring back revision 2"), "{page}");
    let late = world.owner.submit(&format!("{}/withdraw", about("PAT-2")), &[("revision", "1")]).await;
    assert_eq!(late.status, 409);
    answers_at(&world, "PAT-2", 2, 0).await;
    let page = world.owner.page(&about("PAT-2")).await.text;
    assert!(page.contains("Undo: back to unanswered"), "before the answer on file there was none: {page}");
    answers_at(&world, "PAT-2", 4, 3).await;
    let page = world.owner.page(&about("PAT-2")).await.text;
    assert!(page.contains("Undo: back to revision 3") && page.contains("Withdraw the answer"), "{page}");
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    world.owner.post(&path, json!({ "revision": 3 })).await.problem(409);
    world.app.stop().await;
}

async fn answers_at(world: &World, criterion: &str, level: u8, revision: u8) {
    let body = json!({ "level": level, "revision": revision });
    world.owner.put(&world.answer_to(criterion), body).await.expect(200);
}

/// The account of a person, as the list of members has it.
async fn account(world: &World, person: &Person) -> String {
    let members = world.owner.get(&world.org("/members")).await.expect(200);
    let found = members["items"].as_array().unwrap().iter().find(|member| member["email"] == person.email);
    text(&found.unwrap()["user"])
}

#[rstest]
#[tokio::test]
async fn a_domain_and_a_criterion_are_given_to_somebody_who_then_finds_them(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (bo, assessor) = (world.member("contributor").await, world.member("assessor").await);
    let (bo_id, assessor_id) = (account(&world, &bo).await, account(&world, &assessor).await);
    let (pat, one) = (world.at("/owners/domains/PAT"), world.at("/owners/criteria/PAT-2"));
    let whole = json!({ "owner": bo_id, "due": "2020-01-31" });
    let kept = assessor.put(&pat, whole).await.expect(200);
    assert_eq!(
        (&kept["domain"], &kept["criterion"], &kept["owner_name"], &kept["due"]),
        (&json!("PAT"), &Value::Null, &json!("contributor"), &json!("2020-01-31"))
    );
    world.owner.put(&one, json!({ "owner": assessor_id, "due": "2999-01-01" })).await.expect(200);
    answers(&bo, &world, &[2]).await;

    let mine = bo.get(&world.at("/mine?limit=200")).await.expect(200);
    let mine = mine["items"].as_array().unwrap();
    let codes: Vec<String> = mine.iter().map(|task| text(&task["criterion"])).collect();
    assert!(codes.iter().all(|code| code.starts_with("PAT-") && code != "PAT-2"), "{codes:?}");
    assert_eq!(codes.last().unwrap(), "PAT-1", "what is answered comes last");
    assert_eq!((&mine[0]["overdue"], &mine[0]["answered"]), (&json!(true), &json!(false)));
    let last = mine.last().unwrap();
    assert_eq!((&last["overdue"], &last["answered"]), (&json!(false), &json!(true)));
    let theirs = assessor.get(&world.at("/mine")).await.expect(200);
    assert_eq!(theirs["items"].as_array().unwrap().len(), 1);
    assert_eq!(theirs["items"][0]["criterion"], "PAT-2");

    // Without an owner of its own it falls to the domain's, with the day that is its own.
    world.owner.put(&one, json!({ "due": "2019-05-05" })).await.expect(200);
    let mine = bo.get(&world.at("/mine")).await.expect(200);
    assert_eq!(
        (&mine["items"][0]["criterion"], &mine["items"][0]["due"]),
        (&json!("PAT-2"), &json!("2019-05-05"))
    );
    let all = bo.get(&world.at("/owners")).await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    world.owner.put(&one, json!({})).await.expect(200);
    assert_eq!(bo.get(&world.at("/owners")).await.expect(200)["items"].as_array().unwrap().len(), 1);
    // Whoever leaves answers for nothing any more.
    world.owner.delete(&world.org(&format!("/members/{bo_id}"))).await.expect(204);
    let left = world.owner.get(&world.at("/owners")).await.expect(200);
    assert_eq!((&left["items"][0]["owner"], &left["items"][0]["due"]), (&Value::Null, &json!("2020-01-31")));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn only_a_member_who_may_answer_is_named_by_an_owner_or_an_assessor(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (viewer, outsider) = (world.member("viewer").await, world.app.person("outsider").await);
    let (contributor, consultant) = (world.member("contributor").await, world.member("consultant").await);
    let pat = world.at("/owners/domains/PAT");
    let named = json!({ "owner": account(&world, &contributor).await });
    for person in [&viewer, &contributor, &consultant] {
        person.put(&pat, named.clone()).await.problem(403);
    }
    outsider.put(&pat, named.clone()).await.problem(404);
    outsider.get(&world.at("/owners")).await.problem(404);
    outsider.get(&world.at("/mine")).await.problem(404);
    for person in [&viewer, &consultant] {
        let reads_only = json!({ "owner": account(&world, person).await });
        assert_eq!(world.owner.put(&pat, reads_only).await.pointers(), ["/owner"]);
    }
    let nobody = json!({ "owner": "01934d5e-7c1a-7000-8000-000000000000" });
    assert_eq!(world.owner.put(&pat, nobody).await.pointers(), ["/owner"]);
    assert_eq!(world.owner.put(&pat, json!({ "owner": "Bo" })).await.pointers(), ["/owner"]);
    assert_eq!(world.owner.put(&pat, json!({ "due": "soon" })).await.pointers(), ["/due"]);
    world.owner.put(&world.at("/owners/domains/NOPE"), named.clone()).await.problem(404);
    world.owner.put(&world.at("/owners/criteria/NOPE-1"), named).await.problem(404);
    assert_eq!(viewer.get(&world.at("/owners")).await.expect(200)["items"], json!([]));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn people_comment_answer_settle_change_and_withdraw(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (bo, consultant) = (world.member("contributor").await, world.member("consultant").await);
    let path = world.at("/comments/PAT-1");
    let first = bo.post(&path, json!({ "text": "  14 resources?  " })).await;
    let made = first.expect(201);
    let id = text(&made["id"]);
    assert_eq!(first.location(), format!("/api/v1/comments/{id}"));
    assert_eq!(
        (&made["text"], &made["thread"], &made["by_name"]),
        (&json!("14 resources?"), &Value::Null, &json!("contributor"))
    );
    let reply = json!({ "text": "15 by now.", "thread": id });
    let reply = consultant.post(&path, reply).await.expect(201);
    assert_eq!(reply["thread"], json!(id));
    let said = async || bo.get(&path).await.expect(200)["items"].as_array().unwrap().clone();
    assert_eq!(
        said().await.iter().map(|one| text(&one["text"])).collect::<Vec<_>>(),
        ["14 resources?", "15 by now."]
    );

    let settled = consultant.post(&format!("/comments/{id}/resolve"), json!({})).await.expect(200);
    assert_eq!(settled["resolved_by_name"], "consultant");
    let reply_id = text(&reply["id"]);
    consultant.post(&format!("/comments/{reply_id}/resolve"), json!({})).await.problem(409);
    // Whoever goes on in a settled thread opens it again.
    bo.post(&path, json!({ "text": "16.", "thread": id })).await.expect(201);
    assert_eq!(said().await[0]["resolved_at"], Value::Null);
    bo.post(&path, json!({ "text": "x", "thread": reply_id })).await.problem(404);
    bo.post(&world.at("/comments/PAT-2"), json!({ "text": "x", "thread": id })).await.problem(404);

    let change = json!({ "text": "14 resources, says the vendor?", "revision": 1 });
    consultant.patch(&format!("/comments/{id}"), change.clone()).await.problem(403);
    let changed = bo.patch(&format!("/comments/{id}"), change.clone()).await.expect(200);
    assert_eq!(changed["revision"], 2);
    bo.patch(&format!("/comments/{id}"), change).await.problem(409);
    assert_eq!(said().await[0]["earlier"][0]["text"], "14 resources?");
    consultant.delete(&format!("/comments/{id}")).await.problem(403);
    bo.delete(&format!("/comments/{id}")).await.expect(204);
    bo.delete(&format!("/comments/{id}")).await.problem(404);
    // An owner of the organization takes back what should not stand there.
    world.owner.delete(&format!("/comments/{reply_id}")).await.expect(204);
    let all = said().await;
    assert_eq!(
        (&all[0]["text"], &all[0]["earlier"], &all[1]["text"]),
        (&Value::Null, &json!([]), &Value::Null)
    );
    assert_eq!(all[2]["text"], "16.");
    assert!(!bo.get(&path).await.text.contains("vendor"), "what was withdrawn is not told");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn a_viewer_reads_comments_and_an_outsider_knows_of_none(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (viewer, outsider) = (world.member("viewer").await, world.app.person("outsider").await);
    let path = world.at("/comments/PAT-1");
    let made = world.owner.post(&path, json!({ "text": "Whose is this?" })).await.expect(201);
    let one = format!("/comments/{}", text(&made["id"]));
    assert_eq!(viewer.get(&path).await.expect(200)["items"][0]["text"], "Whose is this?");
    viewer.post(&path, json!({ "text": "Mine." })).await.problem(403);
    viewer.post(&format!("{one}/resolve"), json!({})).await.problem(403);
    viewer.delete(&one).await.problem(403);
    outsider.get(&path).await.problem(404);
    outsider.post(&path, json!({ "text": "x" })).await.problem(404);
    outsider.patch(&one, json!({ "text": "x", "revision": 1 })).await.problem(404);
    outsider.delete(&one).await.problem(404);
    outsider.post(&format!("{one}/resolve"), json!({})).await.problem(404);
    let refused = async |body: Value| world.owner.post(&path, body).await.pointers();
    assert_eq!(refused(json!({ "text": "   " })).await, ["/text"]);
    assert_eq!(refused(json!({})).await, ["/text"]);
    assert_eq!(refused(json!({ "text": "a".repeat(4001) })).await, ["/text"]);
    assert_eq!(refused(json!({ "text": "x", "thread": "soon" })).await, ["/thread"]);
    world.owner.post(&path, json!({ "text": "a\u{0}b" })).await.problem(400);
    world.owner.get(&world.at("/comments/NOPE-1")).await.problem(404);
    world.owner.post(&world.at("/comments/NOPE-1"), json!({ "text": "x" })).await.problem(404);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_pages_do_all_of_it_without_scripts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let bo = world.member("contributor").await;
    let bo_id = account(&world, &bo).await;
    answers(&world.owner, &world, &[1, 3]).await;
    for person in [&world.owner, &bo] {
        person.sign_in().await;
    }
    let assessment = format!("/orgs/{}/assessments/{}", world.slug, world.assessment);
    let about = format!("{assessment}/criteria/PAT-1");
    let page = bo.page(&about).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for words in ["Undo: back to revision 1", "Bring back revision 1", "3 Operational", "as 1", "Nobody yet"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    assert!(!page.text.contains("Save owner"), "a contributor names nobody");
    let undone = bo.submit(&format!("{about}/restore"), &[("restore", "1"), ("revision", "2")]).await;
    assert_eq!((undone.status.as_u16(), undone.location()), (303, format!("{about}#history").as_str()));
    let late = bo.submit(&format!("{about}/restore"), &[("restore", "2"), ("revision", "2")]).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("Revision 2 is the answer on file already"), "{}", late.text);
    let late = bo.submit(&format!("{about}/restore"), &[("restore", "1"), ("revision", "2")]).await;
    assert!(
        late.status == 409 && late.text.contains("Somebody else answered in the meantime"),
        "{}",
        late.text
    );

    let said = bo.submit(&format!("{about}/comments"), &[("text", "See <b>the</b> letter")]).await;
    assert_eq!(said.status, 303);
    let comment = said.location().rsplit("comment-").next().unwrap().to_owned();
    let empty = bo.submit(&format!("{about}/comments"), &[("text", " "), ("thread", &comment)]).await;
    assert!(empty.status == 422 && empty.text.contains("Write what you want to say"), "{}", empty.text);
    let page = bo.page(&about).await.text;
    assert!(
        page.contains("See &lt;b>the&lt;/b> letter") || page.contains("See &lt;b&gt;the&lt;/b&gt; letter")
    );
    let questions = format!("{assessment}/PAT");
    assert!(bo.page(&questions).await.text.contains("1 comment, open"));
    let on = format!("{about}/comments/{comment}");
    assert_eq!(world.owner.submit(&on, &[("do", "resolve")]).await.status, 303);
    assert!(bo.page(&about).await.text.contains("Settled by owner"));
    let refused = world.owner.submit(&on, &[("do", "change"), ("revision", "1"), ("text", "x")]).await;
    assert!(refused.status == 403 && refused.text.contains("Only its author"), "{}", refused.text);
    let nonsense =
        bo.submit(&format!("{assessment}/criteria/PAT-2/comments/{comment}"), &[("do", "withdraw")]).await;
    assert_eq!(nonsense.status, 404);
    assert_eq!(bo.submit(&on, &[("do", "withdraw")]).await.status, 303);
    assert!(!bo.page(&about).await.text.contains("letter"));

    let owners = format!("{assessment}/owners");
    let fields = [("owner", bo_id.as_str()), ("due", "2020-01-31")];
    let named = world.owner.submit(&format!("{owners}/PAT"), &fields).await;
    assert_eq!((named.status.as_u16(), named.location()), (303, format!("{owners}#pat").as_str()));
    let wrong = world.owner.submit(&format!("{about}/owner"), &[("owner", "x"), ("due", "soon")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("Choose somebody from the list") && wrong.text.contains("2026-11-20"));
    assert_eq!(bo.submit(&format!("{owners}/PAT"), &fields).await.status, 403);
    let mine = bo.page(&format!("{assessment}/mine")).await;
    assert!(mine.status == 200 && mine.text.contains("Overdue"), "{}", mine.text);
    let page = bo.page(&questions).await.text;
    assert!(page.contains("Overdue since 31 Jan 2020") && page.contains("contributor"), "{page}");
    assert!(bo.page(&assessment).await.text.contains("Overdue since 31 Jan 2020"));
    let overview = bo.page(&format!("/orgs/{}", world.slug)).await.text.replace("<!>", "");
    assert!(overview.contains("criteria are to be answered. Owner: contributor"), "{overview}");
    assert!(overview.contains("contributor brought an earlier answer to PAT-1 back"), "{overview}");
    let (outsider, elsewhere) = (world.app.person("outsider").await, "/criteria/NOPE-1");
    outsider.sign_in().await;
    for path in [&about, &owners, &format!("{assessment}/mine")] {
        assert_eq!(outsider.page(path).await.status, 404, "{path}");
    }
    assert_eq!(bo.page(&format!("{assessment}{elsewhere}")).await.status, 404);
    world.app.stop().await;
}
