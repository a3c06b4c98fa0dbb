use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use service::alert::{NewChannel, NewTarget};
use service::organization::NewOrganization;
use service::record::SizeBand;
use store::record::{Audit, Telling};
use store::{Backend, UnixMillis};

use crate::world::World;

/// The others wait for it no longer than this; a try of the receiver that hangs lasts 30 seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A receiver that takes every request and answers none.
async fn hang(called: Arc<AtomicUsize>) -> String {
    let router = axum::Router::new().route(
        "/hook",
        axum::routing::post(move || {
            called.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/hook")
}

#[tokio::test]
async fn a_receiver_that_hangs_delays_nobody_else() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let world = World::new(backend).await;
        let (service, owner) = (&world.service, &world.owner);
        let other = NewOrganization {
            name: "Other".to_owned(),
            profiles: vec!["H".into()],
            size_band: SizeBand::UpTo20,
            demo: false,
        };
        let other = service.create_organization(owner, other).await.unwrap().id;
        let called = Arc::new(AtomicUsize::new(0));
        let target = NewTarget::Webhook { url: hang(Arc::clone(&called)).await, secret: None };
        let hanging = NewChannel { name: "Hangs".to_owned(), target };
        let hanging = service.create_channel(owner, other, hanging).await.unwrap().0.id;
        service.test_channel(owner, hanging).await.unwrap();
        let payload = world.store.messages_of(other, None, 1).await.unwrap().remove(0).payload;
        for _ in 0..100 {
            let telling = Telling { channel: hanging, payload: payload.clone(), remind_seconds: None };
            let entry = Audit {
                at: UnixMillis::now(),
                actor: None,
                org: Some(other),
                action: "channel.tested",
                subject: hanging.to_string(),
                details: serde_json::Value::Null,
            };
            world.store.put_test(other, telling, u32::MAX, entry.at, entry).await.unwrap();
        }
        service.test_channel(owner, world.channel).await.unwrap();

        let telling = tokio::spawn({
            let service = service.clone();
            async move { Box::pin(service.tell()).await }
        });
        let arrival = async {
            while world.site.received.lock().unwrap().is_empty() || called.load(Ordering::SeqCst) < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrival).await.expect("it waits for nobody");
        // An announcement is sent although the other receiver still hangs.
        world.run(404).await;
        world.run(404).await;
        let arrival = async {
            while world.site.received.lock().unwrap().len() < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrival).await.expect("it waits for nobody");
        telling.abort();
        assert_eq!(called.load(Ordering::SeqCst), 2, "few at a time");
        assert_eq!(world.heard(), ["channel.test", "incident.opened"]);
    }
}
