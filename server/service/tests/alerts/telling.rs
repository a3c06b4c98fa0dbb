use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use domain::scoring::FindingSeverity;
use serde_json::{Value, json};
use service::alert::{NewWindow, RETRIES};
use service::check::{ChangedCheck, RawParameters};
use service::record::MessageState;
use service::{Error, UnixMillis};
use store::Backend;

use crate::world::{HOUR, World, verified};

const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

#[tokio::test]
async fn one_message_when_it_opens_and_one_when_it_closes() {
    for backend in BOTH {
        let world = World::new(backend).await;
        world.run(404).await;
        world.tell().await;
        assert!(world.heard().is_empty(), "one failure is no incident");
        world.run(404).await;
        for _ in 0..3 {
            world.tell().await;
            world.run(404).await;
        }
        {
            let received = world.site.received.lock().unwrap();
            let [(headers, body)] = received.as_slice() else { panic!("one message: {received:?}") };
            assert!(verified(&world.secret, headers, body));
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["data"]["incident"]["integration"], "Order hooks");
            assert!(
                body["data"]["url"]
                    .as_str()
                    .unwrap()
                    .starts_with("https://rung.example.org/orgs/test-clinic/checks/")
            );
        }
        assert_eq!(world.heard(), ["incident.opened"]);
        world.run(200).await;
        // Several nodes at once tell it once.
        let rounds: Vec<_> = (0..4)
            .map(|_| {
                let (service, now) = (world.service.clone(), world.now());
                tokio::spawn(async move { service.tell_at(now).await.unwrap() })
            })
            .collect();
        for round in rounds {
            round.await.unwrap();
        }
        world.run(200).await;
        world.tell().await;
        assert_eq!(world.heard(), ["incident.closed"]);
    }
}

