//! The whole life of a subscription: first payment, 3-D Secure, renewals, failures, changes, ends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use support::shop::{DAY, DECEMBER, HOUR, NOVEMBER, OCTOBER, Shop};
use support::{answer, text, types};

#[tokio::test]
async fn the_first_payment_makes_an_incomplete_subscription_active() {
    let shop = Shop::open().await;
    let seen = shop.stripe.events().len();
    let subscription = shop.subscribe().await;
    let id = text(&subscription, "/id");
    assert_eq!(subscription["status"], "incomplete");
    assert_eq!(subscription.get("current_period_end"), None, "it stands on the items since basil");
    assert_eq!(shop.end(id), NOVEMBER);
    let invoice = &subscription["latest_invoice"];
    assert_eq!(invoice["status"], "open");
    assert_eq!(invoice["billing_reason"], "subscription_create");
    assert_eq!(invoice["confirmation_secret"]["type"], "payment_intent");
    assert_eq!(invoice.get("payment_intent"), None);
    assert_eq!(invoice["parent"]["subscription_details"]["subscription"], id);
    assert_eq!(invoice["parent"]["subscription_details"]["metadata"]["userId"], "u1");
    assert_eq!(invoice["lines"]["data"][0]["pricing"]["price_details"]["price"], shop.price.as_str());
    assert_eq!(invoice["lines"]["data"][0]["period"], json!({ "start": OCTOBER, "end": NOVEMBER }));
    assert_eq!(shop.since(seen), ["customer.subscription.created", "invoice.created", "invoice.finalized"]);

    let seen = shop.stripe.events().len();
    let secret = text(invoice, "/confirmation_secret/client_secret");
    let (status, intent) = shop.confirm(secret, "pm_card_visa").await;
    assert_eq!((status, text(&intent, "/status")), (StatusCode::OK, "succeeded"));
    assert_eq!(
        types(&shop.stripe.events()[seen..]),
        [
            "payment_method.attached",
            "payment_intent.succeeded",
            "charge.succeeded",
            "invoice.paid",
            "invoice.payment_succeeded",
            "invoice_payment.paid",
            "customer.subscription.updated"
        ]
    );
    let updated = shop.stripe.events().pop().unwrap();
    assert_eq!(updated["data"]["previous_attributes"]["status"], "incomplete");
    assert_eq!(updated["data"]["object"]["status"], "active");

    let payments = shop.api.read(&format!("/v1/invoice_payments?invoice={}", text(invoice, "/id"))).await;
    assert_eq!(payments["data"][0]["status"], "paid");
    assert_eq!(payments["data"][0]["payment"], json!({ "type": "payment_intent", "payment_intent": intent["id"] }));
    let by_intent =
        format!("/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]={}", text(&intent, "/id"));
    assert_eq!(shop.api.read(&by_intent).await["data"][0]["invoice"], invoice["id"]);
    assert_eq!(intent["metadata"], json!({}), "the subscription's metadata is not inherited");
    assert_eq!(shop.stripe.object(id)["default_payment_method"], intent["payment_method"]);
}

#[tokio::test]
async fn three_d_secure_waits_for_the_reader() {
    for (passed, status) in [(true, "active"), (false, "incomplete")] {
        let shop = Shop::open().await;
        let subscription = shop.subscribe().await;
        let secret = text(&subscription, "/latest_invoice/confirmation_secret/client_secret");
        let (code, intent) = shop.confirm(secret, "pm_card_threeDSecure2Required").await;
        assert_eq!((code, text(&intent, "/status")), (StatusCode::OK, "requires_action"));
        assert_eq!(shop.stripe.event_types().last().unwrap(), "invoice.payment_action_required");

        let page = text(&intent, "/next_action/redirect_to_url/url");
        let result = if passed { "result=pass" } else { "result=fail" };
        let answered = shop.api.http.post(page).body(result).send().await.unwrap();
        assert_eq!(answered.status(), StatusCode::OK);
        assert_eq!(shop.status(text(&subscription, "/id")), status);
    }
}

