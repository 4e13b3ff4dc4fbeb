//! What a reader gets about themselves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_testkit::{builders::uid, http::HttpEvent};
use serde_json::{Value, json};
use support::{TOKEN, form, handler, post, read, send};

fn as_reader(event: HttpEvent) -> HttpEvent {
    event.header("Authorization", &format!("Bearer {TOKEN}"))
}

#[tokio::test]
async fn a_sign_in_alone_makes_the_row_and_shows_it() {
    let handler = handler();
    let expected = json!({
        "userId": "reader", "email": "reader@example.com", "emailVerified": true, "displayName": "Reader reader",
        "photoUrl": "https://photos.example/reader", "phone": null, "marketingConsent": false,
    });
    for event in [HttpEvent::post("/users/me"), HttpEvent::post("/users/me").json(&json!({}))] {
        assert_eq!(read(&send(&handler, as_reader(event)).await), (200, expected.clone()));
    }
    assert!(handler.users.store.user(&uid("reader")).unwrap().email_verified);
}

#[tokio::test]
async fn a_sign_in_brings_the_preorders_that_were_made_without_one() {
    let handler = handler();
    handler.intake.initiate.identity.fail_next();
    let (_, made) = read(&send(&handler, post(&form())).await);
    assert_eq!(made["firebaseUid"], json!(null));
    let own = || as_reader(HttpEvent::get("/users/me/preorders"));
    assert_eq!(read(&send(&handler, own()).await), (200, json!({ "preorders": [] })));

    send(&handler, as_reader(HttpEvent::post("/users/me"))).await;
    let (status, body) = read(&send(&handler, own()).await);
    let [preorder] = body["preorders"].as_array().unwrap().as_slice() else { panic!("one preorder: {body}") };
    assert_eq!((status, &preorder["preorderId"], &preorder["status"]), (200, &made["preorderId"], &json!("initiated")));
    assert_eq!(preorder["paidAt"], Value::Null);
}

#[tokio::test]
async fn nobody_else_sees_them_and_a_misspelt_field_is_named() {
    let handler = handler();
    for event in [HttpEvent::post("/users/me"), HttpEvent::get("/users/me/preorders")] {
        assert_eq!(send(&handler, event.clone()).await.status(), 401);
        assert_eq!(send(&handler, event.header("Authorization", "Bearer foreign")).await.status(), 401);
    }
    let wrong = as_reader(HttpEvent::post("/users/me").json(&json!({ "email": "x@example.com" })));
    let (status, body) = read(&send(&handler, wrong).await);
    assert_eq!((status, &body["fields"]), (400, &json!({ "email": "is not a field of this request" })));
    assert_eq!(handler.users.store.user(&uid("reader")), None);
}
