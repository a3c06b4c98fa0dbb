//! Comparing many assessments: by short addresses, a part at a time, all of them in one file.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::support::{Backend, World, text};

/// Titles that a spreadsheet would take for formulas.
const FORMULAS: [&str; 4] = ["=1+1", "+1", "-1", "@SUM(A1)"];

/// Has so many more of the organization's first assessment, and those whose titles are formulas.
async fn start_many(world: &World, count: usize) -> BTreeSet<String> {
    let numbered = (0..count).map(|number| format!("Number {number}."));
    let titles: Vec<String> = numbered.chain(FORMULAS.map(str::to_owned)).collect();
    let mut ids = BTreeSet::from([world.assessment.clone()]);
    for title in titles {
        let new = json!({ "framework": "B7", "title": title });
        ids.insert(text(&world.owner.post(&world.org("/assessments"), new).await.expect(201)["id"]));
    }
    ids
}

fn ids_of(comparison: &Value) -> Vec<String> {
    comparison["assessments"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect()
}

#[rstest]
#[tokio::test]
async fn many_are_compared_a_part_at_a_time_and_all_can_be_reached(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let ids = start_many(&world, 26).await;
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 2, "revision": 0 })).await.expect(200);
    world.owner.sign_in().await;
    let address = format!("/trend?organization={}", world.slug);
    let first = world.owner.page(&address).await;
    assert_eq!(first.status, 200, "{}", first.text);
    for words in [
        "31 assessments of Alder Regional Hospital",
        "All 31 together",
        "How the scores are spread",
        "1 to 12 of 30",
        "<title id=\"course-0\">Spring: proven",
        "Hold the others against this one",
    ] {
        assert!(first.text.contains(words), "{words} is missing: {}", first.text);
    }
    assert!(first.text.contains("id=\"course-12\"") && !first.text.contains("id=\"course-13\""));
    let mut reached = String::new();
    for page in 1..=3 {
        let link = format!("href=\"{address}&amp;page={page}#domains\"");
        assert!(
            page == 1 || first.text.replace("&page", "&amp;page").contains(&link),
            "{link}: {}",
            first.text
        );
        let part = world.owner.page(&format!("{address}&page={page}")).await.text;
        assert!(part.contains("<title id=\"course-0\">Spring: proven"), "the base stands on every page");
        reached += &part;
    }
    for number in 0..26 {
        assert!(reached.contains(&format!("Number {number}.: proven")), "{number} is on no page");
    }
    let last = world.owner.page(&format!("{address}&page=99")).await.text;
    assert!(last.contains("25 to 30 of 30"), "{last}");

    let base = ids.iter().next_back().unwrap();
    let turned = world.owner.page(&format!("{address}&base={base}")).await.text;
    assert!(turned.contains("<title id=\"course-0\">@SUM(A1): proven"), "{turned}");
    let stranger = "0193e2f0-5b7c-7c3e-8a51-2b1f0c9d7e10";
    let refused = world.owner.page(&format!("{address}&base={stranger}")).await;
    assert!(refused.status == 422 && refused.text.contains("one of those that are compared"));
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn the_api_pages_through_the_others_and_has_all_in_a_table(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let ids = start_many(&world, 8).await;
    world.owner.put(&world.answer_to("PAT-1"), json!({ "level": 4, "revision": 0 })).await.expect(200);
    for choice in [format!("organization={}", world.organization), "framework=B7".to_owned()] {
        let (mut reached, mut after) = (BTreeSet::new(), String::new());
        loop {
            let path = format!("/comparison?{choice}&limit=5{after}");
            let part = world.owner.get(&path).await.expect(200);
            let found = ids_of(&part);
            assert_eq!((&part["total"], found[0].as_str()), (&json!(13), &*world.assessment));
            assert_eq!(part["domains"][0]["scores"].as_array().unwrap().len(), found.len());
            assert!(found[1..].is_sorted_by(|one, next| one > next), "the latest first: {found:?}");
            reached.extend(found);
            match part["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(reached, ids, "{choice}");
    }
    let base = ids.iter().next_back().unwrap();
    let path = format!("/comparison?organization={}&base={base}&limit=1", world.organization);
    assert_eq!(ids_of(&world.owner.get(&path).await.expect(200))[0], *base);

    let table = world.owner.get(&format!("/comparison.csv?organization={}", world.organization)).await;
    assert_eq!(table.status, 200, "{}", table.text);
    assert!(table.header("content-type").starts_with("text/csv"));
    let mut lines = csv::Reader::from_reader(table.text.as_bytes());
    let head = lines.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|column| column == name).unwrap();
    let lines: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    assert_eq!(lines.iter().map(|line| line[at("assessment")].to_owned()).collect::<BTreeSet<_>>(), ids);
    let base = &lines[0];
    assert_eq!(
        (&base[at("title")], &base[at("PAT-1 claims")], &base[at("PAT-1 counts")]),
        ("Spring", "4", "2")
    );
    assert_eq!((&base[at("PAT-2 claims")], &base[at("PAT-2 counts")]), ("", ""));
    assert!(base[at("disclaimer")].contains("not a HIMSS"));
    let titles: BTreeSet<&str> = lines.iter().map(|line| &line[at("title")]).collect();
    for formula in FORMULAS {
        assert!(
            titles.contains(&*format!("'{formula}")),
            "{formula} is kept, behind an apostrophe: {titles:?}"
        );
    }
    for cell in lines.iter().flat_map(csv::StringRecord::iter) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell:?}");
    }
    world.owner.sign_in().await;
    let page = world.owner.page(&format!("/trend.csv?organization={}", world.slug)).await;
    assert!(page.header("content-disposition").starts_with("attachment; filename=\"rung-comparison-"));
    assert_eq!(page.text.trim_start_matches('\u{FEFF}'), table.text);
    world.app.stop().await;
}

