//! Tests of reading secrets at a start, and again after one was refused.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use pledge_runtime::{
    ConfigError, Environment, Parser, Secret,
    secrets::{Rotating, read, read_all},
};
use pledge_testkit::FakeVault;

/// The shortest time between two reads of a refused secret.
const PAUSE: Duration = Duration::from_secs(10);

fn parse(environment: &Environment) -> Result<(Secret, Secret), ConfigError> {
    let mut parser = Parser::new(environment);
    let (database, key) = (parser.secret("DATABASE_URL"), parser.secret("API_KEY"));
    parser.finish(|| Some((database?, key?)))
}

#[tokio::test]
async fn every_named_secret_is_read_and_failures_are_named() {
    let variables =
        [("STAGE", "prod"), ("DATABASE_URL_SECRET_ARN", "arn:db"), ("API_KEY_SECRET_ARN", "arn:key"), ("OTHER", "x")];

    let mut environment = Environment::from_iter(variables);
    read_all(&mut environment, &FakeVault::new([("arn:db", "postgres://"), ("arn:key", "pk")])).await;
    assert_eq!(parse(&environment).unwrap(), (Secret::new("postgres://"), Secret::new("pk")));

    let mut environment = Environment::from_iter(variables);
    read_all(&mut environment, &FakeVault::new([("arn:db", "postgres://")])).await;
    let error = parse(&environment).unwrap_err().to_string();
    assert!(error.contains("API_KEY_SECRET_ARN: the secret could not be read: ResourceNotFound"), "{error}");
    assert!(!error.contains("postgres"), "{error}");
}

#[tokio::test]
async fn a_secret_that_was_parsed_can_be_read_again() {
    let vault = FakeVault::new([("arn:key", "old\n")]);
    let mut environment = Environment::from_iter([("STAGE", "prod"), ("API_KEY_SECRET_ARN", "arn:key")]);
    read_all(&mut environment, &vault).await;
    let secret = Parser::new(&environment).secret("API_KEY").unwrap();
    let rotating = Rotating::new(&secret, |text| Ok::<_, &str>(text.to_owned())).unwrap();
    assert_eq!(*rotating.current(), "old");
    vault.put("arn:key", "new");
    assert!(rotating.renew(&rotating.current()).await);
    assert_eq!(*rotating.current(), "new");
}

#[tokio::test]
async fn a_replacement_that_fails_the_check_of_its_variable_is_not_used() {
    let vault = FakeVault::new([("arn:key", "live_1")]);
    let mut environment = Environment::from_iter([("STAGE", "prod"), ("API_KEY_SECRET_ARN", "arn:key")]);
    read_all(&mut environment, &vault).await;
    let check = |text: &str| if text.starts_with("live_") { Ok(()) } else { Err("set a live key") };
    let secret = Parser::new(&environment).checked_secret("API_KEY", check).unwrap();
    let rotating = Rotating::new(&secret, |text| Ok::<_, &str>(text.to_owned())).unwrap();
    vault.put("arn:key", "test_1");
    assert!(!rotating.renew(&rotating.current()).await);
}

async fn rotating(vault: &FakeVault) -> Rotating<u32> {
    let secret = read("KEY", "arn:key", vault).await.unwrap();
    Rotating::new(&secret, |text| text.parse::<u32>()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_replaced_secret_is_used_after_it_was_refused() {
    let vault = FakeVault::new([("arn:key", "1")]);
    let rotating = rotating(&vault).await;
    let used = rotating.current();
    vault.put("arn:key", " 2\n");
    assert_eq!(*rotating.current(), 1, "nobody was refused yet");
    assert!(rotating.renew(&used).await);
    assert_eq!(*rotating.clone().current(), 2);
    assert!(rotating.renew(&used).await, "somebody else has read it meanwhile");
    assert_eq!(vault.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_stays_wrong_is_not_read_for_every_request() {
    let vault = FakeVault::new([("arn:key", "1")]);
    let rotating = rotating(&vault).await;
    for _ in 0..100 {
        assert!(!rotating.renew(&rotating.current()).await);
    }
    assert_eq!(vault.reads(), 2);
    tokio::time::advance(PAUSE).await;
    vault.put("arn:key", "2");
    assert!(rotating.renew(&rotating.current()).await);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_used_is_not_taken() {
    let vault = FakeVault::new([("arn:key", "1")]);
    let rotating = rotating(&vault).await;
    for unusable in [Some("not a number"), None] {
        match unusable {
            Some(text) => vault.put("arn:key", text),
            None => vault.remove("arn:key"),
        }
        assert!(!rotating.renew(&rotating.current()).await);
        assert_eq!(*rotating.current(), 1);
        tokio::time::advance(PAUSE).await;
    }
}

#[tokio::test]
async fn a_plain_secret_never_changes() {
    let rotating = Rotating::new(&Secret::new("1"), |text| text.parse::<u32>()).unwrap();
    assert!(!rotating.renew(&rotating.current()).await);
    assert!(Rotating::new(&Secret::new("x"), |text| text.parse::<u32>()).is_err());
    assert!(!format!("{rotating:?}").contains('1'));
}