#[tokio::test]
async fn a_subscription_can_be_paid_on_the_hosted_page() {
    let shop = Shop::open().await;
    let subscription = shop.subscribe().await;
    let secret = text(&subscription, "/latest_invoice/confirmation_secret/client_secret");
    let intent = secret.split("_secret_").next().unwrap();
    let page = format!("{}/c/confirm/{intent}?client_secret={secret}", shop.api.base);
    assert!(shop.api.http.get(&page).send().await.unwrap().text().await.unwrap().contains("5.00 USD"));
    let declined = shop.api.http.post(&page).body("payment_method=pm_card_chargeDeclined").send().await.unwrap();
    assert_eq!(declined.status(), StatusCode::PAYMENT_REQUIRED);
    let bank = shop.api.http.post(&page).body("payment_method=pm_card_threeDSecure2Required").send().await.unwrap();
    assert_eq!(bank.status(), StatusCode::SEE_OTHER);
    assert!(bank.headers()["location"].to_str().unwrap().contains("/c/authenticate/"));
    let paid = shop.api.http.post(&page).body("payment_method=pm_card_visa").send().await.unwrap();
    assert!(paid.text().await.unwrap().contains("Thank you"));
    assert_eq!(shop.status(text(&subscription, "/id")), "active");
    let other = page.replace("client_secret=", "client_secret=x");
    assert_eq!(shop.api.http.get(&other).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_bank_leads_back_to_the_shop() {
    let shop = Shop::open().await;
    let params = [
        ("amount", "1000"),
        ("currency", "usd"),
        ("payment_method", "pm_card_authenticationRequired"),
        ("confirm", "true"),
        ("return_url", "https://shop.test/back?x=1"),
    ];
    let intent = shop.api.make("/v1/payment_intents", &params).await;
    let stored = shop.stripe.object(text(&intent, "/id"));
    let bank = text(&stored, "/next_action/redirect_to_url/url");
    let answered = shop.api.http.post(bank).body("result=pass").send().await.unwrap();
    let back = answered.headers()["location"].to_str().unwrap();
    assert!(back.starts_with("https://shop.test/back?x=1&payment_intent=pi_"), "{back}");
    assert!(back.ends_with("redirect_status=succeeded"), "{back}");
}

#[tokio::test]
async fn a_client_secret_is_for_its_own_intent_only() {
    let shop = Shop::open().await;
    let subscription = shop.subscribe().await;
    let secret = text(&subscription, "/latest_invoice/confirmation_secret/client_secret");
    assert_eq!(shop.confirm(&format!("{secret}x"), "pm_card_visa").await.0, StatusCode::BAD_REQUEST);
    let path = format!("/v1/subscriptions/{}", text(&subscription, "/id"));
    let request = shop.api.http.get(format!("{}{path}", shop.api.base)).bearer_auth("pk_test_1");
    assert_eq!(answer(request).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_refused_first_payment_can_be_tried_again_for_23_hours() {
    let shop = Shop::open().await;
    let subscription = shop.subscribe().await;
    let id = text(&subscription, "/id");
    let secret = text(&subscription, "/latest_invoice/confirmation_secret/client_secret");
    let (status, error) = shop.confirm(secret, "pm_card_chargeDeclinedInsufficientFunds").await;
    assert_eq!(status, StatusCode::PAYMENT_REQUIRED);
    assert_eq!(error["error"]["type"], "card_error");
    assert_eq!(error["error"]["decline_code"], "insufficient_funds");
    assert_eq!(error["error"]["payment_intent"]["status"], "requires_payment_method");
    assert_eq!(shop.status(id), "incomplete");

    let seen = shop.stripe.events().len();
    shop.stripe.advance(Duration::from_secs(23 * 60 * 60));
    assert_eq!(shop.status(id), "incomplete_expired");
    assert_eq!(shop.since(seen), ["invoice.voided", "customer.subscription.updated"]);
    assert_eq!(shop.confirm(secret, "pm_card_visa").await.0, StatusCode::BAD_REQUEST, "too late");
}

#[tokio::test]
async fn renewals_come_with_the_clock() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let seen = shop.stripe.events().len();
    let advance = format!("{}/_control/clock/advance", shop.api.base);
    let moved = shop.api.http.post(advance).json(&json!({ "seconds": 31 * DAY + HOUR })).send().await.unwrap();
    assert_eq!(moved.json::<Value>().await.unwrap(), json!({ "now": NOVEMBER + 3600 }));
    assert_eq!(shop.end(&id), DECEMBER);
    assert_eq!(
        shop.since(seen),
        [
            "invoice.created",
            "customer.subscription.updated",
            "invoice.finalized",
            "invoice.paid",
            "invoice.payment_succeeded",
            "invoice_payment.paid"
        ]
    );
    let list = shop.api.read(&format!("/v1/invoices?subscription={id}")).await;
    let renewal = &list["data"][0];
    assert_eq!(renewal["billing_reason"], "subscription_cycle");
    assert_eq!(renewal["status"], "paid");
    assert_eq!(renewal["lines"]["data"][0]["period"], json!({ "start": NOVEMBER, "end": DECEMBER }));
    assert_eq!(renewal["period_end"], NOVEMBER, "the invoice's own period is the one that is over");
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_failed_renewal_is_retried_and_recovers() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    shop.stripe.replace_card(&shop.customer, "pm_card_chargeCustomerFail").unwrap();
    let seen = shop.stripe.events().len();
    shop.stripe.advance(Duration::from_secs(31 * DAY + HOUR));
    assert_eq!(shop.status(&id), "past_due");
    assert_eq!(shop.since(seen)[2..], ["invoice.finalized", "invoice.payment_failed", "customer.subscription.updated"]);
    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    shop.stripe.advance(Duration::from_secs(3 * DAY));
    assert_eq!(shop.status(&id), "active");
}

#[tokio::test]
async fn a_renewal_that_keeps_failing_ends_the_subscription() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    shop.stripe.replace_card(&shop.customer, "pm_card_authenticationRequired").unwrap();
    shop.stripe.advance(Duration::from_secs((31 + 3 + 5 + 7) * DAY + HOUR));
    let object = shop.stripe.object(&id);
    assert_eq!(object["status"], "canceled");
    assert_eq!(object["cancellation_details"]["reason"], "payment_failed");
    let failures = shop.stripe.event_types().iter().filter(|kind| *kind == "invoice.payment_failed").count();
    assert_eq!(failures, 4);
    assert_eq!(shop.stripe.event_types().last().unwrap(), "customer.subscription.deleted");
}

#[tokio::test]
async fn cancelling_at_the_period_end_can_be_taken_back() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let path = format!("/v1/subscriptions/{id}");
    let cancelled = shop.api.make(&path, &[("cancel_at_period_end", "true")]).await;
    assert_eq!(cancelled["cancel_at"], NOVEMBER);
    assert_eq!(cancelled["cancellation_details"]["reason"], "cancellation_requested");
    let resumed = shop.api.make(&path, &[("cancel_at_period_end", "false")]).await;
    assert_eq!((&resumed["cancel_at"], &resumed["canceled_at"]), (&json!(null), &json!(null)));

    shop.api.make(&path, &[("cancel_at_period_end", "true")]).await;
    shop.stripe.advance(Duration::from_secs(31 * DAY));
    assert_eq!(shop.status(&id), "canceled");
    let (status, error) = shop.api.post(&path, &[("cancel_at_period_end", "false")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{error}");
    let listed = shop.api.read(&format!("/v1/subscriptions?customer={}", shop.customer)).await;
    assert_eq!(listed["data"], json!([]), "cancelled ones are not listed unless asked for");
    let listed = shop.api.read(&format!("/v1/subscriptions?customer={}&status=all", shop.customer)).await;
    assert_eq!(listed["data"][0]["id"], id.as_str());
}

#[tokio::test]
async fn an_end_on_a_date_leaves_the_flag_false_and_is_taken_back_by_the_date_alone() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let path = format!("/v1/subscriptions/{id}");
    let end = |object: &Value| (object["cancel_at_period_end"] == true, object["cancel_at"].as_i64());
    shop.stripe.cancel_on(&id, NOVEMBER).unwrap();
    assert_eq!(end(&shop.stripe.object(&id)), (false, Some(NOVEMBER)));
    let kept = shop.api.make(&path, &[("cancel_at_period_end", "false")]).await;
    assert_eq!(end(&kept), (false, Some(NOVEMBER)));
    let (status, error) = shop.api.post(&path, &[("cancel_at_period_end", "false"), ("cancel_at", "")]).await;
    let message = "Received both cancel_at_period_end and cancel_at parameters. Please pass in only one.";
    assert_eq!((status, text(&error, "/error/message")), (StatusCode::BAD_REQUEST, message));
    let resumed = shop.api.make(&path, &[("cancel_at", "")]).await;
    assert_eq!((end(&resumed), &resumed["canceled_at"]), ((false, None), &json!(null)));

    let later = shop.api.make(&path, &[("cancel_at", &(DECEMBER - DAY.cast_signed()).to_string())]).await;
    assert_eq!(end(&later), (false, Some(DECEMBER - DAY.cast_signed())));
    let sooner = shop.api.make(&path, &[("cancel_at_period_end", "true")]).await;
    assert_eq!(end(&sooner), (true, Some(NOVEMBER)));
    shop.stripe.cancel_on(&id, DECEMBER - DAY.cast_signed()).unwrap();
    shop.stripe.advance(Duration::from_secs(31 * DAY));
    assert_eq!(shop.status(&id), "active", "it renews until then");
    shop.stripe.advance(Duration::from_secs(29 * DAY));
    assert_eq!(shop.status(&id), "canceled");
    assert!(shop.stripe.cancel_on(&id, OCTOBER).is_err());
}

#[tokio::test]
async fn a_subscription_can_be_cancelled_at_once_but_only_once() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let path = format!("/v1/subscriptions/{id}");
    let (status, cancelled) = shop.api.delete(&path).await;
    assert_eq!((status, text(&cancelled, "/status")), (StatusCode::OK, "canceled"));
    assert_eq!(shop.api.delete(&path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_change_of_tier_is_prorated_as_asked() {
    // Half of October is left: 15.5 of 31 days of (10.00 - 5.00).
    for (behavior, invoices, due) in
        [("always_invoice", 2, Some(250)), ("create_prorations", 1, None), ("none", 1, None)]
    {
        let shop = Shop::open().await;
        let id = shop.active().await;
        let dearer = Shop::price(&shop.api, "1000", "tier_4").await;
        let item = text(&shop.stripe.object(&id), "/items/data/0/id").to_owned();
        shop.stripe.advance(Duration::from_secs(31 * DAY / 2));
        let params = [("items[0][id]", item.as_str()), ("items[0][price]", &dearer), ("proration_behavior", behavior)];
        let changed = shop.api.make(&format!("/v1/subscriptions/{id}"), &params).await;
        assert_eq!(changed["items"]["data"][0]["id"], item.as_str());
        assert_eq!(changed["items"]["data"][0]["price"]["id"], dearer.as_str());
        let list = shop.stripe.objects("invoice");
        assert_eq!(list.len(), invoices, "{behavior}");
        if let Some(due) = due {
            assert_eq!(
                (text(&list[0], "/billing_reason"), &list[0]["amount_paid"]),
                ("subscription_update", &json!(due))
            );
        }
        shop.stripe.advance(Duration::from_secs(31 * DAY / 2 + HOUR));
        let renewal = &shop.stripe.objects("invoice")[0];
        let expected = if behavior == "create_prorations" { 1250 } else { 1000 };
        assert_eq!(renewal["amount_paid"], expected, "{behavior}");
    }
}

#[tokio::test]
async fn the_default_behavior_pays_at_once_or_stays_incomplete() {
    let shop = Shop::open().await;
    let params = [("customer", shop.customer.as_str()), ("items[0][price]", shop.price.as_str())];
    let (status, error) = shop.api.post("/v1/subscriptions", &params).await;
    assert_eq!((status, text(&error, "/error/code")), (StatusCode::BAD_REQUEST, "resource_missing"));

    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    assert_eq!(shop.api.make("/v1/subscriptions", &params).await["status"], "active");
    shop.stripe.replace_card(&shop.customer, "pm_card_chargeCustomerFail").unwrap();
    assert_eq!(shop.api.make("/v1/subscriptions", &params).await["status"], "incomplete");
    let mut strict = params.to_vec();
    strict.push(("payment_behavior", "error_if_incomplete"));
    assert_eq!(shop.api.post("/v1/subscriptions", &strict).await.0, StatusCode::PAYMENT_REQUIRED);
    assert_eq!(shop.stripe.objects("subscription").len(), 2);
}

#[tokio::test]
async fn prices_are_found_by_lookup_key() {
    let shop = Shop::open().await;
    let found = shop.api.read("/v1/prices?lookup_keys[]=tier_3&expand[]=data.product").await;
    assert_eq!(found["data"][0]["id"], shop.price.as_str());
    assert_eq!(found["data"][0]["product"]["name"], "Champion");
    assert_eq!(shop.api.read("/v1/prices?lookup_keys[]=tier_9").await["data"], json!([]));
}
