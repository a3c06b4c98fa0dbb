//! The second factor: on, asked for, taken once, guessed at, off.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use rstest::rstest;
use serde_json::Value;
use service::account::{Entrance, PendingSignIn, SecondFactorState, SignUp, TotpSecret, step_at};
use service::alert::AlertConfig;
use service::{Actor, Config, Error, SecretKey, SecretKeys, Service, UnixMillis};
use store::testing::TestDatabase;
use store::{Backend, Store};

const EMAIL: &str = "mara@example.org";
const PASSWORD: &str = "walnut-otter-lantern-41";
const CLIENT: &str = "192.0.2.7";

struct World {
    service: Service,
    store: Store,
    database: TestDatabase,
    mara: Actor,
}

/// Somebody's authenticator and recovery codes.
struct Holder {
    secret: TotpSecret,
    recovery: Vec<String>,
    /// The step in which it was turned on.
    step: i64,
}

impl Holder {
    /// The code of a step after the one in which it was turned on.
    fn code(&self, after: i64) -> String {
        self.secret.code(self.step + after)
    }
}

fn key(letter: char) -> SecretKey {
    SecretKey::from_base64(&format!("{}A=", letter.to_string().repeat(42))).unwrap()
}

fn service_with(store: Store, secret_keys: SecretKeys) -> Service {
    let config = Config {
        probe_allow: "127.0.0.0/8".parse().unwrap(),
        probe_roots: None,
        receiver: None,
        secret_keys,
        node: "test".to_owned(),
        alerts: AlertConfig::default(),
        feeds: service::check::FeedConfig::default(),
        files: None,
    };
    Service::new(store, config).unwrap()
}

impl World {
    async fn new(backend: Backend) -> Self {
        let (database, store) = TestDatabase::open(backend).await;
        let service = service_with(store.clone(), key('A').into());
        let sign_up =
            SignUp { name: "Mara".to_owned(), email: EMAIL.to_owned(), password: PASSWORD.to_owned() };
        let mara = service.create_first_account(sign_up).await.unwrap();
        Self { service, store, database, mara }
    }

    async fn begun(&self) -> TotpSecret {
        self.service.begin_second_factor(&self.mara).await.unwrap();
        let SecondFactorState::Begun(secret) = self.state().await else { panic!("it was begun") };
        secret
    }

    async fn turned_on(&self) -> Holder {
        let secret = self.begun().await;
        let step = step_at(UnixMillis::now());
        let code = secret.code(step);
        let recovery = self.service.turn_on_second_factor(&self.mara, &code).await.unwrap();
        Holder { secret, recovery, step }
    }

    async fn state(&self) -> SecondFactorState {
        self.service.second_factor(&self.mara).await.unwrap()
    }

    /// The right password.
    async fn password(&self) -> PendingSignIn {
        match self.service.sign_in(EMAIL, PASSWORD, CLIENT).await.unwrap() {
            Entrance::SecondStep(pending) => pending,
            Entrance::SignedIn(actor) => panic!("{actor:?} is signed in by the password alone"),
        }
    }

    async fn enter(&self, code: &str) -> Result<Option<Actor>, Error> {
        self.service.complete_sign_in(&self.password().await, code, CLIENT).await
    }

    async fn is_signed_in_by(&self, code: &str) -> bool {
        match self.enter(code).await {
            Ok(Some(actor)) => actor == self.mara,
            Err(Error::Unauthenticated(_)) => false,
            other => panic!("{other:?}"),
        }
    }

    async fn turn_off(&self, password: &str, code: &str) -> Result<(), Error> {
        self.service.turn_off_second_factor(&self.mara, password, code).await
    }
}

