//! Every response that docs/openapi.yaml has for this function's operations.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]

mod support;

use pledge_domain::{
    limits::Limit,
    ports::{GatewayError, StoreError},
};
use pledge_openapi::{Given, assert_documented, documented};
use pledge_testkit::{builders::a_preorder, http::HttpEvent};
use serde_json::json;
use support::{html_form, pay_for, post, send, with_preorder};

#[tokio::test]
async fn every_documented_response_is_given() {
    let (handler, preorder) = with_preorder();
    let mut given = Given::new();
    let mut ask = async |request| given.extend(assert_documented(&request, &send(&handler, request.clone()).await));
    let form = json!({ "email": "reader@example.com", "color": "Red" });

    for error in [GatewayError::Unavailable("on purpose".into()), GatewayError::Refused("on purpose".into())] {
        handler.checkout.gateway.fail_next(error);
        ask(pay_for(&preorder)).await;
    }
    handler.checkout.store.fail_next(StoreError::Internal("on purpose".into()));
    ask(pay_for(&preorder)).await;
    handler.checkout.store.be_unavailable_once();
    ask(pay_for(&preorder)).await;
    ask(pay_for(&preorder)).await;
    ask(pay_for(&a_preorder(9))).await;
    ask(post(&json!({}))).await;
    ask(post(&form).header("Content-Encoding", "gzip")).await;
    ask(post(&json!({ "email": "x".repeat(65 * 1024) }))).await;
    ask(post(&form).header("Authorization", "Bearer foreign")).await;
    ask(post(&form).header("Idempotency-Key", "1")).await;
    ask(post(&json!({ "email": "reader@example.com", "color": "Honey Khaki" })).header("Idempotency-Key", "1")).await;
    ask(html_form("email=reader%40example.com&color=Red")).await;

    let catalogue = HttpEvent::get("/catalogue");
    for error in [GatewayError::Unavailable("on purpose".into()), GatewayError::Refused("on purpose".into())] {
        handler.catalogue.prices.price_next(Err(error));
        ask(catalogue.clone()).await;
    }
    ask(catalogue.clone()).await;
    let tag = send(&handler, catalogue.clone()).await.headers()["etag"].to_str().unwrap().to_owned();
    ask(catalogue.header("If-None-Match", &tag)).await;

    let mut limited = support::handler();
    limited.intake.initiate.limits.per_address = Limit::per_hour(1);
    for _ in 0..2 {
        given.extend(assert_documented(&post(&form), &send(&limited, post(&form)).await));
    }
    assert_eq!(given, documented(&["createCheckout", "getCatalogue"]));
}
