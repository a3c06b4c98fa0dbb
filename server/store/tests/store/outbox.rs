#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use domain::check::Status;
use domain::incident::{Opening, Thresholds};
use domain::scoring::FindingSeverity;
use rstest::rstest;
use store::record::{
    AlertEvent, AlertRule, Channel, Incident, IncidentStep, MaintenanceWindow, MessageState, Portion, Target,
    Telling, Tried, Watched,
};
use store::{
    AlertRuleId, Backend, ChannelId, IncidentId, MaintenanceId, MessageId, RunId, StoreError, UnixMillis,
};

use crate::world::{NOW, World, later};

/// As many messages, of whatever channel.
fn up_to(messages: u32) -> Portion {
    Portion { messages, of_channel: 99, of_organization: 99 }
}

async fn channel(world: &World) -> ChannelId {
    let channel = Channel {
        id: ChannelId::new(),
        org: world.org.id,
        name: "Team".to_owned(),
        target: Target::Webhook { url: "https://hooks.example.org/".to_owned() },
        secret: Some("sealed".to_owned()),
        paused: None,
        created_at: NOW,
    };
    world.store.create_channel(channel.clone(), 9, world.audit("channel.added")).await.unwrap();
    assert_eq!(world.store.channel(channel.id).await.unwrap(), Some(channel.clone()));
    channel.id
}

async fn put_test(world: &World, channel: ChannelId, at: UnixMillis) -> MessageId {
    let (telling, entry) = (telling(channel, None), world.audit("channel.tested"));
    world.store.put_test(world.org.id, telling, 99, at, entry).await.unwrap()
}

async fn opened(world: &World) -> Incident {
    let check = world.check().await;
    let incident = Incident {
        id: IncidentId::new(),
        org: world.org.id,
        check: Some(check.id),
        integration: "Patient API".to_owned(),
        kind: check.kind.clone(),
        severity: FindingSeverity::Low,
        touches: Vec::new(),
        opening: Opening::Flapping,
        cause: "x".to_owned(),
        failures: 1,
        flapped: true,
        began_at: NOW,
        opened_at: NOW,
        closed_at: None,
        closing: None,
        announced_at: None,
        closing_announced_at: None,
    };
    let before = world.store.watched(check.id).await.unwrap().unwrap().0;
    let (watch, _) = before.watch.after(Status::Fail, Thresholds::new(1, 1).unwrap());
    let after = Watched { watch, incident: Some(incident.id), last_run: Some(RunId::new()), ..before };
    assert!(world.store.keep_watch(after, IncidentStep::Opened(Box::new(incident.clone()))).await.unwrap());
    incident
}

fn telling(channel: ChannelId, remind_seconds: Option<i64>) -> Telling {
    Telling { channel, payload: "{}".to_owned(), remind_seconds }
}

#[rstest]
#[tokio::test]
async fn an_opening_is_announced_once_and_its_closing_to_the_same(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (channel, incident) = (channel(world).await, opened(world).await);
    assert_eq!(store.unannounced(None).await.unwrap()[0].incident, incident);
    let tries: Vec<_> = (0..6)
        .map(|_| {
            let (store, org) = (store.clone(), world.org.id);
            tokio::spawn(async move {
                let tellings = vec![telling(channel, Some(60))];
                store.announce(incident.id, org, AlertEvent::Opened, tellings, NOW).await.unwrap()
            })
        })
        .collect();
    let mut told = 0;
    for attempt in tries {
        told += u32::from(attempt.await.unwrap());
    }
    assert_eq!(told, 1);
    assert_eq!(store.messages_of(world.org.id, None, 9).await.unwrap().len(), 1);
    assert!(store.unannounced(None).await.unwrap().is_empty());

    assert!(store.to_remind(later(59_000)).await.unwrap().is_empty());
    let recipient = store.to_remind(later(60_000)).await.unwrap().remove(0);
    for expected in [true, false] {
        let reminded = store
            .remind(recipient.clone(), world.org.id, telling(channel, None), later(60_000))
            .await
            .unwrap();
        assert_eq!(reminded, expected, "once for one state of the recipient");
    }

    let not_closed =
        store.announce(incident.id, world.org.id, AlertEvent::Closed, Vec::new(), NOW).await.unwrap();
    assert!(!not_closed);
    store.delete_check(incident.check.unwrap(), world.audit("x")).await.unwrap();
    store.close_incidents_without_check(world.org.id, later(9)).await.unwrap();
    assert_eq!(store.unannounced(None).await.unwrap().len(), 1);
    assert_eq!(store.unannounced(Some(incident.id)).await.unwrap().len(), 0);
    assert_eq!(store.recipients(incident.id).await.unwrap()[0].channel, channel);
    let tellings = vec![telling(channel, None)];
    assert!(store.announce(incident.id, world.org.id, AlertEvent::Closed, tellings, NOW).await.unwrap());
    let events: Vec<_> = store
        .messages_of(world.org.id, None, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|message| message.event)
        .collect();
    assert_eq!(events, [AlertEvent::Closed, AlertEvent::Reminder, AlertEvent::Opened]);
}

