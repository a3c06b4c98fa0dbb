//! Peers through the API and the page.

use rstest::rstest;
use serde_json::{Value, json};
use service::organization::NewOrganization;
use service::record::SizeBand;

use super::support::{Backend, Person, TestApp, text};

/// The questions that organizations answer, one more each.
const CODES: [&str; 8] = ["PAT-1", "PAT-2", "PAT-3", "GOV-1", "GOV-2", "GOV-3", "OPS-1", "OPS-2"];

/// An organization with its owner.
struct Peer {
    owner: Person,
    id: String,
    slug: String,
    name: String,
}

impl Peer {
    /// With a submitted assessment in which so many questions are answered, and taking part.
    async fn new(app: &TestApp, number: usize) -> Self {
        let owner = app.person(&format!("owner{number}")).await;
        let name = format!("Hospital number {number}");
        let new = json!({ "name": name, "profiles": ["H"], "size_band": "21-150" });
        let made = owner.post("/organizations", new).await.expect(201);
        let peer = Self { owner, id: text(&made["id"]), slug: text(&made["slug"]), name };
        peer.submit(number).await;
        peer.decide(true).await;
        peer
    }

    async fn submit(&self, answers: usize) {
        let new = json!({ "framework": "B7", "title": "Spring" });
        let made = self.owner.post(&format!("/organizations/{}/assessments", self.id), new).await.expect(201);
        let at = format!("/assessments/{}", text(&made["id"]));
        for code in CODES.iter().take(answers) {
            let answer = json!({ "level": 2, "revision": 0 });
            self.owner.put(&format!("{at}/answers/{code}"), answer).await.expect(200);
        }
        self.owner.post(&format!("{at}/submit"), json!({})).await.expect(200);
    }

    fn path(&self) -> String {
        format!("/organizations/{}/benchmark", self.id)
    }

    async fn decide(&self, takes_part: bool) -> Value {
        self.owner.put(&self.path(), json!({ "takes_part": takes_part })).await.expect(200)
    }

    async fn read(&self) -> Value {
        self.owner.get(&self.path()).await.expect(200)
    }

    /// What is shown of the group of like profile and size, and of any size.
    async fn figures(&self) -> [Value; 2] {
        let read = self.read().await;
        let groups = &read["groups"];
        assert_eq!((&groups[0]["size_band"], &groups[1]["size_band"]), (&json!("21-150"), &Value::Null));
        [groups[0]["figures"].clone(), groups[1]["figures"].clone()]
    }
}

async fn peers(app: &TestApp, numbers: std::ops::RangeInclusive<usize>) -> Vec<Peer> {
    let mut peers = Vec::new();
    for number in numbers {
        peers.push(Peer::new(app, number).await);
    }
    peers
}