#[rstest]
#[tokio::test]
async fn all_of_a_saved_view_or_of_a_name_are_compared_by_a_short_address(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let owner = &world.owner;
    let birch = json!({ "name": "Birch Clinics", "profiles": ["A"], "size_band": "1-6" });
    let birch = text(&owner.post("/organizations", birch).await.expect(201)["id"]);
    for title in ["Summer", "Winter"] {
        let new = json!({ "framework": "B7", "title": title });
        owner.post(&format!("/organizations/{birch}/assessments"), new).await.expect(201);
    }
    owner.sign_in().await;
    let view = [("view", "Clinics"), ("query", "framework=B7%201.0.0&name=birch")];
    assert_eq!(owner.submit("/portfolio/views", &view).await.status, 303);
    let choice = owner.page("/trend?framework=B7").await.text;
    assert!(
        choice.contains("Compare all 3 that fit") && choice.contains("All of the view Clinics"),
        "{choice}"
    );
    let begin = choice.find("/trend?view=").unwrap();
    let address = choice[begin..].split('"').next().unwrap();
    let compared = owner.page(address).await.text;
    assert!(compared.contains("2 assessments of Birch Clinics") && !compared.contains("Spring: proven"));
    let all = owner.page("/trend?compare=all&framework=B7&name=").await.text;
    assert!(all.contains("3 assessments of 2 organizations"), "{all}");
    let named = owner.page("/trend?compare=all&framework=B7&name=alder").await.text;
    assert!(named.contains("1 assessment of Alder Regional Hospital"), "{named}");

    let outsider = world.app.person("outsider").await;
    outsider.get(&format!("/comparison?organization={birch}")).await.problem(404);
    outsider.get(&format!("/comparison.csv?organization={birch}")).await.problem(404);
    assert_eq!(outsider.get("/comparison?framework=B7").await.pointers(), ["/assessment"]);
    outsider.sign_in().await;
    let organization = format!("organization={}", world.slug);
    for path in [address.to_owned(), format!("/trend?{organization}"), format!("/trend.csv?{organization}")] {
        assert_eq!(outsider.page(&path).await.status, 404, "{path}");
    }
    world.app.stop().await;
}

#[tokio::test]
async fn a_thousand_are_compared_and_more_are_refused_in_words() {
    let world = World::new(Backend::Sqlite).await;
    let more = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
         INSERT INTO assessments (id, org_id, framework_id, title, state, target, target_level, independent_signoff, \
         created_by, created_at) SELECT printf('01900000-0000-7000-8000-%012x', i), org_id, framework_id, \
         'Many ' || i, state, target, target_level, independent_signoff, created_by, created_at \
         FROM assessments, n WHERE id = '{}'",
        world.assessment
    );
    world.app.execute(&more).await;
    let path = format!("/comparison?organization={}&limit=1", world.organization);
    assert_eq!(world.owner.get(&path).await.pointers(), ["/assessment"]);
    world.owner.sign_in().await;
    let address = format!("/trend?organization={}", world.slug);
    let refused = world.owner.page(&address).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("at most 1,000 are compared at once"), "{}", refused.text);

    world.app.execute("DELETE FROM assessments WHERE title = 'Many 1000'").await;
    assert_eq!(world.owner.get(&path).await.expect(200)["total"], json!(1000));
    let part = world.owner.get(&path.replace("limit=1", "limit=200")).await.expect(200);
    assert_eq!(ids_of(&part).len(), 51, "the base and as many as are read at once");
    let page = world.owner.page(&address).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("1000 assessments of Alder") && page.text.contains("1 to 12 of 999"));
    assert!(page.text.len() < 400_000, "{} bytes", page.text.len());
    world.app.stop().await;
}
