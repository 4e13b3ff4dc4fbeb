//! Tests of every rule for ID tokens, with tokens that break it, and of the cache of the issuer's keys.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use pledge_domain::ports::{TokenError, TokenVerifier};
use pledge_firebase::{FirebaseVerifier, Issuer};
use serde_json::{Value, json};
use support::{PROJECT, client, key_server::KeyServer, keys, local_only, now};

/// Returns a server that publishes `keys`, and a verifier that asks it.
async fn start(keys: Vec<Value>) -> (KeyServer, FirebaseVerifier) {
    let (server, url) = KeyServer::start(keys).await;
    let issuer = Issuer::Google { project: PROJECT.to_owned() };
    (server, FirebaseVerifier::new(client(), issuer).with_keys_url(url))
}

/// Returns the claims of a token that is good now.
fn claims() -> Value {
    let now = now().unix_timestamp();
    json!({
        "iss": format!("https://securetoken.google.com/{PROJECT}"),
        "aud": PROJECT,
        "sub": "uid-1",
        "iat": now - 10,
        "auth_time": now - 100,
        "exp": now + 3590,
        "email": "reader@example.com",
        "email_verified": true,
        "name": "Ada",
        "picture": "https://example.com/ada.png",
        "firebase": { "sign_in_provider": "google.com" },
    })
}

fn with(claim: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[claim] = value.into();
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

async fn refusal(verifier: &FirebaseVerifier, token: &str) -> &'static str {
    match verifier.verify(token, now()).await {
        Err(TokenError::Invalid(reason)) => reason,
        other => panic!("{token} gave {other:?}"),
    }
}

