//! The mail of an invitation, taken by a mail server in the test.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::sync::{Arc, Mutex};

use service::account::SignUp;
use service::alert::{AlertConfig, MailConfig};
use service::invitation::NewInvitation;
use service::organization::NewOrganization;
use service::record::{InvitationMail, Role, SizeBand};
use service::{Actor, Config, OrgId, SecretKey, SecretKeys, Service, UnixMillis};
use store::testing::TestDatabase;
use store::{Backend, Store};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

const MINUTE: i64 = 60_000;

/// Says yes to every mail, or "later" while `busy`.
#[derive(Clone, Default)]
struct MailServer {
    busy: Arc<Mutex<bool>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move { server.talk(stream).await });
            }
        });
        port
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 mail.example.org\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            let answer = match line.split_whitespace().next().unwrap_or_default().to_uppercase().as_str() {
                "MAIL" if *self.busy.lock().unwrap() => "451 later\r\n",
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    let mut mail = String::new();
                    while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                        mail.push_str(&line);
                        mail.push('\n');
                    }
                    self.taken.lock().unwrap().push(mail);
                    "250 taken\r\n"
                }
                "QUIT" => "221 bye\r\n",
                _ => "250 fine\r\n",
            };
            write.write_all(answer.as_bytes()).await.ok()?;
        }
        Some(())
    }
}

struct World {
    service: Service,
    owner: Actor,
    org: OrgId,
    store: Store,
    port: u16,
    _database: TestDatabase,
}

/// A service that sends its mail to this port.
fn service_with(store: Store, port: u16, secret_keys: SecretKeys) -> Service {
    let mail = MailConfig {
        server: format!("smtp://127.0.0.1:{port}?tls=none").parse().unwrap(),
        from: "Rung <rung@clinic.example>".parse().unwrap(),
    };
    let config = Config {
        probe_allow: "127.0.0.0/8".parse().unwrap(),
        probe_roots: None,
        receiver: None,
        secret_keys,
        node: "test".to_owned(),
        alerts: AlertConfig { mail: Some(mail), public_url: Some("https://rung.example.org".to_owned()) },
        feeds: service::check::FeedConfig::default(),
        files: None,
    };
    Service::new(store, config).unwrap()
}

impl World {
    async fn new(backend: Backend, port: u16) -> Self {
        let (database, store) = TestDatabase::open(backend).await;
        let service = service_with(store.clone(), port, SecretKey::random().into());
        service.bring_content().await.unwrap();
        let sign_up = SignUp {
            name: "Mara".to_owned(),
            email: "mara@example.org".to_owned(),
            password: "walnut-otter-lantern-41".to_owned(),
        };
        let owner = service.create_first_account(sign_up).await.unwrap();
        let organization = NewOrganization {
            name: "Alder Hospital".to_owned(),
            profiles: vec!["H".into()],
            size_band: SizeBand::UpTo20,
            demo: false,
        };
        let org = service.create_organization(&owner, organization).await.unwrap().id;
        Self { service, owner, org, store, port, _database: database }
    }

    async fn mail(&self) -> (InvitationMail, Option<String>) {
        let invitation = self.service.invitations(&self.owner, self.org).await.unwrap().remove(0);
        (invitation.mail, invitation.mail_error)
    }
}

#[tokio::test]
async fn the_link_comes_by_mail_once_and_again_where_the_server_was_busy() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let server = MailServer::default();
        let world = World::new(backend, server.start().await).await;
        let new = NewInvitation { email: "ana@clinic.example".to_owned(), role: Role::Assessor, days: 7 };
        let made = world.service.invite(&world.owner, world.org, new).await.unwrap();
        assert_eq!(world.mail().await.0, InvitationMail::Waiting);

        *server.busy.lock().unwrap() = true;
        let now = UnixMillis(UnixMillis::now().0 + MINUTE);
        world.service.tell_at(now).await.unwrap();
        let (mail, error) = world.mail().await;
        assert_eq!(mail, InvitationMail::Waiting);
        assert!(error.unwrap().contains("451"), "what the server said is shown");
        assert!(server.taken.lock().unwrap().is_empty());

        *server.busy.lock().unwrap() = false;
        for minutes in [1, 2] {
            world.service.tell_at(UnixMillis(now.0 + minutes * MINUTE)).await.unwrap();
        }
        assert_eq!(world.mail().await, (InvitationMail::Sent, None));
        let taken = server.taken.lock().unwrap().clone();
        let [mail] = taken.as_slice() else { panic!("one mail: {taken:?}") };
        let text = mail.replace("=\n", "");
        assert!(mail.contains("To: ana@clinic.example"), "{mail}");
        assert!(text.contains(&format!("https://rung.example.org/invitations/{}", made.token)), "{mail}");
        assert!(text.contains("Alder Hospital") && text.contains("as an assessor"), "{mail}");
        // The link that came is the one that works.
        world.service.opened_invitation(&made.token, "192.0.2.1").await.unwrap();
    }
}

#[tokio::test]
async fn a_link_whose_mail_waits_is_sealed_anew_by_a_new_key() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let server = MailServer::default();
        let mut world = World::new(backend, server.start().await).await;
        let with = |keys: SecretKeys| service_with(world.store.clone(), world.port, keys);
        let (old, new) = (SecretKey::random(), SecretKey::random());
        let (first, stranger) = (with(old.clone().into()), with(new.clone().into()));
        let second = with(SecretKeys::new(new, vec![SecretKey::random(), old]));
        let invited = NewInvitation { email: "ana@clinic.example".to_owned(), role: Role::Viewer, days: 7 };
        let made = first.invite(&world.owner, world.org, invited).await.unwrap();
        let later = |minutes: i64| UnixMillis(UnixMillis::now().0 + minutes * MINUTE);
        stranger.tell_at(later(1)).await.unwrap();
        assert!(server.taken.lock().unwrap().is_empty(), "another key opens nothing");

        let sealed_anew = async || second.try_seals().await.unwrap().invitations.resealed;
        assert_eq!((sealed_anew().await, sealed_anew().await), (1, 0));
        world.service = stranger;
        world.service.tell_at(later(5)).await.unwrap();
        assert_eq!(world.mail().await, (InvitationMail::Sent, None));
        let taken = server.taken.lock().unwrap().concat().replace("=\n", "");
        assert!(taken.contains(&format!("/invitations/{}", made.token)), "{taken}");
    }
}

#[tokio::test]
async fn an_invitation_that_ended_is_not_sent() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let server = MailServer::default();
        let world = World::new(backend, server.start().await).await;
        let new = |email: &str| NewInvitation { email: email.to_owned(), role: Role::Viewer, days: 1 };
        let revoked = world.service.invite(&world.owner, world.org, new("a@clinic.example")).await.unwrap();
        world.service.revoke_invitation(&world.owner, revoked.invitation.id).await.unwrap();
        world.service.tell_at(UnixMillis(UnixMillis::now().0 + MINUTE)).await.unwrap();
        world.service.invite(&world.owner, world.org, new("b@clinic.example")).await.unwrap();
        let late = UnixMillis(UnixMillis::now().0 + 2 * 24 * 60 * MINUTE);
        world.service.tell_at(late).await.unwrap();
        assert!(server.taken.lock().unwrap().is_empty());
        assert_eq!(world.mail().await.0, InvitationMail::Dead);
    }
}
