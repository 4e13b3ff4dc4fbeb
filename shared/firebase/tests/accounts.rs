//! Accounts by e-mail address.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use pledge_domain::{email::Email, error_chain::ErrorChain, ports::IdentityProvider, user::Account};
use pledge_firebase::{AccountSource, FirebaseClient, ServiceAccount};
use serde_json::{Value, json};
use support::{PROJECT, TestClock, client, identity_toolkit::IdentityToolkit, keys, local_only, serve};
use tokio::time::Instant;

struct TestEnvironment {
    toolkit: IdentityToolkit,
    clock: Arc<TestClock>,
    firebase: FirebaseClient,
}

/// Returns a stand-in for Google, and a client with a service account.
async fn google() -> TestEnvironment {
    let (toolkit, clock) = (IdentityToolkit::default(), Arc::new(TestClock::new()));
    let base = toolkit.start().await;
    let key_file = json!({
        "type": "service_account",
        "client_email": "robot@demo-project.iam.gserviceaccount.com",
        "private_key_id": "key-1",
        "private_key": keys::FIRST.pem,
        "token_uri": format!("{base}/token"),
    });
    let service_account = ServiceAccount::parse(&key_file.to_string()).unwrap();
    let source = AccountSource::Google { project: PROJECT.to_owned(), service_account };
    let firebase = FirebaseClient::new(client(), source, clock.clone()).with_base(base);
    TestEnvironment { toolkit, clock, firebase }
}

/// Returns a stand-in for Firebase's emulator, and a client of it.
async fn emulator() -> TestEnvironment {
    let (toolkit, clock) = (IdentityToolkit::default(), Arc::new(TestClock::new()));
    toolkit.lock().tokens.insert("owner".to_owned());
    let host = toolkit.start().await.replace("http://", "");
    let source = AccountSource::Emulator { project: PROJECT.to_owned(), host, proof: local_only() };
    TestEnvironment { firebase: FirebaseClient::new(client(), source, clock.clone()), toolkit, clock }
}

fn email() -> Email {
    Email::parse("Reader@example.com").unwrap()
}

impl TestEnvironment {
    /// Adds an account of the address [`email`] with these further fields.
    fn has_account(&self, fields: &Value) {
        let mut account = json!({ "localId": "uid-old", "email": email().key() });
        account.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.toolkit.lock().accounts.insert(email().key(), account);
    }

    async fn find_or_create(&self) -> Account {
        self.firebase.find_or_create(&email()).await.unwrap()
    }

    /// Returns the error of finding the account of an address, as a log would show it.
    async fn failure(&self, email: &str) -> String {
        let error = self.firebase.find_or_create(&Email::parse(email).unwrap()).await.unwrap_err();
        ErrorChain(&error).to_string()
    }
}

#[tokio::test]
async fn an_account_is_made_once_and_found_afterwards() {
    for environment in [google().await, emulator().await] {
        let made = environment.find_or_create().await;
        assert_eq!((made.id.as_str(), made.email_verified, made.claimed), ("uid-1", false, false));
        assert_eq!(environment.find_or_create().await, made);
        assert_eq!(environment.toolkit.lock().creations, 1);
    }
}

#[tokio::test]
async fn an_account_is_claimed_if_anybody_can_sign_in_to_it() {
    let environment = emulator().await;
    let cases = [
        (json!({}), (false, false)),
        (json!({ "providerUserInfo": [] }), (false, false)),
        (json!({ "providerUserInfo": [{ "providerId": "password" }] }), (false, true)),
        (json!({ "providerUserInfo": [{ "providerId": "google.com" }], "emailVerified": true }), (true, true)),
        (json!({ "passwordHash": "UkVEQUNURUQ=" }), (false, true)),
    ];
    for (fields, expected) in cases {
        environment.has_account(&fields);
        let account = environment.find_or_create().await;
        assert_eq!((account.email_verified, account.claimed), expected, "{fields}");
    }
}

#[tokio::test]
async fn a_lost_race_finds_the_account_of_the_winner() {
    let environment = google().await;
    let winner = json!({ "localId": "uid-winner", "passwordHash": "UkVEQUNURUQ=" });
    environment.toolkit.lock().made_meanwhile.insert(email().key(), winner);
    let account = environment.find_or_create().await;
    assert_eq!((account.id.as_str(), account.claimed), ("uid-winner", true));
}

#[tokio::test]
async fn an_access_token_is_shared_until_shortly_before_it_expires() {
    let environment = google().await;
    let found = join_all((0..10).map(|_| environment.find_or_create())).await;
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:?}");
    assert_eq!(environment.toolkit.lock().tokens_issued, 1);

    environment.clock.advance(Duration::from_secs(3599 - 61));
    environment.find_or_create().await;
    assert_eq!(environment.toolkit.lock().tokens_issued, 1);
    environment.clock.advance(Duration::from_secs(1));
    environment.find_or_create().await;
    assert_eq!(environment.toolkit.lock().tokens_issued, 2);
}

#[tokio::test]
async fn a_refused_access_token_is_not_used_again() {
    let environment = google().await;
    environment.find_or_create().await;
    environment.toolkit.lock().tokens.clear();
    assert!(environment.failure("reader@example.com").await.contains("401 Unauthorized UNAUTHENTICATED"));
    environment.find_or_create().await;
}

#[tokio::test(start_paused = true)]
async fn a_firebase_that_does_not_answer_is_left_within_three_seconds() {
    let environment = emulator().await;
    environment.toolkit.lock().silent = true;
    let start = Instant::now();
    let failure = environment.failure("reader@example.com").await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert!(failure.contains("in time") || failure.contains("no answer"), "{failure}");
}

#[tokio::test]
async fn a_failure_shows_the_code_and_no_address() {
    let environment = emulator().await;
    let failure = environment.failure("invalid@example.com").await;
    assert!(failure.ends_with("accounts answered 400 Bad Request INVALID_EMAIL"), "{failure}");

    let nowhere = serve(axum::Router::new()).await;
    let lost = TestEnvironment { firebase: environment.firebase.with_base(nowhere), ..environment };
    assert!(lost.failure("reader@example.com").await.contains("404"));
}

#[test]
fn a_service_account_does_not_show_its_key() {
    let key_file = json!({ "client_email": "robot@example.com", "private_key": keys::FIRST.pem });
    let account = ServiceAccount::parse(&key_file.to_string()).unwrap();
    assert_eq!(format!("{account:?}"), "ServiceAccount { .. }");
}
