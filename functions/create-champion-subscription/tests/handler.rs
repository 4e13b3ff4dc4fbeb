//! The responses to readers' requests.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    account,
    ids::CustomerId,
    limits::Uses,
    ports::{BillingError, ChampionStore, GatewayError},
    user::{AccountState, VerifiedUser},
};
use pledge_http_api::app_check::AppCheck;
use pledge_runtime::{Metrics, Stage, System};
use pledge_testkit::{
    FakeTokens, Log,
    builders::{an_email, signed_in, uid},
    fakes::{APP_TOKEN, on_purpose},
    http::HttpEvent,
    time::t,
};
use serde_json::{Value, json};
use support::{
    CANCEL, CHANGE, OWN, PAY, PORTAL, PURCHASE, RESUME, SUBSCRIPTION, TOKEN, handler, past_due, post, read, refusal,
    send, show, subscribed, wish,
};

#[tokio::test]
async fn a_subscription_is_answered_with_what_pays_it() {
    let handler = handler();
    let first = read(&send(&handler, post(SUBSCRIPTION, &wish(2))).await);
    let body = json!({
        "success": true,
        "subscriptionId": "sub_1",
        "clientSecret": "pi_1_secret",
        "status": "incomplete",
        "currentPeriodStart": "2023-11-14T22:13:20Z",
        "currentPeriodEnd": "2023-12-15T22:13:20Z",
        "autoRenew": true,
        "startsAt": null,
    });
    assert_eq!(first, (201, body));
    assert_eq!(read(&send(&handler, post(SUBSCRIPTION, &wish(2))).await), first, "an unfinished attempt is resumed");
    let (status, standing) = read(&send(&handler, show("novelId=7")).await);
    assert_eq!((status, &standing["isActive"], &standing["tierLevel"]), (200, &json!(false), &json!(null)));
    assert_eq!(standing["pendingAttempt"]["subscriptionId"], "sub_1");
}

#[tokio::test]
async fn a_second_subscription_is_refused_in_these_very_words() {
    let handler = subscribed().await;
    for tier in [2, 5] {
        let body = json!({
            "code": "ALREADY_SUBSCRIBED",
            "message": "You already have an active Stripe subscription for this novel.",
        });
        assert_eq!(read(&send(&handler, post(SUBSCRIPTION, &wish(tier))).await), (400, body));
    }
    assert_eq!(handler.champions.billing.subscriptions().len(), 1);
}

#[tokio::test]
async fn cancelling_and_resuming_show_how_things_stand() {
    let handler = subscribed().await;
    let mut expected = json!({
        "novelId": 7,
        "tierLevel": 2,
        "tierUntil": "2023-12-15T22:13:20Z",
        "isActive": true,
        "inGrace": false,
        "graceUntil": "2023-12-16T22:13:20Z",
        "subscriptionStatus": "active",
        "collectionPaused": false,
        "startDate": "2023-11-14T22:13:20Z",
        "endDate": "2023-12-15T22:13:20Z",
        "autoRenew": true,
        "cancelAtPeriodEnd": false,
        "subscriptionId": "sub_1",
        "pendingAttempt": null,
        "openInvoice": null,
        "nextRenewal": null,
    });
    assert_eq!(read(&send(&handler, show("novelId=7")).await), (200, expected.clone()));
    expected["autoRenew"] = false.into();
    expected["cancelAtPeriodEnd"] = true.into();
    expected["graceUntil"] = json!(null);
    for _ in 0..2 {
        assert_eq!(read(&send(&handler, post(CANCEL, &json!({ "novelId": 7 }))).await), (200, expected.clone()));
    }
    expected["autoRenew"] = true.into();
    expected["cancelAtPeriodEnd"] = false.into();
    expected["graceUntil"] = "2023-12-16T22:13:20Z".into();
    assert_eq!(read(&send(&handler, post(RESUME, &json!({ "novelId": 7 }))).await), (200, expected));
}

#[tokio::test]
async fn a_purchase_is_answered_with_what_pays_it_and_never_lowers_the_tier() {
    let handler = subscribed().await;
    let bought = read(&send(&handler, post(PURCHASE, &json!({ "novelId": 7, "tierLevel": 5 }))).await);
    let body = json!({
        "success": true,
        "paymentIntentId": "pi_1",
        "clientSecret": "pi_1_secret",
        "amount": 1500,
        "currency": "usd",
        "startsAt": null,
    });
    assert_eq!(bought, (201, body));
    let lower = post(PURCHASE, &json!({ "novelId": 7, "tierLevel": 1 }));
    assert_eq!(refusal(&handler, lower).await, (409, "LOWER_TIER".into()));
}

#[tokio::test]
async fn nobody_who_never_asked_has_anything() {
    let (status, body) = read(&send(&handler(), show("novelId=8")).await);
    assert_eq!((status, &body["isActive"], &body["endDate"]), (200, &json!(false), &json!(null)));
    for path in [CANCEL, RESUME] {
        let event = post(path, &json!({ "novelId": 7 }));
        assert_eq!(refusal(&handler(), event).await, (404, "SUBSCRIPTION_NOT_FOUND".into()));
    }
}

