#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

use rstest::rstest;
use store::record::{Proof, User};
use store::testing::TestDatabase;
use store::{Backend, Store, UserId};

use crate::world::{NOW, said, user};

const STEP: i64 = 58_333_333;

fn hashes(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn code(hash: &str) -> Proof {
    Proof::RecoveryCode { hash: hash.to_owned() }
}

/// Somebody whose second factor is on, with the codes `one` and `two`.
async fn anna(store: &Store) -> User {
    let anna = user("anna@example.org");
    store.create_user(anna.clone(), said("user.created")).await.unwrap();
    assert!(store.begin_second_factor(anna.id, "sealed", said("begun")).await.unwrap());
    let codes = hashes(&["one", "two"]);
    assert!(store.turn_on_second_factor(anna.id, "sealed", STEP, &codes, said("on")).await.unwrap());
    anna
}

#[rstest]
#[tokio::test]
async fn it_is_on_only_after_the_secret_that_was_seen_is_confirmed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = user("anna@example.org");
    store.create_user(anna.clone(), said("user.created")).await.unwrap();
    assert_eq!(store.second_factor(anna.id).await.unwrap(), None);
    for secret in ["first", "second"] {
        assert!(store.begin_second_factor(anna.id, secret, said("begun")).await.unwrap());
    }
    let begun = store.second_factor(anna.id).await.unwrap().unwrap();
    assert_eq!((begun.secret.as_str(), begun.since, begun.codes_left), ("second", None, 0));

    let codes = hashes(&["one", "two"]);
    assert!(!store.turn_on_second_factor(anna.id, "first", STEP, &codes, said("on")).await.unwrap());
    assert!(store.turn_on_second_factor(anna.id, "second", STEP, &codes, said("on")).await.unwrap());
    assert!(!store.turn_on_second_factor(anna.id, "second", STEP, &codes, said("on")).await.unwrap());
    let on = store.second_factor(anna.id).await.unwrap().unwrap();
    assert_eq!((on.since, on.codes_left), (Some(NOW), 2));

    assert!(!store.begin_second_factor(anna.id, "third", said("begun")).await.unwrap(), "it is on");
    assert!(!store.abandon_second_factor(anna.id, said("abandoned")).await.unwrap(), "it is on");
    assert_eq!(store.second_factor(anna.id).await.unwrap().unwrap().secret, "second");
    assert_eq!(store.audit_count().await.unwrap(), 4, "what was refused leaves no line");
}

#[rstest]
#[tokio::test]
async fn what_is_being_set_up_proves_nothing_and_can_be_left(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = user("anna@example.org");
    store.create_user(anna.clone(), said("user.created")).await.unwrap();
    assert!(store.begin_second_factor(anna.id, "sealed", said("begun")).await.unwrap());
    assert!(!store.pass_second_factor(anna.id, &Proof::Step(STEP), said("in")).await.unwrap());
    assert!(store.abandon_second_factor(anna.id, said("abandoned")).await.unwrap());
    assert_eq!(store.second_factor(anna.id).await.unwrap(), None);
    let nobody = store.begin_second_factor(UserId::new(), "sealed", said("begun")).await.unwrap_err();
    assert!(matches!(nobody, store::StoreError::NotFound { what: "account" }), "{nobody:?}");
}

#[rstest]
#[tokio::test]
async fn a_step_is_taken_once_and_no_earlier_one_after_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = anna(&store).await;
    let pass = async |step| store.pass_second_factor(anna.id, &Proof::Step(step), said("in")).await.unwrap();
    assert!(!pass(STEP).await, "turning it on used it");
    assert!(pass(STEP + 2).await);
    for used in [STEP + 2, STEP + 1] {
        assert!(!pass(used).await, "{used}");
    }
    assert!(pass(STEP + 3).await);
}

