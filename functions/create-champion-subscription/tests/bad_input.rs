//! Requests with every mistake that a client can make: the response says what to correct, and Stripe isn't called.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_testkit::{builders::champion, http::HttpEvent};
use serde_json::json;
use support::{
    CANCEL, CHANGE, Handler, PAY, PORTAL, PURCHASE, RESUME, SUBSCRIPTION, handler, post, read, refusal, send, show,
    wish,
};

async fn assert_nothing_happened(handler: &Handler) {
    assert_eq!(handler.champions.billing.calls(), [""; 0]);
    let account = pledge_domain::ports::ChampionStore::account(&handler.champions.store, &champion("ada")).await;
    assert_eq!(account.unwrap().payments, []);
}

#[tokio::test]
async fn whoever_isnt_signed_in_is_refused() {
    let events =
        [SUBSCRIPTION, PURCHASE, CANCEL, RESUME, CHANGE, PAY, PORTAL].map(|path| HttpEvent::post(path).json(&wish(2)));
    for event in events.into_iter().chain([HttpEvent::get(SUBSCRIPTION).query("novelId=7")]) {
        for authorization in ["", "Bearer foreign", "Basic YTpi"] {
            let handler = handler();
            let event = match authorization {
                "" => event.clone(),
                value => event.clone().header("authorization", value),
            };
            assert_eq!(refusal(&handler, event).await, (401, "UNAUTHENTICATED".into()), "{authorization}");
            assert_nothing_happened(&handler).await;
        }
    }
}

#[tokio::test]
async fn nobody_asks_for_somebody_else() {
    for path in [SUBSCRIPTION, PURCHASE, CANCEL, RESUME, CHANGE, PAY, PORTAL] {
        let handler = handler();
        let mut body = wish(2);
        body["userId"] = "eve".into();
        assert_eq!(refusal(&handler, post(path, &body)).await, (403, "FORBIDDEN".into()), "{path}");
        assert_nothing_happened(&handler).await;
    }
    let mut own = wish(2);
    own["userId"] = "ada".into();
    assert_eq!(send(&handler(), post(SUBSCRIPTION, &own)).await.status(), 201);
}

#[tokio::test]
async fn an_unknown_novel_or_tier_is_not_found() {
    for path in [SUBSCRIPTION, PURCHASE] {
        for (novel, tier) in [(8, 2), (7, 14), (7, 0), (7, -1)] {
            let handler = handler();
            let mut body = json!({ "novelId": novel, "tierLevel": tier });
            if path == SUBSCRIPTION {
                body["autoRenew"] = true.into();
            }
            assert_eq!(refusal(&handler, post(path, &body)).await, (404, "TIER_NOT_FOUND".into()), "{body}");
            assert_nothing_happened(&handler).await;
        }
    }
}

#[tokio::test]
async fn a_wrong_field_is_named_with_what_to_do_about_it() {
    let (novel, tier) = ("must be a whole number from 1", "must be a whole number from 1 to 13");
    let renew = "must be true; for 30 days that do not renew use champion-purchase";
    let cases = [
        (json!({}), json!({ "novelId": novel, "tierLevel": tier, "autoRenew": renew })),
        (json!({ "novelId": 7, "tierLevel": 2 }), json!({ "autoRenew": renew })),
        (json!({ "novelId": 7, "tierLevel": 2, "autoRenew": false }), json!({ "autoRenew": renew })),
        (json!({ "novelId": 0, "tierLevel": 2, "autoRenew": true }), json!({ "novelId": novel })),
        (
            json!({ "novelId": "7", "tierLevel": 2.5, "autoRenew": true }),
            json!({ "novelId": "must be a whole number", "tierLevel": "must be a whole number" }),
        ),
        (
            json!({ "novelId": 7, "tierLevel": 2, "autoRenew": true, "paymentMethodId": "card_1" }),
            json!({ "paymentMethodId": "must be the id of a payment method, pm_…" }),
        ),
        (
            json!({ "novelId": 7, "tierLevel": 2, "autoRenew": true, "price": 1 }),
            json!({ "price": "is not a field of this request" }),
        ),
    ];
    for (body, fields) in cases {
        let handler = handler();
        let (status, answer) = read(&send(&handler, post(SUBSCRIPTION, &body)).await);
        assert_eq!((status, &answer["fields"]), (400, &fields), "{body}");
        assert_nothing_happened(&handler).await;
    }
    for (path, body, fields) in [
        (CHANGE, json!({ "novelId": 7 }), json!({ "tierLevel": tier })),
        (CHANGE, json!({ "novelId": 7, "tierLevel": 2, "preview": 1 }), json!({ "preview": "must be true or false" })),
        (PAY, json!({}), json!({ "novelId": novel })),
        (
            PAY,
            json!({ "novelId": 7, "paymentMethodId": "card_1" }),
            json!({ "paymentMethodId": "must be the id of a payment method, pm_…" }),
        ),
        (PORTAL, json!({ "novelId": 7, "locale": "de" }), json!({ "locale": "must be en, es, ja or zh-HK" })),
    ] {
        let handler = handler();
        let (status, answer) = read(&send(&handler, post(path, &body)).await);
        assert_eq!((status, &answer["fields"]), (400, &fields), "{path} {body}");
        assert_nothing_happened(&handler).await;
    }
    for query in ["", "novelId=", "novelId=x", "novelId=0", "novel=7"] {
        let (status, answer) = read(&send(&handler(), show(query)).await);
        assert_eq!((status, &answer["fields"]), (400, &json!({ "novelId": novel })), "{query}");
    }
}

#[tokio::test]
async fn there_is_no_other_endpoint() {
    for (method, path) in [("GET", CANCEL), ("POST", "/payment/stripe/champions"), ("DELETE", SUBSCRIPTION)] {
        assert_eq!(refusal(&handler(), HttpEvent::new(method, path)).await, (404, "NOT_FOUND".into()));
    }
}

#[tokio::test]
async fn a_whole_number_is_whole_however_a_client_writes_it() {
    for body in
        [r#"{"novelId":7.0,"tierLevel":2.0,"autoRenew":true}"#, r#"{"novelId":7e0,"tierLevel":0.2e1,"autoRenew":true}"#]
    {
        let event = post(SUBSCRIPTION, &json!({})).body(body);
        assert_eq!(send(&handler(), event).await.status(), 201, "{body}");
    }
}
