//! The stand-in refuses what Stripe refuses, with the same status, type, code and parameter.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use pledge_stand_ins::stripe::{StripeOptions, StripeStandIn};
use reqwest::{Method, StatusCode};
use serde_json::json;
use support::{Api, answer, client, price, session_params, text};

async fn start() -> (StripeStandIn, Api) {
    let stripe = StripeStandIn::start(StripeOptions::default()).await.unwrap();
    let api = Api::new(stripe.base_url());
    (stripe, api)
}

/// Expects that a session with one parameter added or changed is refused with this code and parameter.
async fn refused(api: &Api, price: &str, (name, value): (&str, &str), code: &str, param: &str) {
    let mut params = session_params(price);
    params.retain(|(known, _)| *known != name);
    params.push((name, value));
    let (status, body) = api.post("/v1/checkout/sessions", &params).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{name}={value}: {body}");
    assert_eq!(text(&body, "/error/type"), "invalid_request_error");
    assert_eq!(text(&body, "/error/code"), code, "{name}={value}: {body}");
    assert_eq!(text(&body, "/error/param"), param, "{name}={value}: {body}");
    assert!(!text(&body, "/error/message").is_empty());
}

#[tokio::test]
async fn every_parameter_is_checked_by_name_and_type() {
    let (stripe, api) = start().await;
    let price = price(&api).await;
    let long = "x".repeat(501);
    let long_name = format!("metadata[{}]", "k".repeat(41));
    let soon = (stripe.clock().now() + 60).to_string();
    let late = (stripe.clock().now() + 25 * 60 * 60).to_string();
    let cases: &[((&str, &str), &str, &str)] = &[
        (("frobnicate", "1"), "parameter_unknown", "frobnicate"),
        (("line_items[0][frob]", "1"), "parameter_unknown", "line_items[0][frob]"),
        (("payment_method_types[0]", "card"), "parameter_unknown", "payment_method_types"),
        (("automatic_tax[enabled]", "true"), "stand_in_unsimulated", "automatic_tax"),
        (("line_items[0][tax_rates][0]", "txr_1"), "stand_in_unsimulated", "line_items[0][tax_rates]"),
        (("mode", "pay"), "", "mode"),
        (("mode", ""), "parameter_invalid_empty", "mode"),
        (("locale", "zh_HK"), "", "locale"),
        (("line_items[0][quantity]", "one"), "parameter_invalid_integer", "line_items[0][quantity]"),
        (("line_items[0][quantity]", "0"), "parameter_invalid_integer", "line_items[0][quantity]"),
        (("line_items[0][price]", "price_none"), "resource_missing", "line_items[0][price]"),
        (("allow_promotion_codes", "yes"), "", "allow_promotion_codes"),
        (("customer", "cus_none"), "resource_missing", "customer"),
        (("customer_email", "jo"), "email_invalid", "customer_email"),
        (("success_url", "/ok"), "url_invalid", "success_url"),
        (
            ("shipping_address_collection[allowed_countries][0]", "UK"),
            "",
            "shipping_address_collection[allowed_countries][0]",
        ),
        (("shipping_address_collection", "US"), "", "shipping_address_collection"),
        (("phone_number_collection[x]", "true"), "parameter_unknown", "phone_number_collection[x]"),
        (("expires_at", &soon), "", "expires_at"),
        (("expires_at", &late), "", "expires_at"),
        (("expires_at", "tomorrow"), "parameter_invalid_integer", "expires_at"),
        (("metadata[note]", &long), "", "metadata"),
        ((&long_name, "x"), "", "metadata"),
        (("expand[0]", "frobnicate"), "", "expand"),
    ];
    for (change, code, param) in cases {
        refused(&api, &price, *change, code, param).await;
    }
}

#[tokio::test]
async fn required_parameters_are_required() {
    let (_stripe, api) = start().await;
    let price = price(&api).await;
    for name in ["mode", "success_url", "line_items[0][quantity]"] {
        let mut params = session_params(&price);
        params.retain(|(known, _)| *known != name);
        let (status, body) = api.post("/v1/checkout/sessions", &params).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(text(&body, "/error/code"), "parameter_missing", "{body}");
        assert_eq!(text(&body, "/error/param"), name);
    }
    let data = [("line_items[0][price_data][unit_amount]", "500"), ("line_items[0][quantity]", "1")];
    let params: Vec<_> =
        session_params("").into_iter().filter(|(name, _)| !name.starts_with("line_items")).chain(data).collect();
    let (_, body) = api.post("/v1/checkout/sessions", &params).await;
    assert_eq!(text(&body, "/error/param"), "line_items[0][price_data][currency]", "{body}");
}

