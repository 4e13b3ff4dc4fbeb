//! The Firebase stand-in as the emulator and as production.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pledge_stand_ins::Fault;
use pledge_stand_ins::firebase::{APP_ID, DEBUG_TOKEN, FirebaseOptions, FirebaseStandIn, Mode};
use reqwest::StatusCode;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};
use support::{answer, client, text};

const ADMIN: &str = "/identitytoolkit.googleapis.com/v1/projects/demo-pledge/accounts";
const USER: &str = "/identitytoolkit.googleapis.com/v1/accounts";

async fn start(mode: Mode) -> FirebaseStandIn {
    FirebaseStandIn::start(FirebaseOptions { mode, ..FirebaseOptions::default() }).await.unwrap()
}

async fn post(firebase: &FirebaseStandIn, path: &str, token: Option<&str>, body: &Value) -> (StatusCode, Value) {
    let mut request = client().post(format!("{}{path}", firebase.base_url())).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    answer(request).await
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn an_administrator_creates_and_looks_up_users() {
    let firebase = start(Mode::Emulator).await;
    let lookup = json!({ "email": ["jo@example.com"] });
    let (status, none) = post(&firebase, &format!("{ADMIN}:lookup"), Some("owner"), &lookup).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(none.get("users"), None, "no match has no users");

    let create = json!({ "email": "Jo@Example.com", "displayName": "Jo" });
    let (status, created) = post(&firebase, ADMIN, Some("owner"), &create).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(created["email"], "jo@example.com");

    let (_, found) = post(&firebase, &format!("{ADMIN}:lookup"), Some("owner"), &lookup).await;
    assert_eq!(found["users"][0]["localId"], created["localId"]);
    assert_eq!(found["users"][0]["emailVerified"], false);

    let (status, error) = post(&firebase, ADMIN, Some("owner"), &create).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["error"]["message"], "EMAIL_EXISTS");
    assert_eq!(error["error"]["errors"][0]["message"], "EMAIL_EXISTS");
}

#[tokio::test]
async fn what_google_refuses_is_refused() {
    let firebase = start(Mode::Emulator).await;
    let body = json!({ "email": "jo@example.com" });
    assert_eq!(post(&firebase, ADMIN, None, &body).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&firebase, ADMIN, Some("x"), &body).await.0, StatusCode::UNAUTHORIZED);
    let other = ADMIN.replace("demo-pledge", "other");
    assert_eq!(post(&firebase, &other, Some("owner"), &body).await.0, StatusCode::FORBIDDEN);
    let (status, error) = post(&firebase, ADMIN, Some("owner"), &json!({ "email": "jo" })).await;
    assert_eq!((status, text(&error, "/error/message")), (StatusCode::BAD_REQUEST, "INVALID_EMAIL"));
    let (status, error) = post(&firebase, ADMIN, Some("owner"), &json!({ "mail": "jo@example.com" })).await;
    assert_eq!((status, text(&error, "/error/status")), (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"));
    let sign_up = json!({ "email": "jo@example.com", "password": "12345", "returnSecureToken": true });
    assert_eq!(post(&firebase, &format!("{USER}:signUp"), None, &sign_up).await.0, StatusCode::FORBIDDEN);
    let (_, error) = post(&firebase, &format!("{USER}:signUp?key=k"), None, &sign_up).await;
    assert!(text(&error, "/error/message").starts_with("WEAK_PASSWORD"));
}

#[tokio::test]
async fn a_password_user_gets_an_unverified_unsigned_token() {
    let firebase = start(Mode::Emulator).await;
    let body = json!({ "email": "jo@example.com", "password": "secret1", "returnSecureToken": true });
    let (status, up) = post(&firebase, &format!("{USER}:signUp?key=k"), None, &body).await;
    assert_eq!(status, StatusCode::OK, "{up}");
    let (_, signed_in) = post(&firebase, &format!("{USER}:signInWithPassword?key=k"), None, &body).await;
    assert_eq!(signed_in["localId"], up["localId"]);
    let token = text(&signed_in, "/idToken");
    assert!(token.ends_with('.'), "no signature");
    let claims = claims(token);
    assert_eq!(claims["iss"], "https://securetoken.google.com/demo-pledge");
    assert_eq!(claims["aud"], "demo-pledge");
    assert_eq!(claims["sub"], up["localId"]);
    assert_eq!(claims["user_id"], up["localId"]);
    assert_eq!(claims["email_verified"], false);
    assert_eq!(claims["firebase"]["sign_in_provider"], "password");
    assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|iat| iat + 3600));

    let (_, me) = post(&firebase, &format!("{USER}:lookup?key=k"), None, &json!({ "idToken": token })).await;
    assert_eq!(me["users"][0]["email"], "jo@example.com");
    let wrong = json!({ "email": "jo@example.com", "password": "secret2" });
    let (_, error) = post(&firebase, &format!("{USER}:signInWithPassword?key=k"), None, &wrong).await;
    assert_eq!(error["error"]["message"], "INVALID_PASSWORD");
    assert!(firebase.requests().all().iter().all(|entry| !format!("{entry:?}").contains("secret1")));
}

