//! Every response that docs/openapi.yaml has for this function's operations.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    champion::{Subscription, subscribe},
    ids::SubscriptionId,
    limits::Limit,
    ports::{BillingError, ChampionStore, GatewayError, StoreError},
    stripe::SubscriptionStatus,
};
use pledge_openapi::{Given, assert_documented, documented};
use pledge_testkit::{builders::champion, http::HttpEvent, time::t};
use serde_json::{Value, json};
use support::{
    CANCEL, CHANGE, Handler, OWN, PAY, PORTAL, PURCHASE, RESUME, SUBSCRIPTION, handler, past_due, post, send, show,
    signed_in, subscribed, wish,
};

/// Sends a request to a prepared handler, and notes the response.
async fn ask(given: &mut Given, handler: &Handler, request: HttpEvent) {
    given.extend(assert_documented(&request, &send(handler, request.clone()).await));
}

/// Collects the error responses of an operation that calls Stripe.
async fn failures(given: &mut Given, handler: &Handler, request: &HttpEvent) {
    handler.champions.store.fail_next(StoreError::Internal("on purpose".into()));
    ask(given, handler, request.clone()).await;
    handler.champions.store.be_unavailable_once();
    ask(given, handler, request.clone()).await;
    for error in [GatewayError::Unavailable("on purpose".into()), GatewayError::Refused("on purpose".into())] {
        handler.champions.billing.fail_next(error.into());
        ask(given, handler, request.clone()).await;
    }
}

/// Collects the responses of an operation to a request without a token and to wrong bodies.
async fn bad_input(given: &mut Given, path: &str, body: &Value) {
    let handler = handler();
    let mut foreign = body.clone();
    foreign["userId"] = "eve".into();
    ask(given, &handler, HttpEvent::post(path).json(body)).await;
    ask(given, &handler, post(path, &json!({}))).await;
    ask(given, &handler, post(path, &foreign)).await;
    ask(given, &handler, post(path, body).header("Content-Encoding", "gzip")).await;
    ask(given, &handler, post(path, &json!({ "novelId": "x".repeat(65 * 1024) }))).await;
}

fn declined() -> BillingError {
    BillingError::Declined { code: Some("insufficient_funds".to_owned()) }
}

#[tokio::test]
async fn every_documented_response_is_given() {
    let mut given = Given::new();
    let novel = json!({ "novelId": 7 });
    let purchase = json!({ "novelId": 7, "tierLevel": 5 });

    for (path, body) in [(SUBSCRIPTION, wish(2)), (PURCHASE, purchase.clone())] {
        bad_input(&mut given, path, &body).await;
        let mut limited = support::handler();
        limited.champions.limits.per_reader = Limit::per_hour(1);
        for _ in 0..2 {
            ask(&mut given, &limited, post(path, &body)).await;
        }
        let handler = handler();
        let mut unknown = body.clone();
        unknown["novelId"] = 8.into();
        ask(&mut given, &handler, post(path, &unknown)).await;
        handler.champions.billing.fail_next(declined());
        ask(&mut given, &handler, post(path, &body)).await;
        failures(&mut given, &handler, &post(path, &body)).await;
        ask(&mut given, &handler, post(path, &body)).await;
    }
    let failed = subscribed().await;
    let id = SubscriptionId::parse("sub_1").unwrap();
    let news = Subscription { status: SubscriptionStatus::PastDue, ..Subscription::running(id, None) };
    let observe = |account| subscribe::observe(account, &news, &[], t(0));
    failed.champions.store.step(&champion("ada"), t(0), observe).await.unwrap();
    ask(&mut given, &failed, post(SUBSCRIPTION, &wish(2))).await;
    let lower = json!({ "novelId": 7, "tierLevel": 1 });
    ask(&mut given, &subscribed().await, post(PURCHASE, &lower)).await;
    for path in [CANCEL, RESUME] {
        bad_input(&mut given, path, &novel).await;
        ask(&mut given, &handler(), post(path, &novel)).await;
        let subscribed = subscribed().await;
        if path == RESUME {
            ask(&mut given, &subscribed, post(CANCEL, &novel)).await;
        }
        failures(&mut given, &subscribed, &post(path, &novel)).await;
        ask(&mut given, &subscribed, post(path, &novel)).await;
    }
    for (path, body) in
        [(CHANGE, &purchase), (PAY, &json!({ "novelId": 7, "paymentMethodId": "pm_2" })), (PORTAL, &novel)]
    {
        bad_input(&mut given, path, body).await;
        ask(&mut given, &handler(), post(path, body)).await;
        let handler = if path == PAY { past_due().await } else { subscribed().await };
        failures(&mut given, &handler, &post(path, body)).await;
        for _ in 0..2 {
            ask(&mut given, &handler, post(path, body)).await;
        }
    }
    let mut unpaid = past_due().await;
    unpaid.champions.billing.fail_on("pay_invoice", declined());
    ask(&mut given, &unpaid, post(PAY, &json!({ "novelId": 7, "paymentMethodId": "pm_2" }))).await;
    unpaid.champions.limits.per_card = Limit::per_hour(1);
    for _ in 0..2 {
        ask(&mut given, &unpaid, post(PAY, &json!({ "novelId": 7, "paymentMethodId": "pm_3" }))).await;
    }
    ask(&mut given, &subscribed().await, post(PAY, &novel)).await;

    let handler = handler();
    ask(&mut given, &handler, show("novelId=7")).await;
    ask(&mut given, &handler, show("novelId=0")).await;
    ask(&mut given, &handler, HttpEvent::get(SUBSCRIPTION).query("novelId=7")).await;
    handler.champions.store.fail_next(StoreError::Internal("on purpose".into()));
    ask(&mut given, &handler, show("novelId=7")).await;
    handler.champions.store.be_unavailable_once();
    ask(&mut given, &handler, show("novelId=7")).await;

    let own = || HttpEvent::get(OWN);
    ask(&mut given, &subscribed().await, signed_in(own())).await;
    ask(&mut given, &handler, own()).await;
    handler.champions.store.fail_next(StoreError::Internal("on purpose".into()));
    ask(&mut given, &handler, signed_in(own())).await;
    handler.champions.store.be_unavailable_once();
    ask(&mut given, &handler, signed_in(own())).await;

    let tiers = HttpEvent::get("/novels/7/champion-tiers");
    let shown = send(&handler, tiers.clone()).await;
    ask(&mut given, &handler, tiers.clone()).await;
    ask(&mut given, &handler, tiers.clone().header("If-None-Match", shown.headers()["etag"].to_str().unwrap())).await;
    ask(&mut given, &handler, HttpEvent::get("/novels/8/champion-tiers")).await;
    handler.champions.store.fail_next(StoreError::Internal("on purpose".into()));
    ask(&mut given, &handler, tiers.clone()).await;
    handler.champions.store.be_unavailable_once();
    ask(&mut given, &handler, tiers).await;

    let operations = [
        "createChampionSubscription",
        "getChampionSubscription",
        "cancelChampionSubscription",
        "resumeChampionSubscription",
        "changeChampionSubscription",
        "payChampionSubscription",
        "openChampionPortal",
        "createChampionPurchase",
        "getChampionTiers",
        "getOwnChampions",
    ];
    assert_eq!(given, documented(&operations));
}
