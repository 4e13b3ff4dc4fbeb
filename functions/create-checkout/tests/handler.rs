//! The endpoint that opens Stripe's payment page for a preorder.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    ports::{GatewayError, Gone, StoreError},
    preorder::{Preorder, Status},
};
use pledge_http_api::app_check::AppCheck;
use pledge_testkit::{
    Deliver,
    builders::{a_preorder, preorder_id, session_paid, session_unpaid, uid},
    fakes::{APP_TOKEN, on_purpose},
    time::t,
};
use serde_json::{Value, json};
use support::{REQUEST_ID, TOKEN, handler, html_form, pay_for, post, read, send, stored, with_preorder};

#[tokio::test]
async fn a_preorder_gets_a_session() {
    let (handler, preorder) = with_preorder();
    let response = send(&handler, pay_for(&preorder)).await;
    let session = stored(&handler).session.unwrap();
    let expected = json!({ "url": session.url, "sessionId": session.id, "preorderId": preorder.id });
    assert_eq!(read(&response), (200, expected));
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_whole_form_becomes_a_preorder_first() {
    let handler = handler();
    let (status, body) = read(&send(&handler, post(&json!({ "email": "a@example.com", "color": "Red" }))).await);
    let preorder = stored(&handler);
    assert_eq!((status, &body["preorderId"]), (200, &json!(preorder.id)));
    assert_eq!(preorder.status, Status::Processing);
    assert_eq!(handler.checkout.store.outbox().len(), 1);
}

#[tokio::test]
async fn a_form_of_somebody_who_is_signed_in_is_theirs() {
    let handler = handler();
    let form = post(&json!({ "email": "a@example.com", "color": "Red" }));
    send(&handler, form.header("Authorization", &format!("Bearer {TOKEN}"))).await;
    assert_eq!(stored(&handler).user_id, Some(uid("reader")));
    assert_eq!(handler.checkout.gateway.requests()[0].user, Some(uid("reader")));
}

#[tokio::test]
async fn a_checkout_comes_from_our_app_where_that_is_required() {
    let (mut handler, preorder) = with_preorder();
    handler.intake.app_check = AppCheck::Required;
    let (status, body) = read(&send(&handler, pay_for(&preorder)).await);
    assert_eq!((status, &body["code"]), (401, &json!("UNKNOWN_APP")));
    assert!(handler.checkout.gateway.requests().is_empty());
    assert_eq!(send(&handler, pay_for(&preorder).header("x-firebase-appcheck", APP_TOKEN)).await.status(), 200);
}

#[tokio::test]
async fn a_html_form_is_sent_on_to_stripe() {
    let (known, preorder) = with_preorder();
    let by_id = format!("preorderId={}", preorder.id);
    for (handler, form) in [(known, by_id.as_str()), (handler(), "email=a%40example.com&color=Honey+Khaki")] {
        let response = send(&handler, html_form(form)).await;
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"].to_str().ok(), stored(&handler).session.unwrap().url.as_deref());
        assert!(response.body().is_empty());
    }
}

#[tokio::test]
async fn a_repeat_gets_the_same_session() {
    let (handler, preorder) = with_preorder();
    let first = read(&send(&handler, pay_for(&preorder)).await);
    assert_eq!(read(&send(&handler, pay_for(&preorder)).await), first);
    assert_eq!(handler.checkout.gateway.requests().len(), 1);
}

#[tokio::test]
async fn a_form_with_an_idempotency_key_gets_one_preorder_and_one_session() {
    let handler = handler();
    let event = post(&json!({ "email": "a@example.com", "color": "Red" })).header("Idempotency-Key", "1");
    let first = read(&send(&handler, event.clone()).await);
    assert_eq!(read(&send(&handler, event).await), first);
    stored(&handler);
    assert_eq!(handler.checkout.gateway.requests().len(), 1);
}

/// Returns the refusal of a request to pay for a preorder that `prepare` has changed.
async fn refusal_of(prepare: impl AsyncFnOnce(&support::Handler, &Preorder)) -> (u16, Value) {
    let (handler, preorder) = with_preorder();
    prepare(&handler, &preorder).await;
    let response = read(&send(&handler, pay_for(&preorder)).await);
    assert!(handler.checkout.gateway.requests().is_empty());
    response
}

#[tokio::test]
async fn a_completed_preorder_is_not_paid_again() {
    let paid = async |handler: &support::Handler, preorder: &Preorder| {
        handler.checkout.store.deliver(&session_paid("evt_1", preorder), t(60)).await.unwrap();
    };
    let expected = json!({ "code": "PREORDER_ALREADY_COMPLETED", "message": "This preorder is paid already." });
    assert_eq!(refusal_of(paid).await, (409, expected));
}

#[tokio::test]
async fn a_payment_that_is_on_its_way_is_awaited() {
    let pending = async |handler: &support::Handler, preorder: &Preorder| {
        handler.checkout.store.deliver(&session_unpaid("evt_1", preorder), t(60)).await.unwrap();
    };
    let (status, body) = refusal_of(pending).await;
    assert_eq!((status, &body["code"]), (409, &json!("PAYMENT_PENDING")));
}

#[tokio::test]
async fn a_preorder_without_a_price_cannot_be_paid() {
    let rescued = async |handler: &support::Handler, preorder: &Preorder| {
        handler.checkout.store.put(Preorder { price_id: None, ..preorder.clone() });
    };
    let (status, body) = refusal_of(rescued).await;
    assert_eq!((status, &body["code"]), (409, &json!("PREORDER_HAS_NO_PRICE")));
}

#[tokio::test]
async fn an_unknown_preorder_is_not_found() {
    let (handler, _) = with_preorder();
    let unknown = Preorder { id: preorder_id(9), ..a_preorder(9) };
    let expected = json!({ "code": "PREORDER_NOT_FOUND", "message": "There is no preorder with this id." });
    assert_eq!(read(&send(&handler, pay_for(&unknown)).await), (404, expected));
}

#[tokio::test]
async fn a_stripe_that_fails_keeps_the_preorder_and_a_retry_works() {
    let consumed = || GatewayError::IdempotencyKeyConsumed(on_purpose());
    let cases = [vec![GatewayError::Unavailable(on_purpose())], vec![consumed(), consumed(), consumed(), consumed()]];
    for failures in cases {
        let (handler, preorder) = with_preorder();
        failures.into_iter().for_each(|failure| handler.checkout.gateway.fail_next(failure));
        let response = send(&handler, pay_for(&preorder)).await;
        let expected = json!({
            "code": "PAYMENT_PROVIDER_UNAVAILABLE",
            "message": "The payment provider cannot take this now. Nothing was charged; please try again.",
            "requestId": REQUEST_ID,
        });
        assert_eq!(read(&response), (502, expected));
        assert_eq!(response.headers()["retry-after"], "5");
        assert_eq!(stored(&handler).status, Status::Initiated);

        assert_eq!(send(&handler, pay_for(&preorder)).await.status(), 200);
    }
}

#[tokio::test]
async fn a_double_click_on_a_plain_form_is_one_preorder_and_a_key_in_a_hidden_field_counts_as_one() {
    let handler = handler();
    for _ in 0..2 {
        assert_eq!(send(&handler, html_form("email=a%40example.com&color=Red")).await.status(), 303);
    }
    assert_eq!(handler.checkout.store.preorders().len(), 1);
    let keyed = "email=b%40example.com&color=Red&idempotencyKey=k-1";
    for form in [keyed, keyed, "email=b%40example.com&color=Red&idempotencyKey=k-2"] {
        assert_eq!(send(&handler, html_form(form)).await.status(), 303, "{form}");
    }
    assert_eq!(handler.checkout.store.preorders().len(), 3);
    let bad =
        html_form("email=c%40example.com&color=Red&idempotencyKey=%E6%97%A5").header("accept", "application/json");
    let (status, body) = read(&send(&handler, bad).await);
    assert_eq!(status, 400);
    assert!(body["fields"]["idempotencyKey"].is_string(), "{body}");
}

#[tokio::test]
async fn what_only_an_operator_can_mend_is_not_to_be_tried_again() {
    let gone = GatewayError::Gone { what: Gone::Price, cause: on_purpose() };
    for failure in [GatewayError::Refused(on_purpose()), gone] {
        let (handler, preorder) = with_preorder();
        handler.checkout.gateway.fail_next(failure);
        let response = send(&handler, pay_for(&preorder)).await;
        let (status, body) = read(&response);
        assert_eq!((status, &body["code"]), (503, &json!("PAYMENT_PROVIDER_REFUSED")));
        assert!(!response.headers().contains_key("retry-after"));
        assert_eq!(stored(&handler).status, Status::Initiated);
        assert_eq!(send(&handler, pay_for(&preorder)).await.status(), 200, "once it is mended");
    }
}

#[tokio::test]
async fn a_form_whose_checkout_fails_is_stored_all_the_same() {
    let handler = handler();
    handler.checkout.gateway.fail_next(GatewayError::Unavailable(on_purpose()));
    let response = send(&handler, post(&json!({ "email": "a@example.com", "color": "Red" }))).await;
    assert_eq!(response.status(), 502);
    assert_eq!(stored(&handler).status, Status::Initiated);
    assert_eq!(handler.checkout.store.outbox().len(), 1);
}

#[tokio::test]
async fn without_the_database_the_client_is_told_to_try_again() {
    let (handler, preorder) = with_preorder();
    handler.checkout.store.be_unavailable_once();
    let response = send(&handler, pay_for(&preorder)).await;
    assert_eq!(read(&response).1["code"], "SERVICE_UNAVAILABLE");
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (503, &"5".parse().unwrap()));
}

#[tokio::test]
async fn a_fault_of_ours_says_nothing_but_the_request_id() {
    let (handler, preorder) = with_preorder();
    handler.checkout.store.fail_next(StoreError::Internal("column email".into()));
    let expected =
        json!({ "code": "INTERNAL_ERROR", "message": "Something went wrong on our side.", "requestId": REQUEST_ID });
    assert_eq!(read(&send(&handler, pay_for(&preorder)).await), (500, expected));
}