/// The field that is wrong.
fn field<T: std::fmt::Debug>(refused: Result<T, Error>) -> String {
    match refused.unwrap_err() {
        Error::Invalid(problems) => problems[0].field.clone(),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn it_is_on_only_after_a_right_code_and_nothing_of_it_is_kept_readable(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    assert_eq!(world.state().await, SecondFactorState::Off);
    let secret = world.begun().await;
    let far = step_at(UnixMillis::now()) + 1000;
    for wrong in ["", "12345", "abcdef", &secret.code(far), "abcd-efgh-ijkl-mnop"] {
        let refused = world.service.turn_on_second_factor(&world.mara, wrong).await;
        assert_eq!(field(refused), "second-code", "{wrong}");
    }
    assert_eq!(world.state().await, SecondFactorState::Begun(secret.clone()));
    let entered = world.service.sign_in(EMAIL, PASSWORD, CLIENT).await.unwrap();
    assert!(matches!(entered, Entrance::SignedIn(_)), "until it is on, the password is enough");

    let code = secret.code(step_at(UnixMillis::now()));
    let codes = world.service.turn_on_second_factor(&world.mara, &code).await.unwrap();
    assert!(matches!(world.state().await, SecondFactorState::On { codes_left: 8, .. }));
    let mut distinct = codes.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!((codes.len(), distinct.len()), (8, 8));
    let kept = world.store.second_factor(world.mara.user()).await.unwrap().unwrap();
    assert!(!kept.secret.contains(&secret.base32()), "the secret is sealed");

    let again = world.service.begin_second_factor(&world.mara).await.unwrap_err();
    assert!(matches!(again, Error::Conflict(_)), "{again:?}");
    let deeds = world.database.deeds().await;
    assert!(deeds.contains(&"second_factor.turned_on".to_owned()), "{deeds:?}");
}

#[rstest]
#[tokio::test]
async fn a_right_password_alone_signs_nobody_in(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    assert!(!world.is_signed_in_by("000 00").await);
    let signed_in = |deeds: Vec<String>| deeds.contains(&"account.signed_in".to_owned());
    assert!(!signed_in(world.database.deeds().await));
    assert!(world.is_signed_in_by(&holder.code(1)).await);
    assert!(signed_in(world.database.deeds().await));
    let token = world.service.create_token(&world.mara, "script").await.unwrap();
    assert_eq!(world.service.actor_of_token(&token.secret).await.unwrap(), world.mara, "tokens do without");
}

#[rstest]
#[tokio::test]
async fn a_code_is_taken_once_and_none_of_an_earlier_step_after_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    let replayed = world.enter(&holder.code(0)).await.unwrap_err();
    assert!(replayed.to_string().contains("used already"), "turning it on used it: {replayed}");
    assert!(world.is_signed_in_by(&holder.code(1)).await);
    for used in [holder.code(1), holder.code(0)] {
        assert!(!world.is_signed_in_by(&used).await);
    }
}

#[rstest]
#[tokio::test]
async fn a_recovery_code_is_taken_once_however_it_is_spaced(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    let typed = holder.recovery[0].replace('-', " ").to_uppercase();
    assert!(world.is_signed_in_by(&typed).await);
    for spent in [&typed, &holder.recovery[0]] {
        assert!(!world.is_signed_in_by(spent).await);
    }
    assert!(world.is_signed_in_by(&holder.recovery[1]).await, "the others are good still");
    assert!(matches!(world.state().await, SecondFactorState::On { codes_left: 6, .. }));
    let deeds = world.database.deeds().await;
    let used = deeds.iter().filter(|deed| *deed == "second_factor.recovery_code_used");
    assert_eq!(used.count(), 2, "{deeds:?}");
}

#[rstest]
#[tokio::test]
async fn after_five_minutes_the_password_is_asked_for_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    let pending = world.password().await;
    let aged = |milliseconds: i64| -> PendingSignIn {
        let mut kept: Value = serde_json::to_value(&pending).unwrap();
        kept["at"] = (kept["at"].as_i64().unwrap() - milliseconds).into();
        serde_json::from_value(kept).unwrap()
    };
    let late = world.service.complete_sign_in(&aged(300_000), &holder.code(1), CLIENT).await.unwrap();
    assert_eq!(late, None);
    let in_time = world.service.complete_sign_in(&aged(240_000), &holder.code(1), CLIENT).await.unwrap();
    assert_eq!(in_time.as_ref(), Some(&world.mara), "the late one spent nothing");
}

#[rstest]
#[tokio::test]
async fn a_changed_password_ends_the_step_and_keeps_the_factor(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    let pending = world.password().await;
    let new = "heron-violet-canyon-77";
    world.service.change_password(&world.mara, PASSWORD, new).await.unwrap();
    let entered = world.service.complete_sign_in(&pending, &holder.code(1), CLIENT).await.unwrap();
    assert_eq!(entered, None);
    let entered = world.service.sign_in(EMAIL, new, CLIENT).await.unwrap();
    let Entrance::SecondStep(pending) = entered else { panic!("the factor is gone") };
    let entered = world.service.complete_sign_in(&pending, &holder.code(1), CLIENT).await.unwrap();
    assert_eq!(entered.as_ref(), Some(&world.mara));
}