#[rstest]
#[tokio::test]
async fn a_message_is_tried_under_a_lease_and_a_late_worker_notes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let channel = channel(world).await;
    let id = put_test(world, channel, NOW).await;
    let slow = store.claim_messages("slow", NOW, 1000, up_to(9)).await.unwrap().remove(0);
    assert_eq!((slow.message.id, slow.message.attempts), (id, 0));
    assert!(store.claim_messages("quick", later(999), 1000, up_to(9)).await.unwrap().is_empty());
    let quick = store.claim_messages("quick", later(1000), 1000, up_to(9)).await.unwrap().remove(0);
    assert!(!store.message_tried(id, slow.epoch, Tried::Sent, later(1001)).await.unwrap());
    let again = Tried::Again { at: later(6000), error: "500".to_owned() };
    assert!(store.message_tried(id, quick.epoch, again, later(1002)).await.unwrap());
    let kept = store.message(id).await.unwrap().unwrap();
    assert_eq!((kept.attempts, kept.due_at, kept.last_error.as_deref()), (1, later(6000), Some("500")));

    assert!(store.claim_messages("w", later(5999), 1000, up_to(9)).await.unwrap().is_empty());
    // A clock that was set back to before it was decided when to try again.
    let early = store.claim_messages("w", later(-400_000), 1000, up_to(9)).await.unwrap().remove(0);
    assert!(
        store.claim_messages("w", later(-3_600_000), 1000, up_to(9)).await.unwrap().len() == 1,
        "no lease is so long"
    );
    assert!(!store.message_tried(id, early.epoch, Tried::Sent, later(501)).await.unwrap());
    let claimed = store.claim_messages("w", later(9000), 1000, up_to(9)).await.unwrap().remove(0);
    let dead = Tried::Dead { error: "410".to_owned() };
    assert!(store.message_tried(id, claimed.epoch, dead, later(9001)).await.unwrap());
    assert_eq!(store.message(id).await.unwrap().unwrap().state, MessageState::Dead);
    assert!(store.claim_messages("w", later(99_000), 1000, up_to(9)).await.unwrap().is_empty());

    let revive = || store.revive_message(id, later(100_000), world.audit("message.sent_again"));
    assert!(revive().await.unwrap());
    assert!(!revive().await.unwrap(), "it waits already");
    let claimed = store.claim_messages("w", later(100_000), 1000, up_to(9)).await.unwrap().remove(0);
    assert!(store.message_tried(id, claimed.epoch, Tried::Sent, later(100_001)).await.unwrap());
    assert_eq!(store.forget_messages(later(100_001)).await.unwrap(), 0);
    assert_eq!(store.forget_messages(later(100_002)).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn what_a_node_holds_is_held_on_a_clock_that_is_a_little_behind(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let (channel, incident) = (channel(world).await, opened(world).await);
    let (told, tellings) = (later(-400_000), vec![telling(channel, Some(3600))]);
    store.announce(incident.id, world.org.id, AlertEvent::Opened, tellings, told).await.unwrap();
    for behind in [-400_001, -460_000, -699_000] {
        assert!(store.to_remind(later(behind)).await.unwrap().is_empty(), "{behind} ms: told just now");
    }
    assert_eq!(store.to_remind(later(-701_000)).await.unwrap().len(), 1, "the clock was set back");

    let held = store.claim_messages("a", later(5), 90_000, up_to(9)).await.unwrap().remove(0);
    for behind in [4, 0, -60_000, -299_000] {
        let twice = store.claim_messages("b", later(behind), 90_000, up_to(9)).await.unwrap();
        assert!(twice.is_empty(), "{behind} ms: somebody sends it");
    }
    let again = Tried::Again { at: later(10_000), error: "500".to_owned() };
    assert!(store.message_tried(held.message.id, held.epoch, again, later(10)).await.unwrap());
    for behind in [9, -60_000, -289_000] {
        let early = store.claim_messages("b", later(behind), 90_000, up_to(9)).await.unwrap();
        assert!(early.is_empty(), "{behind} ms: its next try is later");
    }
}

#[rstest]
#[tokio::test]
async fn one_channel_and_one_organization_have_so_many_messages_under_way(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let channels = [channel(world).await, channel(world).await, channel(world).await];
    for (at, channel) in channels.iter().enumerate() {
        for n in 0..9_i64 {
            let due = later(i64::try_from(at).unwrap() * 100 + n - 1000);
            put_test(world, *channel, due).await;
        }
    }
    let portion = Portion { messages: 99, of_channel: 2, of_organization: 5 };
    let claimed = store.claim_messages("a", NOW, 90_000, portion).await.unwrap();
    let of = |channel: ChannelId| claimed.iter().filter(|one| one.message.channel == channel).count();
    assert_eq!(channels.map(of), [2, 2, 1], "the first of each before the second of any");
    assert!(store.claim_messages("b", later(1), 90_000, portion).await.unwrap().is_empty());
    let (sent, of_first) = (&claimed[0], claimed[0].message.channel);
    assert!(store.message_tried(sent.message.id, sent.epoch, Tried::Sent, later(2)).await.unwrap());
    let next = store.claim_messages("b", later(3), 90_000, portion).await.unwrap();
    let [next] = next.as_slice() else { panic!("one place is free: {next:?}") };
    assert_eq!(next.message.channel, of_first);
    let portion = Portion { messages: 3, of_channel: 9, of_organization: 9 };
    assert_eq!(store.claim_messages("c", later(4), 90_000, portion).await.unwrap().len(), 3);
}

#[rstest]
#[tokio::test]
async fn no_message_is_claimed_twice(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let channel = channel(world).await;
    for _ in 0..20 {
        put_test(world, channel, NOW).await;
    }
    let workers: Vec<_> = (0..5)
        .map(|n| {
            let store = world.store.clone();
            tokio::spawn(
                async move { store.claim_messages(&format!("w{n}"), NOW, 1000, up_to(7)).await.unwrap() },
            )
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap().into_iter().map(|claimed| claimed.message.id));
    }
    let rest = world.store.claim_messages("last", NOW, 1000, up_to(99)).await.unwrap();
    claimed.extend(rest.into_iter().map(|claimed| claimed.message.id));
    claimed.sort();
    let all = claimed.len();
    claimed.dedup();
    assert_eq!((all, claimed.len()), (20, 20));
}

#[rstest]
#[tokio::test]
async fn channels_rules_and_windows_are_kept(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = &World::new(backend).await;
    let store = &world.store;
    let id = channel(world).await;
    let rule = AlertRule {
        id: AlertRuleId::new(),
        org: world.org.id,
        channel: id,
        criterion: Some("PAT-1".into()),
        domain: None,
        severity: FindingSeverity::High,
        remind_seconds: Some(3600),
        created_at: NOW,
    };
    store.create_rule(rule.clone(), 9, world.audit("rule")).await.unwrap();
    assert_eq!(store.rules_of(world.org.id).await.unwrap(), std::slice::from_ref(&rule));
    assert_eq!(store.rule(rule.id).await.unwrap(), Some(rule.clone()));
    let lost = AlertRule { id: AlertRuleId::new(), channel: ChannelId::new(), ..rule };
    let refused = store.create_rule(lost, 9, world.audit("rule")).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");

    assert!(store.pause_channel(id, "410", world.audit("paused")).await.unwrap());
    assert!(!store.pause_channel(id, "again", world.audit("paused")).await.unwrap());
    let paused = store.channels_of(world.org.id).await.unwrap().remove(0);
    assert_eq!(paused.paused.as_deref(), Some("410"));
    let renamed = Channel { name: "Other".to_owned(), paused: None, ..paused };
    assert!(store.update_channel(renamed.clone(), world.audit("changed")).await.unwrap());
    assert_eq!(store.channel(id).await.unwrap(), Some(renamed));

    let window = MaintenanceWindow {
        id: MaintenanceId::new(),
        org: world.org.id,
        integration: None,
        reason: "They move".to_owned(),
        starts_at: NOW,
        ends_at: later(1000),
        by: world.user.id,
        created_at: NOW,
    };
    store.create_window(window.clone(), world.audit("window")).await.unwrap();
    let open = async |at: UnixMillis| store.windows_of(world.org.id, at).await.unwrap().len();
    assert_eq!((open(later(999)).await, open(later(1000)).await), (1, 0));
    assert!(store.end_window(window.id, later(10), world.audit("ended")).await.unwrap());
    assert!(!store.end_window(window.id, later(20), world.audit("ended")).await.unwrap());
    assert_eq!(store.window(window.id).await.unwrap().unwrap().ends_at, later(10));

    assert!(store.delete_channel(id, world.audit("removed")).await.unwrap());
    assert!(store.rules_of(world.org.id).await.unwrap().is_empty(), "its rules go with it");
    assert_eq!(
        world.actions().await,
        ["channel.added", "rule", "paused", "changed", "window", "ended", "removed"]
    );
}
