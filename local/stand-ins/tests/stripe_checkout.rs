//! A Checkout session from its creation to the money, as shop, customer and webhook see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a broken set-up should fail the test")]

mod support;

use pledge_stand_ins::stripe::{Payment, PaymentOutcome, StripeOptions, StripeStandIn, WebhookTarget};
use reqwest::StatusCode;
use serde_json::json;
use support::receiver::Receiver;
use support::{Api, PATIENCE, price, session_params, text, types};

async fn start() -> (StripeStandIn, Api, Receiver) {
    let receiver = Receiver::start("whsec_a").await;
    let options =
        StripeOptions { webhooks: vec![WebhookTarget::new(&receiver.url, "whsec_a")], ..StripeOptions::default() };
    let stripe = StripeStandIn::start(options).await.unwrap();
    let api = Api::new(stripe.base_url());
    (stripe, api, receiver)
}

#[tokio::test]
async fn a_card_payment_on_the_page_completes_the_session() {
    let (stripe, api, receiver) = start().await;
    let price = price(&api).await;
    let mut params = session_params(&price);
    params.extend([
        ("shipping_address_collection[allowed_countries][0]", "US"),
        ("shipping_address_collection[allowed_countries][1]", "JP"),
        ("phone_number_collection[enabled]", "true"),
        ("locale", "zh-HK"),
        ("client_reference_id", "p-1"),
    ]);
    let session = api.make("/v1/checkout/sessions", &params).await;
    let id = text(&session, "/id");
    assert!(id.starts_with("cs_test_"));
    assert_eq!(session["status"], "open");
    assert_eq!(session["payment_status"], "unpaid");
    assert_eq!(session["amount_total"], 1999);
    assert_eq!(session["payment_intent"], json!(null), "made at the first attempt to pay");

    let page = api.http.get(text(&session, "/url")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("19.99 USD"));

    let form = "method=card&email=jo%40example.com&phone=%2B14155550123&name=Jo&line1=1+Street&city=Town&country=JP";
    let paid = api.http.post(text(&session, "/url")).body(form).send().await.unwrap();
    assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    assert_eq!(paid.headers()["location"], format!("https://shop.test/ok?session_id={id}"));

    let session = api.read(&format!("/v1/checkout/sessions/{id}?expand[]=payment_intent&expand[]=line_items")).await;
    assert_eq!(session["status"], "complete");
    assert_eq!(session["payment_status"], "paid");
    assert_eq!(session["customer_details"]["email"], "jo@example.com");
    assert_eq!(session["collected_information"]["shipping_details"]["address"]["country"], "JP");
    assert_eq!(session["payment_intent"]["status"], "succeeded");
    assert_eq!(session["payment_intent"]["metadata"], json!({ "preorderId": "p-1" }));
    assert_eq!(session["line_items"]["data"][0]["description"], "Plush");
    let charge = text(&session, "/payment_intent/latest_charge");
    assert_eq!(api.read(&format!("/v1/charges/{charge}")).await["metadata"], json!({ "preorderId": "p-1" }));

    assert!(stripe.wait_until_idle(PATIENCE).await);
    let got = receiver.got();
    assert!(got.iter().all(|received| received.verified));
    let after_set_up = receiver.types().split_off(1);
    assert_eq!(
        after_set_up,
        ["payment_intent.created", "payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"]
    );
    let completed = &got.last().unwrap().event;
    assert_eq!(completed["object"], "event");
    assert_eq!(completed["livemode"], false);
    assert_eq!(completed["data"]["object"]["id"], id);
    assert_eq!(completed["data"]["object"]["metadata"]["preorderId"], "p-1");
}

#[tokio::test]
async fn the_page_asks_for_what_the_session_collects() {
    let (_stripe, api, _receiver) = start().await;
    let price = price(&api).await;
    let mut params = session_params(&price);
    params.push(("shipping_address_collection[allowed_countries][0]", "US"));
    let session = api.make("/v1/checkout/sessions", &params).await;
    let url = text(&session, "/url");
    let body = "method=card&email=jo%40example.com&name=Jo&line1=1+Street&city=Town&country=FR";
    let refused = api.http.post(url).body(body).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("country"));
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open_for_another_try() {
    let (stripe, api, _receiver) = start().await;
    let price = price(&api).await;
    let session = api.make("/v1/checkout/sessions", &session_params(&price)).await;
    let id = text(&session, "/id");
    let declined = stripe.pay_session(id, Payment::by_declined_card());
    assert_eq!(declined, PaymentOutcome::Declined { message: "Your card was declined.".into() });
    assert_eq!(stripe.object(id)["status"], "open");
    let intent = text(&stripe.object(id), "/payment_intent").to_owned();
    assert_eq!(stripe.object(&intent)["last_payment_error"]["code"], "card_declined");

    assert!(matches!(stripe.pay_session(id, Payment::by_card()), PaymentOutcome::Completed { .. }));
    assert_eq!(stripe.object(id)["payment_intent"], intent.as_str(), "the same intent");
    assert_eq!(
        types(&stripe.events())[1..],
        [
            "payment_intent.created",
            "charge.failed",
            "payment_intent.payment_failed",
            "payment_intent.succeeded",
            "charge.succeeded",
            "checkout.session.completed"
        ]
    );
    assert!(matches!(stripe.pay_session(id, Payment::by_card()), PaymentOutcome::NotOpen { .. }));
}

