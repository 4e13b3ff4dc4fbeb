//! The responses to forms, and to requests for a stored preorder.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    limits::Limit,
    ports::{StoreError, TokenError},
};
use pledge_http_api::app_check::AppCheck;
use pledge_testkit::{
    Deliver,
    builders::{a_preorder, preorder_id, session_paid, uid},
    fakes::{APP_TOKEN, on_purpose},
    http::HttpEvent,
    time::t,
};
use serde_json::json;
use support::{REQUEST_ID, TOKEN, form, handler, post, read, send};

#[tokio::test]
async fn a_stored_preorder_is_answered_with_its_number() {
    let handler = handler();
    let response = send(&handler, post(&form())).await;

    let stored = handler.intake.initiate.store.preorders().remove(0);
    let expected = json!({
        "success": true,
        "preorderId": stored.id,
        "preorderNumber": stored.id.number(),
        "firebaseUid": null,
        "status": "initiated",
    });
    assert_eq!(read(&response), (201, expected));
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn every_field_of_the_form_is_stored() {
    let handler = handler();
    let form = json!({
        "email": "Reader@Example.com", "color": "Honey Khaki", "priceId": "price_honey", "locale": "zh-HK",
        "firstName": "Mei", "lastName": "Wong", "phone": "+852 5123 4567", "addressLine1": "1 Nathan Road",
        "addressLine2": "Flat 3", "city": "Hong Kong", "state": "Kowloon", "postalCode": "000", "country": "hk",
        "customerNotes": "Please wrap it.\nThank you", "marketingConsent": true, "consentTextVersion": "2026-11",
    });
    assert_eq!(send(&handler, post(&form)).await.status(), 201);

    let stored = handler.intake.initiate.store.preorders().remove(0);
    let contact = stored.contact;
    let texts = [
        contact.first_name,
        contact.last_name,
        contact.phone,
        contact.address_line1,
        contact.address_line2,
        contact.city,
        contact.state,
        contact.postal_code,
        contact.country,
        stored.wishes.customer_notes,
    ];
    let expected = [
        "Mei",
        "Wong",
        "+852 5123 4567",
        "1 Nathan Road",
        "Flat 3",
        "Hong Kong",
        "Kowloon",
        "000",
        "HK",
        "Please wrap it.\nThank you",
    ];
    assert_eq!(texts.map(Option::unwrap), expected);
    assert_eq!((stored.email.as_str(), stored.color.as_str()), ("Reader@Example.com", "Honey Khaki"));
    assert_eq!((stored.price_id.unwrap().as_str(), stored.locale.tag()), ("price_honey", "zh-HK"));
    assert!(stored.wishes.marketing_consent.text_version().is_some_and(|version| version.as_str() == "2026-11"));
}

#[tokio::test]
async fn a_html_form_and_a_body_in_base64_are_taken_too() {
    let html = "email=reader%40example.com&color=Honey+Khaki&marketingConsent=on&consentTextVersion=2026-11&phone=";
    let html = HttpEvent::post("/preorders").header("content-type", "application/x-www-form-urlencoded").body(html);
    let base64 = HttpEvent::post("/preorders").base64(form().to_string().as_bytes());
    // API Gateway puts every stage other than `$default` into the path.
    let with_stage = HttpEvent::post("/dev/preorders").json(&form());
    for event in [html, base64, with_stage] {
        let handler = handler();
        assert_eq!(send(&handler, event).await.status(), 201);
        assert_eq!(handler.intake.initiate.store.preorders().len(), 1);
    }
}

#[tokio::test]
async fn whoever_is_signed_in_owns_the_preorder() {
    let handler = handler();
    let event = post(&form()).header("Authorization", &format!("Bearer {TOKEN}"));
    assert_eq!(read(&send(&handler, event).await).1["firebaseUid"], "reader");
    let user = handler.intake.initiate.store.user(&uid("reader")).unwrap();
    assert_eq!(user.display_name.as_deref(), Some("Reader reader"));
    assert!(user.email_verified);
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_not_told_whose_address_it_is() {
    let handler = handler();
    let answers = [read(&send(&handler, post(&form())).await), read(&send(&handler, post(&form())).await), {
        handler.intake.initiate.identity.fail_next();
        read(&send(&handler, post(&form())).await)
    }];
    let stored = handler.intake.initiate.store.preorders();
    assert_eq!(stored.iter().filter(|preorder| preorder.user_id.is_some()).count(), 2, "and yet two have an owner");
    for (status, body) in answers {
        assert_eq!((status, &body["firebaseUid"]), (201, &json!(null)));
    }
}

#[tokio::test]
async fn without_firebase_the_preorder_is_accepted_without_an_owner() {
    let handler = handler();
    handler.intake.initiate.identity.fail_next();
    assert_eq!(send(&handler, post(&form())).await.status(), 201);
    assert_eq!(handler.intake.initiate.store.preorders()[0].user_id, None);
}

#[tokio::test]
async fn without_the_queue_the_preorder_is_accepted() {
    let handler = handler();
    handler.intake.initiate.queue.fail_next();
    assert_eq!(send(&handler, post(&form())).await.status(), 201);
    assert_eq!(handler.intake.initiate.store.outbox().len(), 1);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gets_the_same_answer() {
    let handler = handler();
    let event = post(&form()).header("Idempotency-Key", "6f1c");
    let first = read(&send(&handler, event.clone()).await);
    assert_eq!(read(&send(&handler, event).await), first);
    assert_eq!(handler.intake.initiate.store.preorders().len(), 1);
}

#[tokio::test]
async fn a_key_that_was_used_with_another_form_is_a_conflict() {
    let handler = handler();
    send(&handler, post(&form()).header("Idempotency-Key", "6f1c")).await;
    let other = json!({ "email": "reader@example.com", "color": "Honey Khaki" });
    let response = send(&handler, post(&other).header("Idempotency-Key", "6f1c")).await;
    let expected = json!({
        "code": "IDEMPOTENCY_KEY_REUSED",
        "message": "This Idempotency-Key was used with another form. Use a new key for a new preorder.",
    });
    assert_eq!(read(&response), (409, expected));
}

#[tokio::test]
async fn anybody_with_the_id_sees_the_state_and_no_personal_data() {
    let handler = handler();
    let preorder = a_preorder(1);
    let store = &handler.intake.initiate.store;
    store.put(preorder.clone());
    let path = format!("/preorders/{}", preorder.id);
    let expected = json!({
        "preorderId": preorder.id, "preorderNumber": "ROL-00000001", "status": "initiated", "color": "Red",
        "amount": null, "currency": null,
    });
    assert_eq!(read(&send(&handler, HttpEvent::get(&path)).await), (200, expected));

    store.deliver(&session_paid("evt_1", &preorder), t(60)).await.unwrap();
    let (_, paid) = read(&send(&handler, HttpEvent::get(&path)).await);
    assert_eq!(
        (&paid["status"], &paid["amount"], &paid["currency"]),
        (&json!("completed"), &json!(1999), &json!("usd"))
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let unknown = json!({ "code": "PREORDER_NOT_FOUND", "message": "There is no preorder with this id." });
    for id in [preorder_id(9).to_string().as_str(), "1", "'%20or%201=1", "preorders"] {
        let response = send(&handler(), HttpEvent::get(&format!("/preorders/{id}"))).await;
        assert_eq!(read(&response), (404, unknown.clone()), "{id}");
    }
    let no_endpoint = json!({ "code": "NOT_FOUND", "message": "There is no such endpoint." });
    for (method, path) in [("PUT", "/preorders"), ("POST", "/preorder"), ("GET", "/preorders"), ("POST", "/")] {
        let response = send(&handler(), HttpEvent::new(method, path)).await;
        assert_eq!(read(&response), (404, no_endpoint.clone()), "{method} {path}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_refused_and_nothing_is_stored() {
    let not_ours = "Sign in again: not a token of this test.";
    let no_token = "Sign in again: the Authorization header must be \"Bearer <Firebase ID token>\".";
    for (header, message) in
        [("Bearer other", not_ours), ("Basic dTpw", no_token), ("Bearer", no_token), ("", no_token)]
    {
        let handler = handler();
        let response = send(&handler, post(&form()).header("Authorization", header)).await;
        let expected = json!({ "code": "UNAUTHENTICATED", "message": message });
        assert_eq!(read(&response), (401, expected), "{header:?}");
        assert!(handler.intake.initiate.store.preorders().is_empty());
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_now_can_be_sent_again() {
    let handler = handler();
    handler.intake.verifier.fail_next(TokenError::Unavailable(on_purpose()));
    let event = post(&form()).header("Authorization", &format!("Bearer {TOKEN}"));
    let response = send(&handler, event.clone()).await;
    let expected = json!({
        "code": "SERVICE_UNAVAILABLE",
        "message": "Your sign-in cannot be checked for a moment. Please try again.",
        "requestId": REQUEST_ID,
    });
    assert_eq!(read(&response), (503, expected));
    assert_eq!(response.headers()["retry-after"], "5");
    assert_eq!(send(&handler, event).await.status(), 201);
}

#[tokio::test]
async fn without_the_database_the_client_is_told_to_try_again_and_nothing_else() {
    for event in [post(&form()), HttpEvent::get(&format!("/preorders/{}", preorder_id(1)))] {
        let handler = handler();
        handler.intake.initiate.store.be_unavailable_once();
        let response = send(&handler, event).await;
        let expected = json!({
            "code": "SERVICE_UNAVAILABLE",
            "message": "The service is unavailable for a moment. Please try again.",
            "requestId": REQUEST_ID,
        });
        assert_eq!(read(&response), (503, expected));
        assert_eq!(response.headers()["retry-after"], "5");
    }
}

#[tokio::test]
async fn a_fault_of_ours_says_nothing_but_the_request_id() {
    let handler = handler();
    handler.intake.initiate.store.fail_next(StoreError::Internal("duplicate key (email)=(reader@example.com)".into()));
    let response = send(&handler, post(&form())).await;
    let expected =
        json!({ "code": "INTERNAL_ERROR", "message": "Something went wrong on our side.", "requestId": REQUEST_ID });
    assert_eq!(read(&response), (500, expected));
}

#[tokio::test]
async fn who_sends_too_many_is_told_when_to_come_again_and_others_are_served() {
    let mut handler = handler();
    handler.intake.initiate.limits.per_source = Limit::per_hour(6);
    let from = |address: &str, n: usize| {
        post(&json!({ "email": format!("reader-{n}@example.com"), "color": "Red" })).from_address(address)
    };
    for n in 0..10 {
        let response = send(&handler, from("192.0.2.1", n)).await;
        if n < 6 {
            assert_eq!(response.status(), 201);
            continue;
        }
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"600".parse().unwrap()));
        assert_eq!(read(&response).1["code"], "TOO_MANY_REQUESTS");
    }
    assert_eq!(send(&handler, from("192.0.2.2", 10)).await.status(), 201);
}

#[tokio::test]
async fn a_form_comes_from_our_app_where_that_is_required() {
    let mut handler = handler();
    handler.intake.app_check = AppCheck::Required;
    let (status, body) = read(&send(&handler, post(&form())).await);
    assert_eq!((status, &body["code"]), (401, &json!("UNKNOWN_APP")));
    assert!(handler.intake.initiate.store.preorders().is_empty());
    assert_eq!(send(&handler, post(&form()).header("x-firebase-appcheck", APP_TOKEN)).await.status(), 201);
}
