//! The responses to Stripe's deliveries, and to strangers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{decide::Outcome, preorder::Status};
use pledge_runtime::{
    Metrics, Stage, System,
    secrets::{Rotating, read},
};
use pledge_stripe_events::{API_VERSION, Secrets, sign};
use pledge_testkit::{FakeVault, Log, http::HttpEvent, time::t};
use serde_json::{Value, json};
use support::{
    Handler, LIMIT, NEW, OLD, answer, assert_nothing_happened, bytes, delivery, handler, outcome, paid, received, send,
    signed,
};

#[tokio::test]
async fn a_payment_completes_the_preorder() {
    let (handler, preorder) = handler();
    assert_eq!(answer(&handler, signed(&paid(&preorder))).await, received("applied"));
    assert_eq!(handler.record.store.preorders()[0].status, Status::Completed);
    assert_eq!(handler.record.queue.messages().len(), 1);
}

#[tokio::test]
async fn a_body_in_base64_is_verified_as_it_was_sent() {
    let (handler, preorder) = handler();
    let body = bytes(&paid(&preorder));
    let signature = sign(body.as_bytes(), NEW, t(0));
    let event = delivery("", &signature).base64(body.as_bytes());
    assert_eq!(answer(&handler, event).await, received("applied"));
}

#[tokio::test]
async fn either_secret_is_good_while_one_is_rotated() {
    let sign_with = |secrets: &[&str], body: &str| {
        let signatures = secrets.iter().map(|secret| sign(body.as_bytes(), secret, t(0)));
        signatures.map(|header| header.split_once(',').unwrap().1.to_owned()).collect::<Vec<_>>().join(",")
    };
    for secrets in [&[OLD][..], &[NEW], &[OLD, NEW], &["whsec_other", OLD]] {
        let (handler, preorder) = handler();
        let body = bytes(&paid(&preorder));
        let header = format!("t={},{}", t(0).unix_timestamp(), sign_with(secrets, &body));
        assert_eq!(answer(&handler, delivery(&body, &header)).await, received("applied"), "{secrets:?}");
    }
}

#[tokio::test]
async fn a_secret_that_was_stored_meanwhile_is_taken_without_a_restart() {
    let (mut handler, preorder) = handler();
    let vault = FakeVault::new([("arn:secrets", OLD)]);
    let secret = read("STRIPE_WEBHOOK_SECRETS", "arn:secrets", &vault).await.unwrap();
    handler.endpoint.secrets = Rotating::new(&secret, Secrets::parse).unwrap();
    vault.put("arn:secrets", NEW);
    let reads = vault.reads();

    assert_eq!(answer(&handler, signed(&paid(&preorder))).await, received("applied"));
    assert_eq!(vault.reads(), reads + 1);

    // The old secret isn't accepted any more, and a flood of signatures that match nothing doesn't cause a flood of reads.
    let body = bytes(&paid(&preorder));
    for _ in 0..20 {
        assert_eq!(answer(&handler, delivery(&body, &sign(body.as_bytes(), OLD, t(0)))).await.0, 400);
    }
    assert_eq!(vault.reads(), reads + 1);
}