#[rstest]
#[tokio::test]
async fn guessing_codes_is_throttled_and_a_right_password_forgets_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    for guess in 0..10 {
        // The password is right every time.
        assert!(!world.is_signed_in_by(&format!("aaaa-aaaa-aaaa-aa{guess:02}")).await);
    }
    for right in [&holder.code(1), &holder.recovery[0]] {
        let refused = world.enter(right).await;
        assert!(matches!(refused, Err(Error::Throttled { .. })), "{refused:?}");
    }
    let refused = world.turn_off(PASSWORD, &holder.recovery[0]).await;
    assert!(matches!(refused, Err(Error::Throttled { .. })), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn guessing_codes_inside_is_throttled_whatever_becomes_of_the_password(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    let new = "heron-violet-canyon-77";
    for guess in 0..5 {
        let wrong = format!("aaaa-aaaa-aaaa-aa{guess:02}");
        assert_eq!(field(world.turn_off(PASSWORD, &wrong).await), "second-code");
    }
    world.service.change_password(&world.mara, PASSWORD, new).await.unwrap();
    for guess in 5..10 {
        let wrong = format!("aaaa-aaaa-aaaa-aa{guess:02}");
        assert_eq!(field(world.turn_off(new, &wrong).await), "second-code");
    }
    let refused = world.turn_off(new, &holder.recovery[0]).await;
    assert!(matches!(refused, Err(Error::Throttled { .. })), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn turning_it_off_takes_password_and_code(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    assert_eq!(field(world.turn_off("guess", &holder.code(1)).await), "second-password");
    assert_eq!(field(world.turn_off(PASSWORD, "").await), "second-code");
    assert_eq!(field(world.turn_off(PASSWORD, &holder.code(0)).await), "second-code", "it was used");
    assert!(matches!(world.state().await, SecondFactorState::On { codes_left: 8, .. }));
    world.turn_off(PASSWORD, &holder.code(1)).await.unwrap();
    assert_eq!(world.state().await, SecondFactorState::Off);
    let entered = world.service.sign_in(EMAIL, PASSWORD, CLIENT).await.unwrap();
    assert!(matches!(entered, Entrance::SignedIn(_)));
    let twice = world.turn_off(PASSWORD, &holder.code(1)).await.unwrap_err();
    assert!(matches!(twice, Error::Conflict(_)), "{twice:?}");
    assert!(world.database.deeds().await.contains(&"second_factor.turned_off".to_owned()));
}

#[rstest]
#[tokio::test]
async fn new_recovery_codes_make_the_old_ones_void(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let holder = world.turned_on().await;
    let renew = async |password, code| world.service.renew_recovery_codes(&world.mara, password, code).await;
    assert_eq!(field(renew("guess", &holder.recovery[0]).await), "second-password");
    let renewed = renew(PASSWORD, &holder.recovery[0]).await.unwrap();
    assert!(matches!(world.state().await, SecondFactorState::On { codes_left: 8, .. }));
    assert!(!world.is_signed_in_by(&holder.recovery[1]).await);
    assert!(world.is_signed_in_by(&renewed[1]).await);
    assert!(world.database.deeds().await.contains(&"second_factor.codes_renewed".to_owned()));
}

#[rstest]
#[tokio::test]
async fn an_operator_takes_it_away_and_the_log_says_so(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    world.turned_on().await;
    assert_eq!(field(world.service.reset_second_factor_as_operator("bo@example.org").await), "email");
    let reset = world.service.reset_second_factor_as_operator(" MARA@example.org ").await.unwrap();
    assert_eq!(reset, world.mara);
    let entered = world.service.sign_in(EMAIL, PASSWORD, CLIENT).await.unwrap();
    assert!(matches!(entered, Entrance::SignedIn(_)));
    let again = world.service.reset_second_factor_as_operator(EMAIL).await.unwrap_err();
    assert!(matches!(again, Error::Conflict(_)), "{again:?}");
    let deeds = world.database.deeds().await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "second_factor.reset").count(), 1, "{deeds:?}");
}

#[rstest]
#[tokio::test]
async fn a_new_key_takes_over_what_the_old_one_sealed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut world = World::new(backend).await;
    let holder = world.turned_on().await;
    let with = |keys: SecretKeys| service_with(world.store.clone(), keys);
    let (stranger, second) = (with(key('B').into()), with(SecretKeys::new(key('B'), vec![key('A')])));

    let pending = world.password().await;
    let unopened = stranger.complete_sign_in(&pending, &holder.code(1), CLIENT).await.unwrap_err();
    assert!(matches!(unopened, Error::Internal(_)), "another key opens nothing: {unopened:?}");
    let entered = stranger.complete_sign_in(&pending, &holder.recovery[0], CLIENT).await.unwrap();
    assert_eq!(entered.as_ref(), Some(&world.mara), "a recovery code needs no key");

    assert!(stranger.try_seals().await.unwrap().none_opens());
    let sealed_anew = async || second.try_seals().await.unwrap().second_factors.resealed;
    assert_eq!((sealed_anew().await, sealed_anew().await), (1, 0));
    world.service = stranger;
    assert!(world.is_signed_in_by(&holder.code(1)).await);
}