#[tokio::test]
async fn what_stripe_refuses_is_told_and_a_retry_makes_one_subscription() {
    let declined = || BillingError::Declined { code: Some("insufficient_funds".into()) };
    let unavailable = || BillingError::from(GatewayError::Unavailable(on_purpose()));
    let refused = || BillingError::from(GatewayError::Refused(on_purpose()));
    let cases = [
        (declined(), 402, "CARD_DECLINED"),
        (BillingError::UnusablePaymentMethod, 400, "INVALID_REQUEST"),
        (unavailable(), 502, "PAYMENT_PROVIDER_UNAVAILABLE"),
        (refused(), 503, "PAYMENT_PROVIDER_REFUSED"),
        (GatewayError::OtherCurrency(on_purpose()).into(), 409, "OTHER_CURRENCY"),
    ];
    for (error, status, code) in cases {
        let handler = handler();
        handler.champions.billing.fail_next(error);
        let with_method = json!({ "novelId": 7, "tierLevel": 2, "autoRenew": true, "paymentMethodId": "pm_1" });
        assert_eq!(refusal(&handler, post(SUBSCRIPTION, &with_method)).await, (status, code.to_owned()));
        assert_eq!(send(&handler, post(SUBSCRIPTION, &with_method)).await.status(), 201);
        assert_eq!(handler.champions.billing.subscriptions().len(), 1);
    }
    let handler = handler();
    handler.champions.billing.fail_next(declined());
    let (_, body) = read(&send(&handler, post(SUBSCRIPTION, &wish(2))).await);
    assert_eq!(body["message"], "The card was declined: insufficient_funds.");
}

#[tokio::test]
async fn without_the_database_nothing_is_made() {
    let handler = handler();
    handler.champions.store.be_unavailable_once();
    assert_eq!(refusal(&handler, post(SUBSCRIPTION, &wish(2))).await, (503, "SERVICE_UNAVAILABLE".into()));
    assert_eq!(handler.champions.billing.calls(), [""; 0]);
}

#[tokio::test]
async fn anybody_sees_the_tiers_of_a_novel_and_what_they_cost() {
    let tiers = |path: &str| pledge_testkit::http::HttpEvent::get(path);
    let handler = handler();
    let (status, body) = read(&send(&handler, tiers("/novels/7/champion-tiers")).await);
    assert_eq!((status, &body["novelId"]), (200, &json!(7)));
    let first = json!({ "tierLevel": 1, "name": "Martial Cultivator", "amount": 100, "currency": "usd" });
    assert_eq!(body["tiers"][0], first);
    for novel in ["8", "0", "x", "99999999999999999999"] {
        let event = tiers(&format!("/novels/{novel}/champion-tiers"));
        assert_eq!(refusal(&handler, event).await, (404, "TIER_NOT_FOUND".into()), "{novel}");
    }
}

#[tokio::test]
async fn only_who_has_proven_their_address_may_pay_where_the_stage_wants_it() {
    let mut handler = handler();
    handler.payers.needs_proven_address = true;
    let mut bob = signed_in("bob", "bob@example.com");
    assert!(bob.email_verified);
    bob.email_verified = false;
    handler.verifier = handler.verifier.with("token-of-bob", bob);
    let as_bob = |path: &str, body: &Value| post(path, body).header("authorization", "Bearer token-of-bob");
    let purchase = json!({ "novelId": 7, "tierLevel": 2 });
    for (path, body) in [(SUBSCRIPTION, &wish(2)), (PURCHASE, &purchase)] {
        assert_eq!(refusal(&handler, as_bob(path, body)).await, (403, "ADDRESS_NOT_PROVEN".to_owned()));
        assert_eq!(send(&handler, post(path, body)).await.status(), 201);
    }
    let pay = format!("{SUBSCRIPTION}/pay");
    assert_eq!(refusal(&handler, as_bob(&pay, &json!({ "novelId": 7 }))).await.1, "ADDRESS_NOT_PROVEN");
    assert_eq!(send(&handler, as_bob(CANCEL, &json!({ "novelId": 7 }))).await.status(), 404, "no payment");
}

#[tokio::test]
async fn a_payment_comes_from_our_app_where_that_is_required() {
    let mut handler = handler();
    handler.app_check = AppCheck::Required;
    let purchase = json!({ "novelId": 7, "tierLevel": 2 });
    assert_eq!(refusal(&handler, post(PURCHASE, &purchase)).await, (401, "UNKNOWN_APP".to_owned()));
    let from_our_app = post(SUBSCRIPTION, &wish(2)).header("x-firebase-appcheck", APP_TOKEN);
    assert_eq!(send(&handler, from_our_app).await.status(), 201);
}