#[tokio::test]
async fn without_a_valid_signature_nothing_is_even_parsed() {
    let (handler, preorder) = handler();
    let body = bytes(&paid(&preorder));
    let good = sign(body.as_bytes(), NEW, t(0));
    let compact = paid(&preorder).to_string();
    let seconds = |offset: i64| sign(body.as_bytes(), NEW, t(offset));
    let cases = [
        ("no header", HttpEvent::post("/webhooks/stripe").body(&body)),
        ("an empty header", delivery(&body, "")),
        ("garbage", delivery(&body, "v1")),
        ("no signature", delivery(&body, &format!("t={}", t(0).unix_timestamp()))),
        ("another scheme", delivery(&body, &good.replace("v1=", "v0="))),
        ("another secret", delivery(&body, &sign(body.as_bytes(), "whsec_other", t(0)))),
        ("an empty secret", delivery(&body, &sign(body.as_bytes(), "", t(0)))),
        ("another time", delivery(&body, &good.replace("t=17000000", "t=17000001"))),
        ("too old", delivery(&body, &seconds(-301))),
        ("from the future", delivery(&body, &seconds(301))),
        ("a changed body", delivery(&body.replace("29900", "1"), &good)),
        ("the same JSON in other bytes", delivery(&compact, &good)),
        ("garbage with garbage", delivery("{", "t=1,v1=00")),
        ("nothing", delivery("", &good)),
    ];
    for (what, event) in cases {
        let expected = json!({
            "code": "INVALID_SIGNATURE",
            "message": "The Stripe-Signature header does not match the body.",
        });
        assert_eq!(answer(&handler, event).await, (400, expected), "{what}");
        assert_nothing_happened(&handler, &preorder);
    }
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes() {
    for offset in [-300, 300] {
        let (handler, preorder) = handler();
        let body = bytes(&paid(&preorder));
        let event = delivery(&body, &sign(body.as_bytes(), NEW, t(offset)));
        assert_eq!(answer(&handler, event).await, received("applied"), "{offset}");
    }
}

#[tokio::test]
async fn what_is_signed_but_no_event_is_refused() {
    let (handler, preorder) = handler();
    let charge = json!({ "id": "ch_1", "object": "charge" });
    let without_data = json!({ "id": "evt_1", "object": "event", "type": "charge.refunded", "created": 1 });
    for event in [json!({}), json!([]), json!(null), charge, without_data] {
        let expected = json!({ "code": "INVALID_EVENT", "message": "The body is not a Stripe event." });
        assert_eq!(answer(&handler, signed(&event)).await, (400, expected), "{event}");
        assert_nothing_happened(&handler, &preorder);
    }
    let garbage = delivery("{", &sign(b"{", NEW, t(0)));
    assert_eq!(answer(&handler, garbage).await.1["code"], "INVALID_EVENT");
}

#[tokio::test]
async fn an_event_of_the_other_mode_is_refused() {
    let (handler, preorder) = handler();
    let mut live = paid(&preorder);
    live["livemode"] = json!(true);
    let expected =
        json!({ "code": "LIVEMODE_MISMATCH", "message": "The event's livemode is not that of this endpoint." });
    assert_eq!(answer(&handler, signed(&live)).await, (400, expected));
    assert_nothing_happened(&handler, &preorder);
}

/// Returns a thin event of this type. It names a related object and has no `data`.
fn thin(kind: &str, related: &Value) -> Value {
    json!({
        "id": "evt_test_61ThinOfThisTest", "object": "v2.core.event", "type": kind, "livemode": false,
        "created": "2023-11-14T22:13:20.123Z", "context": null, "reason": null, "related_object": related,
    })
}

#[tokio::test]
async fn a_destination_that_is_tried_out_is_confirmed() {
    let (handler, preorder) = handler();
    let destination = json!({ "id": "ed_test_61Dest", "type": "v2.core.event_destination", "url": "/v2/x" });
    for related in [destination, json!(null), json!({})] {
        let ping = thin("v2.core.event_destination.ping", &related);
        assert_eq!(answer(&handler, signed(&ping)).await, received("ping"), "{related}");
        assert_nothing_happened(&handler, &preorder);
    }
}

#[tokio::test]
async fn a_thin_event_is_refused_with_what_its_destination_must_send() {
    let (handler, preorder) = handler();
    let log = Log::default();
    let handler = Handler { metrics: Metrics::new(Stage::Local, System, log.clone()), ..handler };
    let related = json!({ "id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1" });
    for (secret, number) in [(OLD, "1"), (NEW, "2")] {
        let body = bytes(&thin("v1.payment_intent.succeeded", &related));
        let event = delivery(&body, &sign(body.as_bytes(), secret, t(0)));
        let (status, refusal) = answer(&handler, event).await;
        assert_eq!((status, &refusal["code"]), (400, &json!("THIN_EVENT")));
        let message = refusal["message"].as_str().unwrap();
        assert!(message.contains("send snapshots") && message.contains(&format!("number {number}")), "{message}");
        assert_nothing_happened(&handler, &preorder);
        let line = log.lines().pop().unwrap();
        assert_eq!((&line["ThinEvents"], &line["Secret"]), (&json!(1), &json!(number)));
    }
}

#[tokio::test]
async fn samples_that_share_an_id_are_not_duplicates_of_each_other() {
    let (handler, preorder) = handler();
    let sample = |kind: &str| {
        let mut event = paid(&preorder);
        (event["id"], event["type"]) = (json!("evt_00000000000000"), json!(kind));
        signed(&event)
    };
    assert_eq!(answer(&handler, sample("checkout.session.completed")).await, received("applied"));
    assert_eq!(answer(&handler, sample("customer.created")).await, received("ignored"));
    assert_eq!(answer(&handler, sample("checkout.session.completed")).await, received("duplicate"));
}

#[tokio::test]
async fn what_happens_on_a_connected_account_is_ignored_and_counted() {
    let (handler, preorder) = handler();
    let log = Log::default();
    let handler = Handler { metrics: Metrics::new(Stage::Local, System, log.clone()), ..handler };
    let mut event = paid(&preorder);
    event["account"] = json!("acct_1Connected");
    assert_eq!(answer(&handler, signed(&event)).await, received("ignored"));
    assert_eq!(handler.record.store.preorders(), [preorder]);
    assert!(handler.record.store.outbox().is_empty());
    assert!(log.lines().iter().any(|line| line["ConnectedAccountEvents"] == 1));
}

#[tokio::test]
async fn what_another_shop_or_another_deployment_sells_on_the_account_is_ignored_and_counted() {
    let (handler, preorder) = handler();
    let log = Log::default();
    let handler = Handler { metrics: Metrics::new(Stage::Local, System, log.clone()), ..handler };
    let mut foreign = paid(&preorder);
    (foreign["id"], foreign["data"]["object"]["metadata"]) = (json!("evt_2"), json!({ "order_id": "1001" }));
    let mut of_another = paid(&preorder);
    of_another["id"] = json!("evt_3");
    of_another["data"]["object"]["metadata"]["deployment"] = json!("staging");
    for event in [&foreign, &of_another] {
        assert_eq!(answer(&handler, signed(event)).await, received("ignored"));
        assert_eq!(handler.record.store.preorders(), std::slice::from_ref(&preorder));
        assert!(handler.record.store.outbox().is_empty(), "their customers get no mail of ours");
        let line = log.lines().into_iter().rfind(|line| line["EventsNotOurs"] == 1).unwrap();
        assert_eq!(line["Kind"], "checkout.session.completed");
    }
    let mut ours = paid(&preorder);
    ours["data"]["object"]["metadata"]["deployment"] = json!("local");
    assert_eq!(answer(&handler, signed(&ours)).await, received("applied"));
}

#[tokio::test]
async fn a_reference_or_the_old_flows_colour_says_that_a_session_is_ours() {
    for ours in [
        json!({ "client_reference_id": "0195f4d2-7c1a-7d54-9b7e-3c1f2a4b5c6d", "metadata": {} }),
        json!({ "metadata": { "color": "Red" } }),
    ] {
        let (handler, preorder) = handler();
        let mut event = paid(&preorder);
        let session = event["data"]["object"].as_object_mut().unwrap();
        session.extend(ours.as_object().unwrap().clone());
        session["id"] = json!("cs_test_of_nobody");
        session["payment_intent"] = json!("pi_of_nobody");
        assert_eq!(answer(&handler, signed(&event)).await, received("applied"), "{ours}");
        assert_eq!(handler.record.store.preorders().len(), 2, "the payment is kept");
    }
}

#[tokio::test]
async fn a_subscription_that_is_nobodys_is_counted_for_an_alarm() {
    let (handler, _) = handler();
    let log = Log::default();
    let handler = Handler { metrics: Metrics::new(Stage::Local, System, log.clone()), ..handler };
    let event = json!({
        "id": "evt_1", "object": "event", "api_version": API_VERSION, "created": t(0).unix_timestamp(),
        "livemode": false, "type": "customer.subscription.created",
        "data": { "object": {
            "id": "sub_1", "object": "subscription", "status": "active", "customer": "cus_1",
            "cancel_at_period_end": false, "items": { "data": [{ "price": { "id": "price_1" } }] }, "metadata": {},
        } },
    });
    assert_eq!(answer(&handler, signed(&event)).await, received("ignored"));
    assert!(log.lines().iter().any(|line| line["SubscriptionsNotOurs"] == 1));
}

#[tokio::test]
async fn a_version_with_features_in_preview_is_that_version() {
    let (handler, preorder) = handler();
    let log = Log::default();
    let handler = Handler { metrics: Metrics::new(Stage::Local, System, log.clone()), ..handler };
    let mut event = paid(&preorder);
    event["api_version"] = json!(format!("{API_VERSION}; checkout_beta=v1"));
    assert_eq!(answer(&handler, signed(&event)).await, received("applied"));
    assert!(log.lines().iter().all(|line| line["ApiVersionDrift"].is_null()), "{:?}", log.lines());
    (event["id"], event["api_version"]) = (json!("evt_2"), json!("2020-08-27;orders_beta=v4"));
    send(&handler, signed(&event)).await;
    assert!(log.lines().iter().any(|line| line["ApiVersion"] == "2020-08-27"));
}

#[tokio::test]
async fn a_name_that_was_cut_inside_an_emoji_costs_no_payment() {
    let (handler, preorder) = handler();
    let body = bytes(&paid(&preorder)).replace("花子", r"花子\ud83d");
    let event = delivery(&body, &sign(body.as_bytes(), NEW, t(0)));
    assert_eq!(answer(&handler, event).await, received("applied"));
    assert_eq!(handler.record.store.preorders()[0].status, Status::Completed);
}

#[tokio::test]
async fn a_second_delivery_is_fine_and_changes_nothing() {
    let (handler, preorder) = handler();
    send(&handler, signed(&paid(&preorder))).await;
    let after_the_first = handler.record.store.preorders();
    assert_eq!(answer(&handler, signed(&paid(&preorder))).await, received("duplicate"));
    assert_eq!(handler.record.store.preorders(), after_the_first);
    assert_eq!(handler.record.queue.messages().len(), 1);
}

#[tokio::test]
async fn what_does_not_matter_is_recorded_as_ignored() {
    let (handler, preorder) = handler();
    let mut event = paid(&preorder);
    event["type"] = json!("radar.early_fraud_warning.created");
    assert_eq!(answer(&handler, signed(&event)).await, received("ignored"));
    assert!(matches!(outcome(&handler), Some(Outcome::Ignored { .. })));
}

#[tokio::test]
async fn what_matters_but_cannot_be_understood_waits_for_a_person() {
    let (handler, preorder) = handler();
    let mut event = paid(&preorder);
    event["data"]["object"]["payment_status"] = json!("perhaps");
    // A repeat would fail in the same way, so Stripe isn't asked for one.
    assert_eq!(answer(&handler, signed(&event)).await, received("parked"));
    let reason = "a session with an unknown payment_status".to_owned();
    assert_eq!(outcome(&handler), Some(Outcome::Parked { reason }));
    assert_eq!(handler.record.store.preorders(), [preorder]);
}

#[tokio::test]
async fn without_the_database_stripe_is_asked_to_repeat() {
    let (handler, preorder) = handler();
    handler.record.store.be_unavailable_once();
    let response = send(&handler, signed(&paid(&preorder))).await;
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    assert_nothing_happened(&handler, &preorder);
    assert_eq!(answer(&handler, signed(&paid(&preorder))).await, received("applied"));
}

#[tokio::test]
async fn without_the_queue_the_payment_counts() {
    let (handler, preorder) = handler();
    handler.record.queue.fail_next();
    assert_eq!(answer(&handler, signed(&paid(&preorder))).await, received("applied"));
    assert_eq!(handler.record.store.outbox().len(), 1);
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused() {
    let (handler, _) = handler();
    let body = "x".repeat(LIMIT + 1);
    let expected = json!({ "code": "INVALID_REQUEST", "message": "The body must have at most 1048576 bytes." });
    assert_eq!(answer(&handler, delivery(&body, &sign(body.as_bytes(), NEW, t(0)))).await, (413, expected));
}

#[tokio::test]
async fn there_is_no_other_endpoint() {
    for (method, path) in [("GET", "/webhooks/stripe"), ("POST", "/webhooks"), ("POST", "/webhooks/paypal")] {
        let (handler, _) = handler();
        let (status, body) = answer(&handler, HttpEvent::new(method, path)).await;
        assert_eq!((status, &body["code"]), (404, &json!("NOT_FOUND")), "{method} {path}");
    }
}