#[tokio::test]
async fn google_verifies_the_address_and_voids_an_unproved_password() {
    let firebase = start(Mode::Emulator).await;
    let password = json!({ "email": "jo@gmail.com", "password": "secret1" });
    let (_, up) = post(&firebase, &format!("{USER}:signUp?key=k"), None, &password).await;
    let google =
        r#"id_token={"sub":"g1","email":"jo@gmail.com","email_verified":true,"name":"Jo"}&providerId=google.com"#;
    let body = json!({ "postBody": google, "requestUri": "http://localhost", "returnSecureToken": true });
    let (status, signed_in) = post(&firebase, &format!("{USER}:signInWithIdp?key=k"), None, &body).await;
    assert_eq!(status, StatusCode::OK, "{signed_in}");
    assert_eq!(signed_in["localId"], up["localId"], "one account for an address");
    let claims = claims(text(&signed_in, "/idToken"));
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["firebase"]["sign_in_provider"], "google.com");
    assert_eq!(claims["firebase"]["identities"]["google.com"], json!(["g1"]));
    let (_, error) = post(&firebase, &format!("{USER}:signInWithPassword?key=k"), None, &password).await;
    assert_eq!(error["error"]["message"], "INVALID_PASSWORD");
}

#[tokio::test]
async fn a_race_takes_the_address_between_lookup_and_creation() {
    let firebase = start(Mode::Emulator).await;
    firebase.race("jo@example.com");
    let lookup = json!({ "email": ["jo@example.com"] });
    let (_, none) = post(&firebase, &format!("{ADMIN}:lookup"), Some("owner"), &lookup).await;
    assert_eq!(none.get("users"), None);
    let (_, error) = post(&firebase, ADMIN, Some("owner"), &json!({ "email": "jo@example.com" })).await;
    assert_eq!(error["error"]["message"], "EMAIL_EXISTS");
    let (_, found) = post(&firebase, &format!("{ADMIN}:lookup"), Some("owner"), &lookup).await;
    assert_eq!(found["users"][0]["email"], "jo@example.com");
}

#[tokio::test]
async fn production_tokens_verify_against_the_jwk_set_until_the_key_rotates() {
    let firebase = start(Mode::Production).await;
    let (uid, token) = firebase.sign_in_with_google("jo@gmail.com", Some("Jo")).unwrap();
    assert_eq!(claims(&token)["sub"], uid.as_str());
    let response = client().get(firebase.jwks_url()).send().await.unwrap();
    assert!(response.headers()["cache-control"].to_str().unwrap().contains("max-age=3600"));
    let keys: Value = response.json().await.unwrap();
    assert!(verifies(&keys, &token));

    firebase.rotate_keys().unwrap();
    let (_, newer) = firebase.sign_in_with_google("jo@gmail.com", None).unwrap();
    assert!(!verifies(&keys, &newer), "an unknown kid");
    let keys: Value = client().get(firebase.jwks_url()).send().await.unwrap().json().await.unwrap();
    assert!(verifies(&keys, &newer));
}

