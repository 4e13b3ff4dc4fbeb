//! The billing portal, and previews of invoices.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use support::shop::{DAY, DECEMBER, HOUR, NOVEMBER, OCTOBER, Shop};
use support::{text, types};

const CARDS_ONLY: [(&str, &str); 4] = [
    ("features[payment_method_update][enabled]", "true"),
    ("features[invoice_history][enabled]", "true"),
    ("features[subscription_cancel][enabled]", "false"),
    ("features[subscription_update][enabled]", "false"),
];

/// Returns a session in which only cards can be changed.
async fn session(shop: &Shop) -> Value {
    let configuration = shop.api.make("/v1/billing_portal/configurations", &CARDS_ONLY).await;
    let params = [
        ("customer", shop.customer.as_str()),
        ("configuration", text(&configuration, "/id")),
        ("return_url", "https://shop.test/account"),
    ];
    shop.api.make("/v1/billing_portal/sessions", &params).await
}

#[tokio::test]
async fn a_session_needs_a_configuration_that_was_saved() {
    let shop = Shop::open().await;
    let params = [("customer", shop.customer.as_str()), ("return_url", "https://shop.test/account")];
    let (status, error) = shop.api.post("/v1/billing_portal/sessions", &params).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(text(&error, "/error/message").starts_with("No configuration provided"), "{error}");
    let own = shop.api.make("/v1/billing_portal/configurations", &CARDS_ONLY).await;
    assert_eq!(
        (&own["is_default"], &own["features"]["subscription_cancel"]["enabled"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(shop.api.post("/v1/billing_portal/sessions", &params).await.0, StatusCode::BAD_REQUEST);
    shop.stripe.save_portal_settings();
    shop.api.make("/v1/billing_portal/sessions", &params).await;

    let off = [("active", "false")];
    shop.api.make(&format!("/v1/billing_portal/configurations/{}", text(&own, "/id")), &off).await;
    let with_own = [params[0], ("configuration", text(&own, "/id"))];
    assert_eq!(shop.api.post("/v1/billing_portal/sessions", &with_own).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_card_that_is_changed_in_the_portal_is_the_customers_and_not_the_subscriptions() {
    let shop = Shop::open().await;
    let subscription = shop.active().await;
    let own = shop.stripe.object(&subscription)["default_payment_method"].clone();
    assert!(own.is_string(), "the first payment saved it");
    let session = session(&shop).await;
    let page = shop.api.http.get(text(&session, "/url")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(page.contains("https://shop.test/account") && !page.contains("Cancel"), "{page}");

    let seen = shop.stripe.events().len();
    let form = "payment_method=pm_card_mastercard";
    let saved = shop.api.http.post(text(&session, "/url")).body(form).send().await.unwrap();
    assert!(saved.text().await.unwrap().contains("Your card ends in 4444"));
    assert_eq!(types(&shop.stripe.events()[seen..]), ["payment_method.attached", "customer.updated"]);
    let customer = shop.stripe.object(&shop.customer);
    assert_ne!(customer["invoice_settings"]["default_payment_method"], own);
    assert_eq!(shop.stripe.object(&subscription)["default_payment_method"], own, "which still pays the renewals");
    let refused =
        shop.api.http.post(text(&session, "/url")).body(format!("cancel={subscription}")).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_flow_leads_to_the_card_and_back() {
    let shop = Shop::open().await;
    let configuration = shop.api.make("/v1/billing_portal/configurations", &CARDS_ONLY).await;
    let params = [
        ("customer", shop.customer.as_str()),
        ("configuration", text(&configuration, "/id")),
        ("flow_data[type]", "payment_method_update"),
        ("flow_data[after_completion][type]", "redirect"),
        ("flow_data[after_completion][redirect][return_url]", "https://shop.test/done"),
    ];
    let session = shop.api.make("/v1/billing_portal/sessions", &params).await;
    assert_eq!(session["flow"]["type"], "payment_method_update");
    let done = shop.api.http.post(text(&session, "/url")).body("payment_method=pm_card_visa").send().await.unwrap();
    assert_eq!(done.headers()["location"], "https://shop.test/done");

    let without = [("features[invoice_history][enabled]", "true")];
    let without = shop.api.make("/v1/billing_portal/configurations", &without).await;
    let mut params = params.to_vec();
    params[1] = ("configuration", text(&without, "/id"));
    let (status, error) = shop.api.post("/v1/billing_portal/sessions", &params).await;
    assert_eq!((status, text(&error, "/error/param")), (StatusCode::BAD_REQUEST, "flow_data[type]"));
}

#[tokio::test]
async fn a_link_that_nobody_opens_is_over_after_five_minutes() {
    let shop = Shop::open().await;
    let session = session(&shop).await;
    shop.stripe.advance(Duration::from_secs(301));
    let page = shop.api.http.get(text(&session, "/url")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::GONE);
}

fn amounts(invoice: &Value) -> Vec<i64> {
    invoice["lines"]["data"].as_array().unwrap().iter().map(|line| line["amount"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_preview_shows_the_next_renewal_and_changes_nothing() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let dearer = Shop::price(&shop.api, "1000", "tier_4").await;
    let item = text(&shop.stripe.object(&id), "/items/data/0/id").to_owned();
    shop.stripe.advance(Duration::from_secs(31 * DAY / 2));
    let before = (shop.stripe.events().len(), shop.stripe.object(&id), shop.stripe.objects("invoice").len());
    let next = shop.api.make("/v1/invoices/create_preview", &[("subscription", &id)]).await;
    assert_eq!((amounts(&next), &next["amount_due"]), (vec![500], &json!(500)));
    assert_eq!((&next["period_start"], &next["period_end"]), (&json!(OCTOBER), &json!(NOVEMBER)));
    assert_eq!(next["lines"]["data"][0]["period"], json!({ "start": NOVEMBER, "end": DECEMBER }));
    assert_eq!(next["next_payment_attempt"], NOVEMBER + 3600);

    for (behavior, expected) in
        [("none", vec![1000]), ("create_prorations", vec![500, -250, 1000]), ("always_invoice", vec![500, -250])]
    {
        let params = [
            ("subscription", id.as_str()),
            ("subscription_details[items][0][id]", &item),
            ("subscription_details[items][0][price]", &dearer),
            ("subscription_details[proration_behavior]", behavior),
        ];
        let preview = shop.api.make("/v1/invoices/create_preview", &params).await;
        assert_eq!(amounts(&preview), expected, "{behavior}");
    }
    let after = (shop.stripe.events().len(), shop.stripe.object(&id), shop.stripe.objects("invoice").len());
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_change_without_proration_is_paid_from_the_next_renewal_on() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let cheaper = Shop::price(&shop.api, "100", "tier_1").await;
    let item = text(&shop.stripe.object(&id), "/items/data/0/id").to_owned();
    let params = [("items[0][id]", item.as_str()), ("items[0][price]", &cheaper), ("proration_behavior", "none")];
    let changed = shop.api.make(&format!("/v1/subscriptions/{id}"), &params).await;
    assert_eq!(changed["items"]["data"][0]["current_period_end"], NOVEMBER);
    assert_eq!(shop.stripe.objects("invoice").len(), 1, "nothing is due now");
    shop.stripe.advance(Duration::from_secs(31 * DAY + HOUR));
    assert_eq!(amounts(&shop.stripe.objects("invoice")[0]), [100]);
}

#[tokio::test]
async fn what_ends_has_no_next_invoice() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    shop.api.make(&format!("/v1/subscriptions/{id}"), &[("cancel_at_period_end", "true")]).await;
    let (status, error) = shop.api.post("/v1/invoices/create_preview", &[("subscription", &id)]).await;
    assert_eq!((status, text(&error, "/error/code")), (StatusCode::NOT_FOUND, "invoice_upcoming_none"));
}
