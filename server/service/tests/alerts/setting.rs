use domain::scoring::FindingSeverity;
use serde_json::Value;
use service::alert::{ChannelChange, NewChannel, NewRule, NewTarget, NewWindow};
use service::record::{Role, Target};
use service::{ChannelId, Error, UnixMillis};
use store::Backend;

use crate::world::{HOUR, World, sign_up, verified};

#[tokio::test]
async fn a_channel_is_tried_and_its_secrets_are_kept() {
    let world = World::new(Backend::Sqlite).await;
    let (service, owner) = (&world.service, &world.owner);
    for _ in 0..3 {
        service.test_channel(owner, world.channel).await.unwrap();
    }
    let fourth = service.test_channel(owner, world.channel).await;
    assert!(matches!(fourth, Err(Error::Conflict(_))), "{fourth:?}");
    world.tell().await;
    assert_eq!(world.heard(), ["channel.test"; 3]);

    let kept = world.store.channel(world.channel).await.unwrap().unwrap();
    let sealed = kept.secret.unwrap();
    assert!(!sealed.contains(world.secret.trim_start_matches("whsec_")), "{sealed}");

    let url = format!("http://{}/hook?token=verysecret", world.addr);
    let new = NewChannel { name: "Chat".to_owned(), target: NewTarget::Slack { url } };
    let (slack, made) = service.create_channel(owner, world.org, new).await.unwrap();
    assert_eq!((slack.target.clone(), made), (Target::Slack { host: world.addr.to_string() }, None));
    assert!(!format!("{slack:?}").contains("verysecret"));
    service.test_channel(owner, slack.id).await.unwrap();
    world.tell().await;
    let received = std::mem::take(&mut *world.site.received.lock().unwrap());
    let body: Value = serde_json::from_str(&received[0].1).unwrap();
    let text = body["text"].as_str().unwrap();
    assert!(text.contains("Test &lt;clinic&gt;") && body.as_object().unwrap().len() == 1, "{text}");

    let other = format!("whsec_{}", "QUJD".repeat(10));
    let change = ChannelChange { secret: Some(other.clone()), ..ChannelChange::default() };
    service.update_channel(owner, world.channel, change).await.unwrap();
    service.test_channel(owner, world.channel).await.unwrap();
    world.tell().await;
    let received = std::mem::take(&mut *world.site.received.lock().unwrap());
    assert!(verified(&other, &received[0].0, &received[0].1));
}

#[tokio::test]
async fn bad_input_is_refused_at_its_field_and_changes_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let (service, owner) = (&world.service, &world.owner);
    let webhook = |url: &str, secret: Option<&str>| NewTarget::Webhook {
        url: url.to_owned(),
        secret: secret.map(ToOwned::to_owned),
    };
    for (name, target, field) in [
        ("", webhook("https://a.example", None), "name"),
        ("a", webhook("ftp://a.example", None), "url"),
        ("a", webhook("http://10.0.0.1/", None), "url"),
        ("a", webhook("http://[::ffff:10.0.0.1]/", None), "url"),
        ("a", webhook("https://u:p@a.example/", None), "url"),
        ("a", webhook("https://a.example", Some("hunter2")), "secret"),
        ("a", NewTarget::Slack { url: "http://169.254.169.254/".to_owned() }, "slack_url"),
        ("a", NewTarget::Email { to: vec!["a@b.example".to_owned()] }, "to"),
    ] {
        let refused =
            service.create_channel(owner, world.org, NewChannel { name: name.to_owned(), target }).await;
        let Err(Error::Invalid(problems)) = refused else { panic!("{field}: {refused:?}") };
        assert_eq!(problems[0].field, field);
        assert!(!problems[0].problem.contains("hunter2"));
    }
    let rule = |channel, criterion: Option<&str>, hours| NewRule {
        channel,
        criterion: criterion.map(Into::into),
        domain: None,
        severity: FindingSeverity::Low,
        remind_hours: hours,
    };
    for (rule, field) in [
        (rule(ChannelId::new(), None, None), "channel"),
        (rule(world.channel, Some("NOPE-1"), None), "criterion"),
        (rule(world.channel, None, Some(0)), "remind_hours"),
    ] {
        let refused = service.create_rule(owner, world.org, rule).await;
        let Err(Error::Invalid(problems)) = refused else { panic!("{field}: {refused:?}") };
        assert_eq!(problems[0].field, field);
    }
    let now = UnixMillis::now().0;
    for (starts, ends, reason, field) in [
        (0, -1, "x", "ends_at"),
        (-9, -5, "x", "ends_at"),
        (0, 91 * 24 * HOUR, "x", "ends_at"),
        (0, 5, " ", "reason"),
    ] {
        let window = NewWindow {
            integration: None,
            reason: reason.to_owned(),
            starts_at: UnixMillis(now + starts),
            ends_at: UnixMillis(now + ends + if ends == 5 { HOUR } else { 0 }),
        };
        let refused = service.create_window(owner, world.org, window).await;
        let Err(Error::Invalid(problems)) = refused else { panic!("{field}: {refused:?}") };
        assert_eq!(problems[0].field, field);
    }
    let page = service.alerts_page(owner, world.org).await.unwrap();
    assert_eq!((page.channels.len(), page.rules.len(), page.windows.len()), (1, 1, 0));
}

#[tokio::test]
async fn who_may_not_change_alerts_is_refused() {
    let world = World::new(Backend::Sqlite).await;
    let service = &world.service;
    let consultant = service.create_account_as_operator(sign_up("consultant"), false).await.unwrap();
    let outsider = service.create_account_as_operator(sign_up("outsider"), true).await.unwrap();
    service.add_member(&world.owner, world.org, "consultant@clinic.example", Role::Consultant).await.unwrap();
    let refused = service.test_channel(&consultant, world.channel).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    assert!(service.alerts_page(&consultant, world.org).await.is_ok());
    let unseen = service.remove_channel(&outsider, world.channel).await;
    assert!(matches!(unseen, Err(Error::NotFound(_))), "{unseen:?}");
    let unseen = service.alerts_page(&outsider, world.org).await.map(drop);
    assert!(matches!(unseen, Err(Error::NotFound(_))), "{unseen:?}");
}