#[tokio::test]
async fn metadata_has_at_most_fifty_keys() {
    let (_stripe, api) = start().await;
    let names: Vec<_> = (0..51).map(|n| format!("metadata[k{n}]")).collect();
    let params: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
    assert_eq!(api.post("/v1/customers", &params[..50]).await.0, StatusCode::OK);
    assert_eq!(api.post("/v1/customers", &params).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn metadata_is_merged_and_emptied_as_at_stripe() {
    let (_stripe, api) = start().await;
    let made = api.make("/v1/customers", &[("metadata[a]", "1"), ("metadata[b]", "2")]).await;
    let path = format!("/v1/customers/{}", text(&made, "/id"));
    let merged = api.make(&path, &[("metadata[a]", ""), ("metadata[c]", "3")]).await;
    assert_eq!(merged["metadata"], json!({ "b": "2", "c": "3" }));
    assert_eq!(api.make(&path, &[("metadata", "")]).await["metadata"], json!({}));
}

#[tokio::test]
async fn amounts_currencies_and_modes_must_fit() {
    let (_stripe, api) = start().await;
    let item = |amount: &'static str, currency: &'static str, name: &'static str| {
        [
            ("line_items[0][price_data][currency]", currency),
            ("line_items[0][price_data][unit_amount]", amount),
            ("line_items[0][price_data][product_data][name]", name),
            ("line_items[0][quantity]", "1"),
            ("mode", "payment"),
            ("success_url", "https://shop.test/ok"),
        ]
    };
    assert_eq!(api.post("/v1/checkout/sessions", &item("50", "usd", "A")).await.0, StatusCode::OK);
    assert_eq!(api.post("/v1/checkout/sessions", &item("50", "JPY", "A")).await.0, StatusCode::OK);
    let (_, body) = api.post("/v1/checkout/sessions", &item("49", "usd", "A")).await;
    assert_eq!(text(&body, "/error/code"), "amount_too_small");
    let (_, body) = api.post("/v1/checkout/sessions", &item("100", "xxx", "A")).await;
    assert_eq!(text(&body, "/error/param"), "line_items[0][price_data][currency]");
    let (_, body) = api.post("/v1/checkout/sessions", &item("-1", "usd", "A")).await;
    assert_eq!(text(&body, "/error/code"), "parameter_invalid_integer");

    let recurring =
        [("currency", "usd"), ("unit_amount", "500"), ("recurring[interval]", "month"), ("product_data[name]", "Tier")];
    let recurring = api.make("/v1/prices", &recurring).await;
    let (status, body) = api.post("/v1/checkout/sessions", &session_params(text(&recurring, "/id"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(text(&body, "/error/message").contains("recurring price"));
}

#[tokio::test]
async fn a_key_is_needed_and_must_be_a_test_key() {
    let (stripe, _api) = start().await;
    let url = format!("{}/v1/customers", stripe.base_url());
    let (status, body) = answer(client().get(&url)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(text(&body, "/error/message").starts_with("You did not provide an API key."));
    for key in ["sk_live_abc", "sk_test_", "nonsense"] {
        assert_eq!(answer(client().get(&url).bearer_auth(key)).await.0, StatusCode::UNAUTHORIZED, "{key}");
    }
    assert_eq!(answer(client().get(&url).basic_auth("sk_test_1", None::<&str>)).await.0, StatusCode::OK);
    let (status, body) = answer(client().get(&url).bearer_auth("pk_test_1")).await;
    assert_eq!((status, text(&body, "/error/code")), (StatusCode::FORBIDDEN, "secret_key_required"));
}

#[tokio::test]
async fn unknown_objects_and_paths_are_404() {
    let (_stripe, api) = start().await;
    for (path, code) in [
        ("/v1/checkout/sessions/cs_test_x", "resource_missing"),
        ("/v1/customers/cus_x", "resource_missing"),
        ("/v1/frobnicate", ""),
    ] {
        let (status, body) = api.get(path).await;
        assert_eq!((status, text(&body, "/error/code")), (StatusCode::NOT_FOUND, code), "{path}");
    }
    let request = api.request(Method::PUT, "/v1/customers");
    assert_eq!(answer(request).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bodies_must_be_forms() {
    let (_stripe, api) = start().await;
    let request = api.request(Method::POST, "/v1/customers").json(&json!({ "email": "jo@example.com" }));
    assert_eq!(answer(request).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn answers_carry_a_request_id_and_the_version() {
    let (_stripe, api) = start().await;
    let request = api.request(Method::GET, "/v1/customers").header("stripe-version", "2024-06-20");
    let response = request.send().await.unwrap();
    assert!(response.headers()["request-id"].to_str().unwrap().starts_with("req_"));
    assert_eq!(response.headers()["stripe-version"], "2024-06-20");
}

#[tokio::test]
async fn lists_are_paged_newest_first() {
    let (_stripe, api) = start().await;
    let mut ids = Vec::new();
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        ids.push(text(&api.make("/v1/customers", &[("email", email)]).await, "/id").to_owned());
    }
    ids.reverse();
    let page = api.read("/v1/customers?limit=2").await;
    assert_eq!(page["object"], "list");
    assert_eq!(page["url"], "/v1/customers");
    assert_eq!(page["has_more"], true);
    assert_eq!([&page["data"][0]["id"], &page["data"][1]["id"]], [ids[0].as_str(), ids[1].as_str()]);
    let next = api.read(&format!("/v1/customers?limit=2&starting_after={}", ids[1])).await;
    assert_eq!((&next["has_more"], &next["data"][0]["id"]), (&json!(false), &json!(ids[2])));
    let back = api.read(&format!("/v1/customers?limit=1&ending_before={}", ids[2])).await;
    assert_eq!((&back["has_more"], &back["data"][0]["id"]), (&json!(true), &json!(ids[1])));
    let by_email = api.read("/v1/customers?email=b%40example.com").await;
    assert_eq!(by_email["data"].as_array().unwrap().len(), 1);
    for bad in ["limit=0", "limit=101", "limit=x", "starting_after=cus_none", "nam=x"] {
        assert_eq!(api.get(&format!("/v1/customers?{bad}")).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
    let (status, _) = api.post("/v1/customers", &[("limit", "1")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "not a list");
}

#[tokio::test]
async fn refunds_stay_within_what_was_paid() {
    let (stripe, api) = start().await;
    let intent = api
        .make(
            "/v1/payment_intents",
            &[
                ("amount", "1000"),
                ("currency", "usd"),
                ("payment_method", "pm_card_visa"),
                ("confirm", "true"),
                ("automatic_payment_methods[enabled]", "true"),
                ("automatic_payment_methods[allow_redirects]", "never"),
            ],
        )
        .await;
    let id = text(&intent, "/id");
    assert_eq!(intent["status"], "succeeded");
    let part = api.make("/v1/refunds", &[("payment_intent", id), ("amount", "400")]).await;
    assert_eq!((&part["status"], &part["amount"]), (&json!("succeeded"), &json!(400)));
    let (status, _) = api.post("/v1/refunds", &[("payment_intent", id), ("amount", "601")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let rest = api.make("/v1/refunds", &[("payment_intent", id), ("reason", "requested_by_customer")]).await;
    assert_eq!(rest["amount"], 600);
    assert_eq!(stripe.object(text(&intent, "/latest_charge"))["refunded"], true);
    let (_, body) = api.post("/v1/refunds", &[("payment_intent", id)]).await;
    assert_eq!(text(&body, "/error/code"), "charge_already_refunded");
    let types = stripe.event_types();
    assert_eq!(
        types[types.len() - 4..],
        ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"]
    );
    let (_, body) = api.post("/v1/refunds", &[("payment_intent", id), ("reason", "because")]).await;
    assert_eq!(text(&body, "/error/param"), "reason");
}

#[tokio::test]
async fn confirming_on_the_server_needs_a_way_back() {
    let (_stripe, api) = start().await;
    let params = [("amount", "1000"), ("currency", "usd"), ("payment_method", "pm_card_visa"), ("confirm", "true")];
    let (status, body) = api.post("/v1/payment_intents", &params).await;
    assert_eq!((status, text(&body, "/error/param")), (StatusCode::BAD_REQUEST, "return_url"));
}

#[tokio::test]
async fn a_dispute_goes_its_way() {
    let (stripe, api) = start().await;
    let params = [
        ("amount", "1000"),
        ("currency", "usd"),
        ("payment_method", "pm_card_visa"),
        ("confirm", "true"),
        ("return_url", "https://shop.test"),
    ];
    let intent = api.make("/v1/payment_intents", &params).await;
    let dispute = stripe.dispute(text(&intent, "/id"), "fraudulent").unwrap();
    assert_eq!(api.read(&format!("/v1/disputes/{dispute}")).await["status"], "needs_response");
    stripe.close_dispute(&dispute, true).unwrap();
    assert!(stripe.close_dispute(&dispute, false).is_err());
    let types = stripe.event_types();
    assert_eq!(
        types[types.len() - 4..],
        [
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated",
            "charge.dispute.closed"
        ]
    );
}