#[tokio::test]
async fn a_delayed_payment_completes_unpaid_and_settles_later() {
    for paid in [true, false] {
        let (stripe, api, _receiver) = start().await;
        let price = price(&api).await;
        let session = api.make("/v1/checkout/sessions", &session_params(&price)).await;
        let id = text(&session, "/id");
        stripe.pay_session(id, Payment::by_bank_debit());
        let object = stripe.object(id);
        assert_eq!((text(&object, "/status"), text(&object, "/payment_status")), ("complete", "unpaid"));

        stripe.settle_session(id, paid).unwrap();
        let events = stripe.events();
        let (status, last) = if paid {
            ("paid", "checkout.session.async_payment_succeeded")
        } else {
            ("unpaid", "checkout.session.async_payment_failed")
        };
        assert_eq!(stripe.object(id)["payment_status"], status);
        assert_eq!(types(&events).last(), Some(&last));
        assert!(stripe.settle_session(id, paid).is_err(), "only once");
    }
}

#[tokio::test]
async fn sessions_expire_by_the_clock_and_on_request() {
    let (stripe, api, _receiver) = start().await;
    let price = price(&api).await;
    let one = api.make("/v1/checkout/sessions", &session_params(&price)).await;
    let two = api.make("/v1/checkout/sessions", &session_params(&price)).await;
    let path = format!("/v1/checkout/sessions/{}/expire", text(&one, "/id"));
    assert_eq!(api.make(&path, &[]).await["status"], "expired");
    assert_eq!(api.post(&path, &[]).await.0, StatusCode::BAD_REQUEST, "it is not open any more");

    stripe.advance(std::time::Duration::from_secs(24 * 60 * 60));
    assert_eq!(stripe.object(text(&two, "/id"))["status"], "expired");
    let expired = stripe.event_types().iter().filter(|kind| *kind == "checkout.session.expired").count();
    assert_eq!(expired, 2);
}

#[tokio::test]
async fn an_expired_session_is_gone_on_with_in_a_copy_by_its_link() {
    let (stripe, api, _receiver) = start().await;
    let price = price(&api).await;
    let mut params = session_params(&price);
    params.extend([
        ("after_expiration[recovery][enabled]", "true"),
        ("after_expiration[recovery][allow_promotion_codes]", "true"),
        ("customer_email", "jo@example.com"),
        ("client_reference_id", "p-1"),
    ]);
    let open = api.make("/v1/checkout/sessions", &params).await;
    assert_eq!(open["after_expiration"]["recovery"]["url"], json!(null), "not while it is open");
    // A refused try leaves nothing in the copy.
    stripe.pay_session(text(&open, "/id"), Payment::by_declined_card());
    let id = text(&open, "/id");
    let expired = api.make(&format!("/v1/checkout/sessions/{id}/expire"), &[]).await;
    let link = text(&expired, "/after_expiration/recovery/url");

    let followed = api.http.get(link).send().await.unwrap();
    assert_eq!(followed.status(), StatusCode::SEE_OTHER);
    let [copy, _] = &stripe.objects("checkout.session")[..] else { panic!("two sessions") };
    assert_eq!(followed.headers()["location"], text(copy, "/url"));
    assert_eq!((text(copy, "/recovered_from"), text(copy, "/status")), (id, "open"));
    assert_eq!(copy["allow_promotion_codes"], true);
    for same in ["metadata", "client_reference_id", "customer_email", "amount_total", "success_url", "mode"] {
        assert_eq!(copy[same], open[same], "{same}");
    }
    for none in ["/payment_intent", "/customer_details/name", "/after_expiration/recovery/url"] {
        assert_eq!(copy.pointer(none), Some(&json!(null)), "{none}");
    }

    let copy = text(copy, "/id");
    assert!(matches!(stripe.pay_session(copy, Payment::by_card()), PaymentOutcome::Completed { .. }));
    let paid = api.read(&format!("/v1/checkout/sessions/{copy}?expand[]=payment_intent&expand[]=line_items")).await;
    assert_eq!(paid["payment_status"], "paid");
    assert_eq!(paid["payment_intent"]["metadata"], json!({ "preorderId": "p-1" }));
    assert_eq!(paid["line_items"]["data"][0]["description"], "Plush");
    assert_eq!(stripe.object(id)["status"], "expired");

    stripe.advance(std::time::Duration::from_secs(30 * 24 * 60 * 60));
    for over in [link.to_owned(), format!("{link}x")] {
        assert_eq!(api.http.get(&over).send().await.unwrap().status(), StatusCode::GONE, "{over}");
    }
}
