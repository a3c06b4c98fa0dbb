//! How many files came in time, by what is kept of a check's past.

use rstest::rstest;
use serde_json::json;

use super::feeds::{feed, latest, report, until};
use super::support::{Backend, World};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

#[rstest]
#[tokio::test]
async fn three_files_of_thirty_that_come_an_hour_late_are_a_tenth(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let parameters = json!({ "pattern": "images_*.zip", "cadence": "1d", "grace": "2h" });
    let (check, heartbeats) = feed(&world, "file.freshness", parameters).await;
    let id = check.rsplit('/').next().unwrap();
    let now = service::UnixMillis::now().0;
    // A month of looks, one an hour, whether their days are gathered already or not.
    let today = now.div_euclid(DAY);
    for day in today - 31..today {
        for (table, slot, number) in [("run_hours", "hour", day * 24), ("run_days", "day", day)] {
            let insert = format!(
                "INSERT INTO {table} (check_id, {slot}, pass, warn, fail, unknown, timed, latency_sum, latency) \
                 VALUES ('{id}', {number}, 24, 0, 0, 0, 0, 0, '')"
            );
            world.app.execute(&insert).await;
        }
    }
    for days in [25, 10, 3] {
        let (began, ended) = (now - days * DAY, now - days * DAY + HOUR);
        let insert =
            format!("INSERT INTO outages (check_id, began_at, ended_at) VALUES ('{id}', {began}, {ended})");
        world.app.execute(&insert).await;
    }
    assert_eq!(report(&world, &heartbeats, "").await.status, 202);
    until(async || latest(&world.owner, &check).await["status"] == "PASS").await;
    let run = latest(&world.owner, &check).await;
    assert_eq!(run["observations"]["on_time_30d_pct"], 90.0, "{run}");
    let read = world.owner.get(&check).await.expect(200);
    let bindings = read["bindings"].as_array().unwrap();
    let status = |binding: &str| {
        let found = bindings.iter().find(|tie| tie["binding"] == binding).unwrap();
        found["status"].clone()
    };
    assert_eq!((status("BL-9.1"), status("NET-5.1")), (json!("PASS"), json!("FAIL")), "{read}");
}