#[rstest]
#[tokio::test]
async fn of_many_at_once_one_takes_a_step_and_one_a_recovery_code(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = anna(&store).await;
    for proof in [Proof::Step(STEP + 1), code("one")] {
        let attempts: Vec<_> = (0..8)
            .map(|_| {
                let (store, proof) = (store.clone(), proof.clone());
                tokio::spawn(
                    async move { store.pass_second_factor(anna.id, &proof, said("in")).await.unwrap() },
                )
            })
            .collect();
        let mut taken = 0;
        for attempt in attempts {
            taken += usize::from(attempt.await.unwrap());
        }
        assert_eq!(taken, 1, "{proof:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_recovery_code_is_good_once_and_says_so_on_the_log(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (database, store) = TestDatabase::open(backend).await;
    let anna = anna(&store).await;
    assert!(!store.pass_second_factor(anna.id, &code("three"), said("in")).await.unwrap());
    assert!(store.pass_second_factor(anna.id, &code("one"), said("in")).await.unwrap());
    assert!(!store.pass_second_factor(anna.id, &code("one"), said("in")).await.unwrap());
    assert_eq!(store.second_factor(anna.id).await.unwrap().unwrap().codes_left, 1);
    let deeds = database.deeds().await;
    assert_eq!(deeds, ["user.created", "begun", "on", "in", "second_factor.recovery_code_used"]);
}

#[rstest]
#[tokio::test]
async fn new_codes_take_the_place_of_the_old_ones(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = anna(&store).await;
    let renewed = hashes(&["four", "five", "six"]);
    let renew = async |proof: Proof| {
        store.renew_recovery_codes(anna.id, &proof, &renewed, said("renewed")).await.unwrap()
    };
    assert!(!renew(code("three")).await);
    assert!(!renew(Proof::Step(STEP)).await);
    assert_eq!(store.second_factor(anna.id).await.unwrap().unwrap().codes_left, 2, "nothing was changed");
    assert!(renew(Proof::Step(STEP + 1)).await);
    assert_eq!(store.second_factor(anna.id).await.unwrap().unwrap().codes_left, 3);
    assert!(!store.pass_second_factor(anna.id, &code("one"), said("in")).await.unwrap());
    assert!(store.pass_second_factor(anna.id, &code("four"), said("in")).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn it_is_turned_off_by_a_proof_and_reset_without(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = anna(&store).await;
    assert!(!store.turn_off_second_factor(anna.id, &Proof::Step(STEP), said("off")).await.unwrap());
    assert!(store.turn_off_second_factor(anna.id, &code("two"), said("off")).await.unwrap());
    assert_eq!(store.second_factor(anna.id).await.unwrap(), None);
    assert!(!store.pass_second_factor(anna.id, &code("one"), said("in")).await.unwrap());

    assert!(!store.reset_second_factor(anna.id, said("reset")).await.unwrap());
    assert!(store.begin_second_factor(anna.id, "sealed", said("begun")).await.unwrap());
    let codes = hashes(&["one"]);
    assert!(store.turn_on_second_factor(anna.id, "sealed", 1, &codes, said("on")).await.unwrap());
    assert!(store.reset_second_factor(anna.id, said("reset")).await.unwrap());
    assert_eq!(store.second_factor(anna.id).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_changed_password_keeps_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = anna(&store).await;
    let before = store.second_factor(anna.id).await.unwrap();
    store.set_password(anna.id, "$argon2id$2", said("password.changed")).await.unwrap();
    assert_eq!(store.second_factor(anna.id).await.unwrap(), before);
    assert!(before.is_some());
}

#[rstest]
#[tokio::test]
async fn secrets_are_sealed_anew_unless_they_changed_meanwhile(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_database, store) = TestDatabase::open(backend).await;
    let anna = anna(&store).await;
    let ben = user("ben@example.org");
    store.create_user(ben.clone(), said("user.created")).await.unwrap();
    assert!(store.begin_second_factor(ben.id, "his", said("begun")).await.unwrap());

    let listed = store.second_factors_after(None, 1).await.unwrap();
    assert_eq!(listed.iter().map(|factor| factor.user).collect::<Vec<_>>(), [anna.id]);
    let listed = store.second_factors_after(Some(anna.id), 10).await.unwrap();
    assert_eq!(listed.iter().map(|factor| factor.user).collect::<Vec<_>>(), [ben.id]);

    assert!(!store.replace_second_factor_secret(ben.id, "another", "anew").await.unwrap());
    assert!(store.replace_second_factor_secret(ben.id, "his", "anew").await.unwrap());
    assert_eq!(store.second_factor(ben.id).await.unwrap().unwrap().secret, "anew");
    assert_eq!(store.second_factor(anna.id).await.unwrap().unwrap().secret, "sealed");
}