#[rstest]
#[tokio::test]
async fn figures_are_shown_from_five_others_on_the_same_to_everybody_and_without_names(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let mut all = peers(&app, 1..=5).await;
    for peer in &all {
        assert_eq!(peer.figures().await, [Value::Null, Value::Null]);
    }
    all.push(Peer::new(&app, 6).await);
    let shown = all[0].figures().await;
    assert_eq!((&shown[0]["overall"]["n"], &shown[1]["overall"]["n"]), (&json!(6), &json!(6)));
    for peer in &all {
        assert_eq!(peer.figures().await, shown, "no difference between two readers");
    }
    let (least, most) = (all[0].read().await, all[5].read().await);
    assert_eq!(shown[0]["overall"]["min"], least["own"]["overall"]);
    assert_eq!(shown[0]["overall"]["max"], most["own"]["overall"]);
    let said = least.to_string();
    for peer in &all {
        assert!(!said.contains(&peer.name) && !said.contains(&peer.id), "{said}");
    }
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn who_joins_or_submits_again_is_not_seen_by_the_difference(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let all = peers(&app, 1..=6).await;
    let before = all[0].figures().await;
    let seventh = Peer::new(&app, 7).await;
    assert_eq!(all[0].figures().await, before);
    assert_eq!(seventh.figures().await, before, "who takes part reads, though not among the figures yet");
    all[0].submit(8).await;
    assert_eq!(all[1].figures().await, before);
    assert_ne!(
        all[0].read().await["own"]["overall"],
        before[0]["overall"]["min"],
        "the own value is the latest"
    );
    for peer in &all[1..] {
        peer.submit(8).await;
    }
    let after = all[0].figures().await;
    assert_ne!(after, before, "all of them are others now");
    assert_eq!(after[0]["overall"]["n"], 7);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn who_leaves_neither_contributes_nor_reads_and_takes_the_figures_along(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let all = peers(&app, 1..=7).await;
    assert_eq!(all[0].figures().await[0]["overall"]["n"], 6, "published when there were six");
    let left = all[0].decide(false).await;
    assert_eq!((&left["takes_part"], &left["groups"]), (&json!(false), &json!([])));
    assert_eq!(all[0].read().await["groups"], json!([]));
    assert_eq!(all[1].figures().await, [Value::Null, Value::Null]);
    all[0].decide(true).await;
    assert_eq!(all[1].figures().await[0]["overall"]["n"], 6);

    let actor = app.service.actor_of_token(all[0].owner.token.as_ref().unwrap()).await.unwrap();
    let log = app.service.audit(&actor, all[0].id.parse().unwrap(), 200).await.unwrap();
    let decisions = log.iter().filter(|entry| entry.action.starts_with("benchmark."));
    let decisions: Vec<_> = decisions.map(|entry| entry.action.as_str()).collect();
    assert_eq!(decisions, ["benchmark.joined", "benchmark.left", "benchmark.joined"]);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn whoever_belongs_to_several_does_not_count_any_of_them(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let all = peers(&app, 1..=7).await;
    let consultant = app.person("consultant").await;
    let joins = async |peer: &Peer| {
        let new = json!({ "email": consultant.email, "role": "consultant" });
        peer.owner.post(&format!("/organizations/{}/members", peer.id), new).await.expect(201);
    };
    joins(&all[0]).await;
    let shown = async || consultant.get(&all[0].path()).await.expect(200)["groups"][0]["figures"].clone();
    assert_eq!(shown().await["overall"]["n"], 6);
    // The seventh is not among the figures, so it does not matter.
    joins(&all[6]).await;
    assert_eq!(shown().await["overall"]["n"], 6);
    joins(&all[1]).await;
    assert_eq!(shown().await, Value::Null, "four others are left");
    assert_eq!(all[0].figures().await[0]["overall"]["n"], 6, "others see it as before");
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn only_an_owner_decides_and_a_demonstration_never_takes_part(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let (peer, outsider) = (Peer::new(&app, 1).await, app.person("outsider").await);
    let viewer = app.person("viewer").await;
    let new = json!({ "email": viewer.email, "role": "assessor" });
    peer.owner.post(&format!("/organizations/{}/members", peer.id), new).await.expect(201);
    viewer.put(&peer.path(), json!({ "takes_part": false })).await.problem(403);
    viewer.get(&peer.path()).await.expect(200);
    outsider.put(&peer.path(), json!({ "takes_part": true })).await.problem(404);
    outsider.get(&peer.path()).await.problem(404);
    assert_eq!(peer.owner.put(&peer.path(), json!({})).await.pointers(), ["/takes_part"]);
    peer.owner.get(&format!("{}?framework=B7", peer.path())).await.problem(400);
    peer.owner.get(&format!("{}?framework=B7&version=9", peer.path())).await.problem(404);
    let other = peer.owner.get(&format!("{}?framework=BL7&version=1.0.0", peer.path())).await.expect(200);
    assert_eq!((&other["own"], &other["groups"]), (&Value::Null, &json!([])), "nothing submitted by it");

    let actor = app.service.actor_of_token(peer.owner.token.as_ref().unwrap()).await.unwrap();
    let demo = NewOrganization {
        name: "Sample".to_owned(),
        profiles: vec!["H".into()],
        size_band: SizeBand::UpTo150,
        demo: true,
    };
    let demo = app.service.create_organization(&actor, demo).await.unwrap();
    let path = format!("/organizations/{}/benchmark", demo.id);
    peer.owner.put(&path, json!({ "takes_part": true })).await.problem(409);
    app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_page_draws_boxes_with_the_own_value_and_takes_the_owner_s_decision(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::spawn(backend).await;
    let all = peers(&app, 1..=6).await;
    let peer = &all[2];
    peer.owner.sign_in().await;
    let at = format!("/orgs/{}/peers", peer.slug);
    let page = peer.owner.page(&at).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for words in [
        "Hospital, 21 to 150 physicians",
        "Hospital, of any size",
        "6 organizations, yours included",
        ">Overall, 6 organizations: least ",
        "; yours ",
        "definition 7 of Hyndman and Fan",
        "Take part no longer",
    ] {
        assert!(page.text.contains(words), "{words} is missing: {}", page.text);
    }
    for other in all.iter().filter(|other| other.id != peer.id) {
        assert!(!page.text.contains(&other.name));
    }
    assert_eq!(peer.owner.submit(&format!("{at}/leave"), &[]).await.status, 303);
    let page = peer.owner.page(&at).await.text.replace("<!>", "");
    assert!(page.contains("does not take part.") && page.contains("Take part</button>"), "{page}");
    assert_eq!(peer.owner.submit(&format!("{at}/join"), &[]).await.status, 303);

    let five = &all[0];
    five.owner.sign_in().await;
    five.decide(false).await;
    assert!(peer.owner.page(&at).await.text.contains("Nothing is shown of this group"));
    assert_eq!(five.owner.page(&at).await.status, 404);
    assert_eq!(five.owner.submit(&format!("{at}/leave"), &[]).await.status, 404);
    app.stop().await;
}
