//! Tests of every rule for App Check tokens, with tokens that break it, and of the time for which the issuer's keys are
//! kept.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use axum::{Json, Router, routing::get};
use pledge_domain::ports::{AppVerifier, TokenError};
use pledge_firebase::{AppCheckVerifier, AppIssuer, FirebaseVerifier, Issuer};
use serde_json::{Value, json};
use support::{PROJECT, client, key_server::KeyServer, keys, local_only, now, serve};

const NUMBER: u64 = 1_234_567_890;

/// Returns a server that publishes the first key as `k1`, and a verifier that asks it.
async fn start() -> (KeyServer, AppCheckVerifier) {
    let (server, url) = KeyServer::start(vec![keys::FIRST.jwk("k1")]).await;
    (server, AppCheckVerifier::new(client(), AppIssuer::Google { project_number: NUMBER }).with_keys_url(url))
}

/// Returns the claims of a token that is good now.
fn claims() -> Value {
    let now = now().unix_timestamp();
    json!({
        "iss": format!("https://firebaseappcheck.googleapis.com/{NUMBER}"),
        "aud": [format!("projects/{NUMBER}"), "projects/demo-project"],
        "sub": "1:1234567890:web:abc",
        "iat": now - 10,
        "exp": now + 86_400,
        "provider": "recaptcha_enterprise",
    })
}

fn with(claim: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[claim] = value.into();
    claims
}

async fn refusal(verifier: &AppCheckVerifier, token: &str) -> &'static str {
    match verifier.verify_app(token, now()).await {
        Err(TokenError::Invalid(reason)) => reason,
        other => panic!("{token} gave {other:?}"),
    }
}

#[tokio::test]
async fn a_good_token_is_accepted_and_every_broken_rule_is_named() {
    let (_, verifier) = start().await;
    for good in [claims(), with("provider", Value::Null), with("iat", now().unix_timestamp() + 60)] {
        verifier.verify_app(&keys::FIRST.sign(Some("k1"), &good), now()).await.unwrap();
    }
    let seconds = now().unix_timestamp();
    let signed = |claims: &Value| keys::FIRST.sign(Some("k1"), claims);
    let foreign = json!(["projects/1", "projects/demo-project"]);
    let cases = [
        (signed(&with("iss", "https://firebaseappcheck.googleapis.com/1")), "it is from another issuer"),
        (signed(&with("iss", format!("https://securetoken.google.com/{PROJECT}"))), "it is from another issuer"),
        (signed(&with("aud", foreign)), "it is meant for another project"),
        (signed(&with("aud", format!("projects/{NUMBER}"))), "it is malformed"),
        (signed(&with("sub", "")), "it names no app"),
        (signed(&with("exp", seconds)), "it has expired"),
        (signed(&with("iat", seconds + 61)), "it was issued in the future"),
        (signed(&with("provider", "debug")), "it was given for a debug token"),
        (keys::FIRST.sign(Some("k2"), &claims()), "it is signed with an unknown key"),
        (keys::FIRST.sign(None, &claims()), "it names no key"),
        (keys::SECOND.sign(Some("k1"), &claims()), "its signature is wrong"),
        ("not.a.token".to_owned(), "it is malformed"),
    ];
    for (token, expected) in cases {
        assert_eq!(refusal(&verifier, &token).await, expected);
    }
}

#[tokio::test]
async fn a_new_key_of_app_check_is_found_at_once() {
    let (server, verifier) = start().await;
    verifier.verify_app(&keys::FIRST.sign(Some("k1"), &claims()), now()).await.unwrap();
    server.publish(Some(vec![keys::SECOND.jwk("k2")]));
    verifier.verify_app(&keys::SECOND.sign(Some("k2"), &claims()), now()).await.unwrap();
    assert_eq!(refusal(&verifier, &keys::FIRST.sign(Some("k1"), &claims())).await, "it is signed with an unknown key");
}

#[tokio::test]
async fn keys_outlive_an_outage_but_not_the_six_hours_that_google_allows() {
    let (server, verifier) = start().await;
    let token = keys::FIRST.sign(Some("k1"), &claims());
    verifier.verify_app(&token, now()).await.unwrap();
    let hours = |hours: u64| now() + Duration::from_secs(hours * 3600);
    verifier.verify_app(&token, hours(1)).await.unwrap();
    assert_eq!(server.requests(), 2, "they are fetched anew each hour");

    server.publish(None);
    verifier.verify_app(&token, hours(7) - Duration::from_secs(1)).await.unwrap();
    let late = verifier.verify_app(&token, hours(7)).await;
    assert!(matches!(late, Err(TokenError::Unavailable(_))), "{late:?}");
}

#[tokio::test]
async fn a_stand_in_has_keys_of_its_own_and_its_debug_tokens_count() {
    let keys = || async { Json(json!({ "keys": [keys::FIRST.jwk("k1")] })) };
    let base = serve(Router::new().route("/firebaseappcheck.googleapis.com/v1/jwks", get(keys))).await;
    let host = base.trim_start_matches("http://").to_owned();
    let apps = AppIssuer::StandIn { project_number: NUMBER, host, proof: local_only() };
    let issuer = Issuer::Emulator { project: PROJECT.to_owned(), proof: local_only() };
    let verifier = FirebaseVerifier::new(client(), issuer).with_apps(Some(apps));
    let token = keys::FIRST.sign(Some("k1"), &with("provider", "debug"));
    verifier.verify_app(&token, now()).await.unwrap();
}

#[tokio::test]
async fn without_a_project_number_no_app_is_known() {
    let verifier = FirebaseVerifier::new(client(), Issuer::Google { project: PROJECT.to_owned() });
    let token = keys::FIRST.sign(Some("k1"), &claims());
    assert!(matches!(verifier.verify_app(&token, now()).await, Err(TokenError::Invalid(_))));
}