#[tokio::test]
async fn who_was_disabled_or_deleted_starts_no_payment_and_still_sees_what_they_have() {
    for state in [AccountState::Disabled, AccountState::Gone] {
        let handler = subscribed().await;
        handler.payers.accounts.set_state(&uid("ada"), state);
        let calls = handler.champions.billing.calls().len();
        for path in [SUBSCRIPTION, PURCHASE, PAY] {
            let (status, body) = read(&send(&handler, post(path, &wish(5))).await);
            let message = "Sign in again: the account is disabled or deleted.";
            assert_eq!((status, &body["code"], &body["message"]), (401, &json!("UNAUTHENTICATED"), &json!(message)));
        }
        assert_eq!(handler.champions.billing.calls().len(), calls, "Stripe isn't asked");
        assert_eq!(send(&handler, show("novelId=7")).await.status(), 200);
        assert_eq!(send(&handler, post(CANCEL, &json!({ "novelId": 7 }))).await.status(), 200);
    }
}

#[tokio::test]
async fn while_firebase_does_not_answer_everybody_pays_and_it_is_counted() {
    let mut handler = handler();
    let log = Log::default();
    handler.metrics = Metrics::new(Stage::Local, System, log.clone());
    handler.payers.accounts.set_state(&uid("ada"), AccountState::Disabled);
    handler.payers.accounts.fail_next_state();
    assert_eq!(send(&handler, post(SUBSCRIPTION, &wish(2))).await.status(), 201);
    assert!(log.lines().iter().any(|line| line["AccountsUnchecked"] == 1));
}

#[tokio::test]
async fn an_address_that_changed_at_firebase_comes_along_with_the_next_request_and_stripe_is_told_once() {
    let mut handler = subscribed().await;
    assert_eq!(handler.champions.billing.addresses(), []);
    handler.verifier = FakeTokens::default().with(TOKEN, signed_in("ada", "Ada.King@example.com"));
    // Stripe doesn't answer the first time, and the reader's request doesn't fail because of that.
    handler.champions.billing.fail_on("set_customer_email", GatewayError::Unavailable(on_purpose()).into());
    for _ in 0..3 {
        assert_eq!(send(&handler, show("novelId=7")).await.status(), 200);
        let row = handler.champions.store.user(&uid("ada")).unwrap();
        assert_eq!(row.email, Some(an_email("Ada.King@example.com")));
    }
    let told = |customer| (CustomerId::parse(customer).unwrap(), an_email("Ada.King@example.com"));
    let both = [told("cus_ada"), told("cus_a")];
    assert_eq!(handler.champions.billing.addresses(), both, "the reader's, and the subscription's own");
}

#[tokio::test]
async fn an_address_that_was_proven_meanwhile_is_stored_as_proven_by_whatever_its_reader_asks_for() {
    let novel = json!({ "novelId": 7 });
    let own = || support::signed_in(HttpEvent::get(OWN));
    let asked = [
        show("novelId=7"),
        own(),
        post(CANCEL, &novel),
        post(CHANGE, &json!({ "novelId": 7, "tierLevel": 5 })),
        post(PAY, &novel),
        post(PORTAL, &novel),
    ];
    for event in asked {
        let handler = past_due().await;
        let unproven = VerifiedUser { email_verified: false, ..signed_in("ada", "ada@example.com") };
        handler.champions.store.sign_in(&account::sign_in(&unproven), &Uses::default(), t(9)).await.unwrap();
        let is_proven = || handler.champions.store.user(&uid("ada")).unwrap().email_verified;
        assert!(!is_proven());
        send(&handler, event.clone()).await;
        assert!(is_proven(), "{} {}", event.method(), event.path());
        let told = handler.champions.billing.addresses();
        assert!(!told.is_empty(), "{} {}", event.method(), event.path());
        send(&handler, event).await;
        assert_eq!(handler.champions.billing.addresses(), told, "Stripe is told once");
    }
}

#[tokio::test]
async fn stripe_is_told_a_changed_address_before_anything_else_is_asked_of_it() {
    let novel = json!({ "novelId": 7 });
    let tier = json!({ "novelId": 7, "tierLevel": 5 });
    let wishes = [(SUBSCRIPTION, &wish(5)), (PURCHASE, &tier), (CHANGE, &tier), (PAY, &novel), (PORTAL, &novel)];
    for (path, body) in wishes {
        let mut handler = if path == PAY { past_due().await } else { subscribed().await };
        handler.verifier = FakeTokens::default().with(TOKEN, signed_in("ada", "Ada.King@example.com"));
        let before = handler.champions.billing.calls().len();
        let status = send(&handler, post(path, body)).await.status();
        assert_eq!(status.is_success(), path != SUBSCRIPTION, "{path}: one subscription runs already");
        let calls = handler.champions.billing.calls();
        assert_eq!(
            calls[before..before + 2],
            ["set_customer_email"; 2],
            "{path}: the reader's, and the subscription's own"
        );
        let row = handler.champions.store.user(&uid("ada")).unwrap();
        assert_eq!(row.email, Some(an_email("Ada.King@example.com")), "{path}");

        send(&handler, post(path, body)).await;
        assert_eq!(handler.champions.billing.addresses().len(), 2, "{path}: told once");
    }
}
