//! The catalogue: the colours that can be ordered, and those that are sold out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::preorder::Status;
use pledge_testkit::http::HttpEvent;
use serde_json::json;
use support::{handler, pay_for, read, send, sold_out, stored, with_preorder};

#[tokio::test]
async fn the_catalogue_has_every_colour_with_its_price_and_may_be_kept() {
    let handler = sold_out("Honey Khaki");
    let response = send(&handler, HttpEvent::get("/catalogue")).await;
    let (status, body) = read(&response);
    assert_eq!(status, 200);
    assert_eq!(
        body["colors"],
        json!([
            { "color": "Honey Khaki", "amount": 1999, "currency": "usd", "soldOut": true },
            { "color": "Red", "amount": 1999, "currency": "usd", "soldOut": false },
        ])
    );
    assert_eq!((&body["locales"], &body["countries"][0]), (&json!(["en", "es", "ja", "zh-HK"]), &json!("US")));
    assert_eq!(response.headers()["cache-control"], "public, max-age=60");

    let tag = response.headers()["etag"].to_str().unwrap();
    let again = send(&handler, HttpEvent::get("/catalogue").header("If-None-Match", tag)).await;
    assert_eq!((again.status().as_u16(), again.body().is_empty()), (304, true));
    let other = send(&handler, HttpEvent::get("/catalogue").header("If-None-Match", "\"other\"")).await;
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn nobody_can_pay_for_a_colour_that_is_sold_out_but_the_intent_is_kept() {
    let handler = sold_out("Red");
    let (_, preorder) = with_preorder();
    handler.checkout.store.put(preorder.clone());
    let (status, body) = read(&send(&handler, pay_for(&preorder)).await);
    assert_eq!((status, &body["code"]), (409, &json!("SOLD_OUT")));
    assert_eq!(stored(&handler).status, Status::Initiated);
    assert!(handler.checkout.gateway.requests().is_empty());
}

#[tokio::test]
async fn a_pay_page_that_is_open_stays_open_when_the_colour_sells_out() {
    let mut handler = handler();
    let (_, preorder) = with_preorder();
    handler.checkout.store.put(preorder.clone());
    let first = read(&send(&handler, pay_for(&preorder)).await);
    handler.checkout.policy.sold_out.push("Red".into());
    assert_eq!(read(&send(&handler, pay_for(&preorder)).await), first);
}
