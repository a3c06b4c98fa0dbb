//! Following an assessment: who hears what, from which node, and when it ends.

use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use server::startup::Application;

use super::support::{Backend, Person, World, text};

/// Longer than anything here takes, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

struct Stream {
    response: Response,
    heard: String,
    /// The state that it began with, once that was heard.
    began_in: Option<String>,
}

impl Stream {
    async fn open(person: &Person, url: &str, last: Option<&str>) -> Self {
        let mut request = person.client.get(url);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "private, no-store");
        Self { response, heard: String::new(), began_in: None }
    }

    /// The next event after the state that is there: its id and its data.
    async fn next(&mut self) -> Option<(String, Value)> {
        let reading = async {
            loop {
                if let Some((event, rest)) = self.heard.split_once("\n\n") {
                    let field = |name: &str| {
                        event
                            .lines()
                            .find_map(|line| line.strip_prefix(name))
                            .map(|value| value.trim().to_owned())
                    };
                    let found = field("id:").zip(field("data:"));
                    let rest = rest.to_owned();
                    self.heard = rest;
                    // Without data it keeps the connection alive.
                    let Some((id, data)) = found else { continue };
                    let data: Value = serde_json::from_str(&data).unwrap();
                    if data["state"] != "" && self.began_in.is_none() {
                        self.began_in = Some(text(&data["state"]));
                        continue;
                    }
                    return Some((id, data));
                }
                let part = self.response.chunk().await.ok()??;
                self.heard.push_str(std::str::from_utf8(&part).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("neither an event nor the end")
    }

    async fn words(&mut self) -> String {
        text(&self.next().await.expect("the stream goes on").1["words"])
    }
}

fn live(world: &World) -> String {
    format!("{}/orgs/{}/assessments/{}/live", world.app.url, world.slug, world.assessment)
}

async fn answer(person: &Person, world: &World, criterion: &str, level: u8, revision: i64) {
    let body = json!({ "level": level, "revision": revision });
    person.put(&world.answer_to(criterion), body).await.expect(200);
}

/// The words without the time that they end in.
fn untimed(words: &str) -> &str {
    words.rsplit_once(", ").unwrap().0
}

#[rstest]
#[tokio::test]
async fn colleagues_hear_what_somebody_answers_and_nobody_hears_their_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let bo = world.member("contributor").await;
    world.owner.sign_in().await;
    let mut stream = Stream::open(&world.owner, &live(&world), None).await;
    answer(&world.owner, &world, "PAT-2", 1, 0).await;
    answer(&bo, &world, "PAT-1", 3, 0).await;
    let (first, told) = stream.next().await.unwrap();
    assert_eq!(untimed(&text(&told["words"])), "contributor answered PAT-1: 3 Operational");
    assert_eq!((&told["criterion"], &told["revision"]), (&json!("PAT-1"), &json!(1)));
    let questions = format!("/orgs/{}/assessments/{}/PAT#pat-1", world.slug, world.assessment);
    assert_eq!(told["href"], questions);
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    assert_eq!(stream.words().await, "The assessment was submitted and is locked now");
    assert_eq!(stream.began_in.as_deref(), Some("draft"));
    // Whoever comes back hears what was answered meanwhile, and who came too late for something hears it too.
    let mut again = Stream::open(&world.owner, &live(&world), Some(&first)).await;
    assert_eq!(untimed(&again.words().await), "contributor answered PAT-1: 3 Operational");
    let long_ago = format!("{}?since=0", live(&world));
    let mut all = Stream::open(&world.owner, &long_ago, None).await;
    assert_eq!(untimed(&all.words().await), "contributor answered PAT-1: 3 Operational");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn colleagues_hear_that_an_answer_was_withdrawn(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let bo = world.member("contributor").await;
    world.owner.sign_in().await;
    answer(&world.owner, &world, "PAT-1", 3, 0).await;
    let mut stream = Stream::open(&world.owner, &live(&world), None).await;
    let since = service::UnixMillis::now().0;
    bo.post(&world.answer_to("PAT-1/withdraw"), json!({ "revision": 1 })).await.expect(200);
    let (_, told) = stream.next().await.unwrap();
    assert_eq!(untimed(&text(&told["words"])), "contributor withdrew the answer to PAT-1");
    assert_eq!((&told["criterion"], &told["revision"]), (&json!("PAT-1"), &json!(2)));
    // Nobody hears what they withdrew themselves.
    answer(&bo, &world, "PAT-1", 2, 2).await;
    assert_eq!(untimed(&stream.words().await), "contributor answered PAT-1: 2 Defined");
    world.owner.post(&world.answer_to("PAT-1/withdraw"), json!({ "revision": 3 })).await.expect(200);
    answer(&bo, &world, "PAT-2", 1, 0).await;
    assert_eq!(untimed(&stream.words().await), "contributor answered PAT-2: 1 Ad hoc");
    // Whoever comes back hears of a withdrawal that stands.
    bo.post(&world.answer_to("PAT-2/withdraw"), json!({ "revision": 1 })).await.expect(200);
    let back = format!("{}?since={since}", live(&world));
    let mut again = Stream::open(&world.owner, &back, None).await;
    assert_eq!(untimed(&again.words().await), "contributor withdrew the answer to PAT-2");
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn who_comes_back_hears_the_state_that_it_is_in_by_now(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let bo = world.member("contributor").await;
    world.owner.sign_in().await;
    let page = format!("/orgs/{}/assessments/{}/PAT", world.slug, world.assessment);
    assert!(world.owner.page(&page).await.text.contains("data-state=\"draft\""));
    let since = service::UnixMillis::now().0.to_string();
    // The page is hidden, and follows nothing, while this happens.
    answer(&bo, &world, "PAT-1", 3, 0).await;
    world.owner.post(&world.at("/submit"), json!({})).await.expect(200);
    let mut stream = Stream::open(&world.owner, &live(&world), Some(&since)).await;
    assert_eq!(untimed(&stream.words().await), "contributor answered PAT-1: 3 Operational");
    world.owner.post(&world.at("/reopen"), json!({})).await.expect(200);
    let (_, told) = stream.next().await.unwrap();
    assert_eq!(stream.began_in.as_deref(), Some("submitted"));
    assert_eq!(told["state"], "draft");
    world.app.stop().await;
}

#[tokio::test]
async fn an_answer_at_another_node_is_heard_too() {
    let world = World::new(Backend::Postgres).await;
    let bo = world.member("contributor").await;
    world.owner.sign_in().await;
    let other = Application::build(world.app.config.clone()).await.unwrap();
    let elsewhere = format!("http://{}/api/v1{}", other.addr(), world.answer_to("PAT-1"));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(other.run_until(async move {
        let _ = stopped.await;
    }));
    let mut stream = Stream::open(&world.owner, &live(&world), None).await;
    let token = bo.token.clone().unwrap();
    let put = bo.client.put(&elsewhere).bearer_auth(token).json(&json!({ "level": 2, "revision": 0 }));
    assert_eq!(put.send().await.unwrap().status(), 200);
    assert_eq!(untimed(&stream.words().await), "contributor answered PAT-1: 2 Defined");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn it_ends_with_the_session_and_with_the_membership_and_tells_nothing_after(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (bo, viewer) = (world.member("contributor").await, world.member("viewer").await);
    for person in [&bo, &viewer] {
        person.sign_in().await;
    }
    let mut signed_out = Stream::open(&bo, &live(&world), None).await;
    let mut removed = Stream::open(&viewer, &live(&world), None).await;
    assert_eq!(bo.submit("/sign-out", &[]).await.status, 303);
    let members = world.owner.get(&world.org("/members")).await.expect(200);
    let items = members["items"].as_array().unwrap();
    let id =
        items.iter().find(|member| member["role"] == "viewer").map(|member| text(&member["user"])).unwrap();
    world.owner.delete(&world.org(&format!("/members/{id}"))).await.expect(204);
    answer(&world.owner, &world, "PAT-1", 2, 0).await;
    assert_eq!(signed_out.next().await, None);
    assert_eq!(removed.next().await, None);
    assert_eq!(bo.page(&live(&world)[world.app.url.len()..]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(viewer.page(&live(&world)[world.app.url.len()..]).await.status, 404);
    world.app.stop().await;
}

#[tokio::test]
async fn it_ends_by_itself_when_the_session_ends_while_nothing_happens() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let mut stream = Stream::open(&world.owner, &live(&world), None).await;
    assert_eq!(world.owner.submit("/sign-out", &[]).await.status, 303);
    assert_eq!(stream.next().await, None);
    world.app.stop().await;
}

#[tokio::test]
async fn the_server_stops_at_once_although_somebody_follows() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let mut stream = Stream::open(&world.owner, &live(&world), None).await;
    let begun = Instant::now();
    world.app.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn it_is_for_those_who_may_read_and_no_more_than_a_few_times_each() {
    let world = World::new(Backend::Sqlite).await;
    let outsider = world.app.person("outsider").await;
    outsider.sign_in().await;
    let path = live(&world)[world.app.url.len()..].to_owned();
    assert_eq!(outsider.page(&path).await.status, 404);
    assert_eq!(world.app.anonymous().page(&path).await.status, StatusCode::NO_CONTENT);
    world.owner.sign_in().await;
    let elsewhere = path.replace(&world.slug, "elsewhere");
    assert_eq!(world.owner.page(&elsewhere).await.status, 404);
    let mut streams = Vec::new();
    for _ in 0..16 {
        streams.push(Stream::open(&world.owner, &live(&world), None).await);
    }
    assert_eq!(world.owner.page(&path).await.status, StatusCode::TOO_MANY_REQUESTS);
    // Whoever closes a page makes room for another.
    drop(streams.pop());
    let begun = Instant::now();
    while world.owner.client.get(live(&world)).send().await.unwrap().status() != 200 {
        assert!(begun.elapsed() < PATIENCE, "the place is not free again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.app.stop().await;
}