fn verifies(keys: &Value, token: &str) -> bool {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header["alg"], "RS256");
    let Some(key) = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]) else {
        return false;
    };
    let part = |name: &str| URL_SAFE_NO_PAD.decode(text(key, &format!("/{name}"))).unwrap();
    let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn a_service_account_trades_a_grant_for_an_access_token() {
    let firebase = start(Mode::Production).await;
    let account = firebase.service_account();
    let now = firebase.clock().now();
    let grant = json!({
        "iss": account["client_email"],
        "aud": account["token_uri"],
        "scope": "https://www.googleapis.com/auth/identitytoolkit",
        "iat": now,
        "exp": now + 3600,
    });
    let body = json!({ "email": "jo@example.com" });
    assert_eq!(post(&firebase, ADMIN, Some("owner"), &body).await.0, StatusCode::UNAUTHORIZED);

    let (status, token) = exchange(&account, &grant).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    let access = text(&token, "/access_token").to_owned();
    assert_eq!(post(&firebase, ADMIN, Some(&access), &body).await.0, StatusCode::OK);
    assert_eq!(
        post(&firebase, "/v1/projects/demo-pledge/accounts:lookup", Some(&access), &json!({})).await.0,
        StatusCode::OK
    );

    for (field, value, error) in [
        ("iss", json!("other@example.com"), "invalid_grant"),
        ("aud", json!("https://oauth2.googleapis.com/token"), "invalid_grant"),
        ("exp", json!(now + 7200), "invalid_grant"),
        ("exp", json!(now - 1), "invalid_grant"),
        ("scope", json!("openid"), "invalid_scope"),
    ] {
        let mut bad = grant.clone();
        bad[field] = value;
        let (status, answer) = exchange(&account, &bad).await;
        assert_eq!((status, text(&answer, "/error")), (StatusCode::BAD_REQUEST, error), "{field}");
    }
    firebase.clock().advance(Duration::from_secs(3600));
    assert_eq!(post(&firebase, ADMIN, Some(&access), &body).await.0, StatusCode::UNAUTHORIZED, "expired");
}

/// Signs and sends a grant as a client library does.
async fn exchange(account: &Value, grant: &Value) -> (StatusCode, Value) {
    let pem: String = text(account, "/private_key").lines().filter(|line| !line.starts_with('-')).collect();
    let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(pem).unwrap()).unwrap();
    let header = json!({ "alg": "RS256", "typ": "JWT" });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&header), encode(grant));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    let assertion = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    let form = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
    let request = client().post(text(account, "/token_uri"));
    answer(request.header("content-type", "application/x-www-form-urlencoded").body(form)).await
}

#[tokio::test]
async fn faults_make_the_stand_in_fail_as_google_does() {
    let firebase = start(Mode::Emulator).await;
    firebase.faults().add(Fault::status(503));
    let (status, error) = post(&firebase, ADMIN, Some("owner"), &json!({ "email": "jo@example.com" })).await;
    assert_eq!((status, text(&error, "/error/status")), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    assert!(firebase.users().is_empty());
}

#[tokio::test]
async fn app_check_gives_the_registered_app_a_token_for_its_debug_token() {
    let firebase = start(Mode::Emulator).await;
    let exchange = |project: &str, app: &str| {
        format!("/firebaseappcheck.googleapis.com/v1/projects/{project}/apps/{app}:exchangeDebugToken")
    };
    let body = json!({ "debug_token": DEBUG_TOKEN });
    let (status, given) = post(&firebase, &exchange("demo-pledge", APP_ID), None, &body).await;
    assert_eq!((status, &given["ttl"]), (StatusCode::OK, &json!("3600s")));
    let claims = claims(given["token"].as_str().unwrap());
    assert_eq!((&claims["sub"], &claims["provider"]), (&json!(APP_ID), &json!("debug")));
    assert_eq!(claims["aud"], json!(["projects/123456789012", "projects/demo-pledge"]));

    for (path, body) in [
        (exchange("demo-pledge", APP_ID), json!({ "debug_token": "another" })),
        (exchange("demo-pledge", "1:1:web:1"), body.clone()),
        (exchange("other", APP_ID), body),
    ] {
        assert_eq!(post(&firebase, &path, None, &body).await.0, StatusCode::FORBIDDEN, "{path}");
    }
}