#[tokio::test]
async fn a_good_token_says_who_somebody_is() {
    let (_, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    let user = verifier.verify(&keys::FIRST.sign(Some("k1"), &claims()), now()).await.unwrap();
    assert_eq!(user.id.as_str(), "uid-1");
    assert_eq!(user.email.unwrap().as_str(), "reader@example.com");
    assert!(user.email_verified);
    assert_eq!(user.display_name.as_deref(), Some("Ada"));
    assert_eq!(user.photo_url.as_deref(), Some("https://example.com/ada.png"));
}

#[tokio::test]
async fn an_address_is_verified_only_if_the_token_says_so() {
    let (_, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    let cases = [
        (without("email_verified"), true),
        (with("email_verified", false), true),
        (with("email", "not an address"), false),
        (without("email"), false),
    ];
    for (claims, has_email) in cases {
        let user = verifier.verify(&keys::FIRST.sign(Some("k1"), &claims), now()).await.unwrap();
        assert!(!user.email_verified, "{claims}");
        assert_eq!(user.email.is_some(), has_email, "{claims}");
    }
}

#[tokio::test]
async fn every_claim_is_checked() {
    let (_, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    let now = now().unix_timestamp();
    let cases = [
        (with("aud", "other-project"), "it is meant for another project"),
        (with("iss", "https://securetoken.google.com/other-project"), "it is from another issuer"),
        (with("iss", PROJECT), "it is from another issuer"),
        (with("iss", "https://accounts.google.com"), "it is from another issuer"),
        (with("exp", now), "it has expired"),
        (with("exp", now - 3600), "it has expired"),
        (with("iat", now + 61), "it was issued in the future"),
        (with("auth_time", now + 61), "its sign-in lies in the future"),
        (with("sub", ""), "its subject is not a uid"),
        (with("sub", "x".repeat(129)), "its subject is not a uid"),
        (with("aud", json!([PROJECT])), "it is malformed"),
        (with("exp", "tomorrow"), "it is malformed"),
        (without("aud"), "it is malformed"),
        (without("iss"), "it is malformed"),
        (without("sub"), "it is malformed"),
        (without("exp"), "it is malformed"),
        (without("iat"), "it is malformed"),
        (without("auth_time"), "it is malformed"),
    ];
    for (claims, expected) in cases {
        assert_eq!(refusal(&verifier, &keys::FIRST.sign(Some("k1"), &claims)).await, expected, "{claims}");
    }
    for (claim, value) in [("exp", now + 1), ("iat", now + 60), ("auth_time", now + 60)] {
        let token = keys::FIRST.sign(Some("k1"), &with(claim, value));
        assert!(verifier.verify(&token, support::now()).await.is_ok(), "{claim} at the limit");
    }
}

#[tokio::test]
async fn only_the_issuers_signature_counts() {
    let (_, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    let good = keys::FIRST.sign(Some("k1"), &claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let other_payload = URL_SAFE_NO_PAD.encode(with("sub", "somebody-else").to_string());
    // This token is signed with the public key as an HMAC secret, which verifiers accept that let the token choose the
    // algorithm.
    let symmetric = unsigned(&json!({ "typ": "JWT", "alg": "HS256", "kid": "k1" }), &claims());
    let symmetric = symmetric.trim_end_matches('.');
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, keys::FIRST.n.as_bytes());
    let tag = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&secret, symmetric.as_bytes()));

    let cases = [
        (keys::SECOND.sign(Some("k1"), &claims()), "its signature is wrong"),
        (format!("{header}.{other_payload}.{signature}"), "its signature is wrong"),
        (format!("{signed}."), "its signature is wrong"),
        (format!("{signed}.AAAA"), "its signature is wrong"),
        (keys::FIRST.sign(None, &claims()), "it names no key"),
        (keys::FIRST.sign(Some(""), &claims()), "it names no key"),
        (format!("{symmetric}.{tag}"), "it is not signed with RS256"),
        (unsigned(&json!({ "alg": "none", "kid": "k1" }), &claims()), "it is not signed with RS256"),
        (unsigned(&json!({ "alg": "RS256", "kid": "k1" }), &claims()), "its signature is wrong"),
        (String::new(), "it is malformed"),
        ("a.b.c".to_owned(), "it is malformed"),
        (format!("{good}.{signature}"), "it is malformed"),
        (signed.to_owned(), "it is malformed"),
    ];
    for (token, expected) in cases {
        assert_eq!(refusal(&verifier, &token).await, expected, "{token}");
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_they_are_stale() {
    let (server, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    let mut claims = claims();
    claims["exp"] = (now().unix_timestamp() + 100_000).into();
    let token = keys::FIRST.sign(Some("k1"), &claims);

    let verified = join_all((0..20).map(|_| verifier.verify(&token, now()))).await;
    assert!(verified.iter().all(Result::is_ok));
    verifier.verify(&token, now() + Duration::from_secs(3599)).await.unwrap();
    assert_eq!(server.requests(), 1);

    verifier.verify(&token, now() + Duration::from_secs(3600)).await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_new_key_of_the_issuer_is_found_at_once() {
    let (server, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    verifier.verify(&keys::FIRST.sign(Some("k1"), &claims()), now()).await.unwrap();

    server.publish(Some(vec![keys::FIRST.jwk("k1"), keys::SECOND.jwk("k2")]));
    verifier.verify(&keys::SECOND.sign(Some("k2"), &claims()), now()).await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_causes_one_request_a_minute() {
    let (server, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    verifier.verify(&keys::FIRST.sign(Some("k1"), &claims()), now()).await.unwrap();
    for attempt in 0..50 {
        let forged = keys::SECOND.sign(Some(&format!("forged-{attempt}")), &claims());
        assert_eq!(refusal(&verifier, &forged).await, "it is signed with an unknown key");
    }
    assert_eq!(server.requests(), 2);

    let forged = keys::SECOND.sign(Some("forged"), &claims());
    for _ in 0..2 {
        assert!(verifier.verify(&forged, now() + Duration::from_secs(60)).await.is_err());
    }
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn without_keys_a_token_can_be_neither_right_nor_wrong() {
    let (server, verifier) = start(vec![]).await;
    let token = keys::FIRST.sign(Some("k1"), &claims());
    for nothing in [None, Some(vec![]), Some(vec![json!({ "kty": "EC", "kid": "k1" })])] {
        server.publish(nothing);
        assert!(matches!(verifier.verify(&token, now()).await, Err(TokenError::Unavailable(_))));
    }
    server.publish(Some(vec![json!({ "kty": "EC", "kid": "k0" }), keys::FIRST.jwk("k1")]));
    verifier.verify(&token, now()).await.unwrap();
}

#[tokio::test]
async fn keys_outlive_an_outage_of_some_hours() {
    let (server, verifier) = start(vec![keys::FIRST.jwk("k1")]).await;
    let mut claims = claims();
    claims["exp"] = (now().unix_timestamp() + 100_000).into();
    let token = keys::FIRST.sign(Some("k1"), &claims);
    verifier.verify(&token, now()).await.unwrap();
    let stale = now() + Duration::from_secs(3600);

    server.publish(None);
    for second in [0, 1, 59] {
        verifier.verify(&token, stale + Duration::from_secs(second)).await.unwrap();
    }
    assert_eq!(server.requests(), 2, "one of them waited for an answer");
    verifier.verify(&token, stale + Duration::from_secs(60)).await.unwrap();
    assert_eq!(server.requests(), 3);
    let stranger = keys::SECOND.sign(Some("k2"), &claims);
    assert!(matches!(verifier.verify(&stranger, stale).await, Err(TokenError::Unavailable(_))));
    let too_late = stale + Duration::from_secs(6 * 3600);
    assert!(matches!(verifier.verify(&token, too_late).await, Err(TokenError::Unavailable(_))));

    // Once the issuer answers again, a key that it has withdrawn isn't accepted any more.
    server.publish(Some(vec![keys::SECOND.jwk("k2")]));
    let answered = stale + Duration::from_secs(200);
    assert!(matches!(verifier.verify(&token, answered).await, Err(TokenError::Invalid(_))));
    verifier.verify(&stranger, answered).await.unwrap();
}

#[tokio::test]
async fn an_emulators_tokens_are_unsigned_and_meet_the_same_rules() {
    let issuer = Issuer::Emulator { project: PROJECT.to_owned(), proof: local_only() };
    let verifier = FirebaseVerifier::new(client(), issuer);
    let none = json!({ "alg": "none", "typ": "JWT" });
    let user = verifier.verify(&unsigned(&none, &claims()), now()).await.unwrap();
    assert_eq!(user.id.as_str(), "uid-1");

    let expired = unsigned(&none, &with("exp", now().unix_timestamp()));
    assert_eq!(refusal(&verifier, &expired).await, "it has expired");
    let signed = keys::FIRST.sign(Some("k1"), &claims());
    assert_eq!(refusal(&verifier, &signed).await, "it is not an emulator's token");
}
