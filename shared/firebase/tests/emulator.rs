//! Tests against Google's own emulator of Firebase Authentication, if `TEST_FIREBASE_AUTH_EMULATOR_HOST` has the address of
//! one (`scripts/peers` starts it).

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::sync::Arc;

use futures_util::future::join_all;
use pledge_domain::{
    email::Email,
    ports::{Clock as _, IdentityProvider, TokenVerifier},
};
use pledge_firebase::{AccountSource, FirebaseClient, FirebaseVerifier, Issuer};
use pledge_runtime::System;
use serde_json::{Value, json};
use support::{client, local_only};

const PROJECT: &str = "demo-pledge";

/// Google's emulator, and our client of it.
struct Emulator {
    host: String,
    firebase: FirebaseClient,
}

impl Emulator {
    /// Returns the emulator that the environment names; none if it names none.
    fn find() -> Option<Self> {
        let environment = pledge_runtime::Environment::from_process();
        let host = environment.get("TEST_FIREBASE_AUTH_EMULATOR_HOST")?.to_owned();
        let source = AccountSource::Emulator { project: PROJECT.to_owned(), host: host.clone(), proof: local_only() };
        Some(Self { host, firebase: FirebaseClient::new(client(), source, Arc::new(System)) })
    }

    /// Makes an account with a password, as a reader's browser does, and returns Firebase's answer.
    async fn sign_up(&self, email: &Email) -> Value {
        let url = format!("http://{}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=any", self.host);
        let body = json!({ "email": email.as_str(), "password": "correct horse", "returnSecureToken": true });
        client().post(url).json(&body).send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }
}

/// Returns an address that no other run of the tests uses.
fn email(name: &str) -> Email {
    Email::parse(&format!("{name}.{}@example.com", std::process::id())).unwrap()
}

#[tokio::test]
async fn an_account_is_made_once_and_found_afterwards_also_by_many_at_once() {
    let Some(emulator) = Emulator::find() else { return };
    let email = email("Reader");
    let made = join_all((0..10).map(|_| emulator.firebase.find_or_create(&email))).await;
    let made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    assert!(made.windows(2).all(|pair| pair[0] == pair[1]), "{made:?}");
    assert_eq!((made[0].email_verified, made[0].claimed), (false, false));
    assert_eq!(emulator.firebase.find_or_create(&email).await.unwrap(), made[0]);
}

#[tokio::test]
async fn an_account_with_a_password_is_claimed_and_its_token_accepted() {
    let Some(emulator) = Emulator::find() else { return };
    let email = email("subscriber");
    let signed_up = emulator.sign_up(&email).await;
    let account = emulator.firebase.find_or_create(&email).await.unwrap();
    assert_eq!(signed_up["localId"], account.id.as_str());
    assert_eq!((account.email_verified, account.claimed, account.may_own_by_email()), (false, true, false));

    let token = signed_up["idToken"].as_str().unwrap();
    let verifier = |project: &str| {
        FirebaseVerifier::new(client(), Issuer::Emulator { project: project.to_owned(), proof: local_only() })
    };
    let user = verifier(PROJECT).verify(token, System.now()).await.unwrap();
    assert_eq!((user.id, user.email_verified), (account.id, false));
    assert!(verifier("another-project").verify(token, System.now()).await.is_err());
    let google = FirebaseVerifier::new(client(), Issuer::Google { project: PROJECT.to_owned() });
    assert!(google.verify(token, System.now()).await.is_err(), "an unsigned token is no token of Google's");
}