#[tokio::test]
async fn a_receiver_that_fails_for_an_hour_gets_the_message_afterwards_and_one_that_fails_for_days_is_given_up()
 {
    for backend in BOTH {
        let world = World::new(backend).await;
        world.site.hooks.store(500, Ordering::SeqCst);
        world.run(404).await;
        world.run(404).await;
        let mut ids = Vec::new();
        for wait in [0, 6, 331, 1980] {
            world.pass(wait * 1000);
            world.tell().await;
            let received = std::mem::take(&mut *world.site.received.lock().unwrap());
            assert_eq!(received.len(), 1, "after {wait} s");
            ids.push(received[0].0["webhook-id"].clone());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "one message keeps its id");
        assert_eq!(world.states().await, [(MessageState::Waiting, 4)]);
        world.pass(HOUR);
        world.tell().await;
        assert!(world.heard().is_empty(), "not before its time");
        world.site.hooks.store(200, Ordering::SeqCst);
        world.pass(2 * HOUR);
        world.tell().await;
        assert_eq!(world.heard(), ["incident.opened"]);
        assert_eq!(world.states().await, [(MessageState::Sent, 5)]);

        world.site.hooks.store(503, Ordering::SeqCst);
        world.run(200).await;
        for wait in std::iter::once(0).chain(RETRIES) {
            world.pass(wait * 1200);
            world.tell().await;
        }
        assert_eq!(world.heard().len(), 10);
        assert_eq!(world.states().await[0], (MessageState::Dead, 10));
        let messages = world.service.messages(&world.owner, world.org, None, 1).await.unwrap();
        assert!(messages[0].last_error.as_deref().unwrap().contains("503"), "{messages:?}");

        world.site.hooks.store(200, Ordering::SeqCst);
        world.service.resend_message(&world.owner, messages[0].id).await.unwrap();
        world.tell().await;
        assert_eq!(world.states().await[0], (MessageState::Sent, 1));
        let again = world.service.resend_message(&world.owner, messages[0].id).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
}

#[tokio::test]
async fn nobody_hears_of_an_end_before_its_beginning() {
    for backend in BOTH {
        let world = World::new(backend).await;
        world.site.hooks.store(500, Ordering::SeqCst);
        world.run(404).await;
        world.run(404).await;
        for wait in [0, 6, 331, 1980] {
            world.pass(wait * 1000);
            world.tell().await;
        }
        assert_eq!(world.heard().len(), 4, "its next try is hours away");
        world.run(200).await;
        world.tell().await;
        assert_eq!(world.heard(), ["incident.opened"], "it is tried at once, and the end waits");
        world.site.hooks.store(200, Ordering::SeqCst);
        world.pass(6 * HOUR);
        world.tell().await;
        assert_eq!(world.heard(), ["incident.opened", "incident.closed"]);
    }
}

#[tokio::test]
async fn a_clock_set_back_an_hour_delays_no_message() {
    let world = World::new(Backend::Sqlite).await;
    world.site.hooks.store(500, Ordering::SeqCst);
    world.run(404).await;
    world.run(404).await;
    world.tell().await;
    assert_eq!(world.heard().len(), 1);
    world.site.hooks.store(200, Ordering::SeqCst);
    // The next try was due five seconds later; now the clock says an hour earlier.
    world.service.tell_at(UnixMillis(world.now().0 - HOUR)).await.unwrap();
    assert_eq!(world.heard(), ["incident.opened"]);
}

#[tokio::test]
async fn a_receiver_that_is_gone_gets_nothing_more() {
    let world = World::new(Backend::Sqlite).await;
    world.site.hooks.store(410, Ordering::SeqCst);
    world.run(404).await;
    world.run(404).await;
    world.tell().await;
    assert_eq!(world.states().await, [(MessageState::Dead, 1)]);
    let page = world.service.alerts_page(&world.owner, world.org).await.unwrap();
    assert!(page.channels[0].paused.as_deref().unwrap().contains("410"), "{:?}", page.channels);
    world.site.received.lock().unwrap().clear();
    world.run(200).await;
    world.tell().await;
    assert!(world.heard().is_empty(), "its closing is given up");
}

#[tokio::test]
async fn maintenance_and_snooze_silence_alerts_and_not_the_record() {
    for backend in BOTH {
        let world = World::new(backend).await;
        let (service, owner) = (&world.service, &world.owner);
        let window = NewWindow {
            integration: Some(world.integration),
            reason: "They move".to_owned(),
            starts_at: UnixMillis::now(),
            ends_at: UnixMillis(world.now().0 + HOUR),
        };
        service.create_window(owner, world.org, window).await.unwrap();
        world.run(404).await;
        world.run(404).await;
        world.tell().await;
        assert!(world.heard().is_empty());
        assert_eq!(service.open_incidents(owner, world.org).await.unwrap().len(), 1, "the record goes on");
        world.pass(2 * HOUR);
        world.tell().await;
        assert_eq!(world.heard(), ["incident.opened"], "what is still so is told afterwards");

        let until = UnixMillis(world.now().0 + HOUR);
        service.snooze(owner, world.check, until, "known").await.unwrap();
        world.run(200).await;
        world.tell().await;
        assert!(world.heard().is_empty());
        world.run(404).await;
        world.run(404).await;
        world.run(200).await;
        world.pass(3 * HOUR);
        world.tell().await;
        assert_eq!(world.heard(), ["incident.closed"], "one that came and went in silence is never told of");
        assert_eq!(service.incidents(owner, world.org, None, 9).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn reminders_come_if_asked_for_while_it_is_open() {
    let world = World::new(Backend::Sqlite).await;
    world.rule(FindingSeverity::Low, None, Some(4)).await;
    world.run(404).await;
    world.run(404).await;
    world.tell().await;
    assert_eq!(world.heard(), ["incident.opened"], "two rules, one message");
    for (wait, expected) in
        [(3, vec![]), (1, vec!["incident.reminder"]), (1, vec![]), (9, vec!["incident.reminder"])]
    {
        world.pass(wait * HOUR);
        world.tell().await;
        world.tell().await;
        assert_eq!(world.heard(), expected, "after {wait} h");
    }
    world.run(200).await;
    world.pass(9 * HOUR);
    world.tell().await;
    assert_eq!(world.heard(), ["incident.closed"]);
}

#[tokio::test]
async fn a_rule_chooses_by_severity_and_domain() {
    let world = World::new(Backend::Sqlite).await;
    let rules = world.service.alerts_page(&world.owner, world.org).await.unwrap().rules;
    world.service.remove_rule(&world.owner, rules[0].id).await.unwrap();
    world.rule(FindingSeverity::High, None, None).await;
    world.rule(FindingSeverity::Low, Some("PAT"), None).await;
    // Without an assessment the check touches nothing: low, and of no domain.
    world.run(404).await;
    world.run(404).await;
    world.tell().await;
    world.run(200).await;
    world.tell().await;
    assert!(world.heard().is_empty());
}

#[tokio::test]
async fn a_check_removed_while_its_incident_is_open_closes_it_once() {
    let world = World::new(Backend::Sqlite).await;
    world.run(404).await;
    world.run(404).await;
    world.tell().await;
    world.service.remove_check(&world.owner, world.check).await.unwrap();
    world.tell().await;
    world.tell().await;
    assert_eq!(world.heard(), ["incident.opened", "incident.closed"]);
}

#[tokio::test]
async fn a_check_aimed_elsewhere_ends_its_incident_and_nobody_hears_that_it_recovered() {
    for backend in BOTH {
        let world = World::new(backend).await;
        world.run(404).await;
        world.run(404).await;
        world.tell().await;
        assert_eq!(world.heard(), ["incident.opened"]);
        let elsewhere = json!(format!("http://{}/elsewhere", world.addr));
        let change = ChangedCheck {
            parameters: RawParameters::Json(BTreeMap::from([("base_url".to_owned(), elsewhere)])),
            interval_seconds: 3600,
            enabled: true,
        };
        world.service.update_check(&world.owner, world.check, change).await.unwrap();
        world.tell().await;
        world.tell().await;
        {
            let received = world.site.received.lock().unwrap();
            let [(_, body)] = received.as_slice() else { panic!("one message: {received:?}") };
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["data"]["incident"]["closing"], "aimed_elsewhere", "{body}");
        }
        assert_eq!(world.heard(), ["incident.closed"]);
        // The failures before were of another target: the next one is the first.
        world.run(404).await;
        assert!(world.service.open_incidents(&world.owner, world.org).await.unwrap().is_empty());
    }
}
