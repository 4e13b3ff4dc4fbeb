//! Deliveries by Stripe, and requests by strangers in their place.

use futures_util::future::join_all;
use pledge_tests::Cloud;
use serde_json::{Value, json};
use time::Duration;

/// Returns an event that would complete this preorder if it were Stripe's.
fn paid(cloud: &Cloud, preorder: &str) -> (String, String) {
    let id = format!("evt_{}", cloud.mark());
    let event = json!({
        "id": id, "object": "event", "api_version": "2026-09-30.endive", "created": cloud.now().unix_timestamp(),
        "livemode": false, "type": "checkout.session.completed",
        "data": { "object": {
            "id": format!("cs_test_{}", cloud.mark()), "object": "checkout.session", "mode": "payment",
            "payment_status": "paid", "payment_intent": format!("pi_{}", cloud.mark()), "amount_total": 29900,
            "currency": "usd", "metadata": { "preorderId": preorder, "checkoutAttempt": "1" },
        } },
    });
    (id, serde_json::to_string_pretty(&event).unwrap())
}

#[tokio::test]
async fn without_a_valid_signature_nothing_is_stored() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("forged")).await;
    let (id, body) = paid(&cloud, &preorder);
    let (secret, now) = (cloud.endpoints.stripe_webhook_secret.clone(), cloud.now());
    let too_old = cloud.webhook(&body, &secret, now - Duration::seconds(320)).await;
    let wrong_secret = cloud.webhook(&body, "whsec_wrong", now).await;
    let missing = cloud.webhook_signed(&body, "").await;
    for answer in [too_old, wrong_secret, missing] {
        assert_eq!((answer.status, answer.text("code")), (400, "INVALID_SIGNATURE"));
    }
    assert_eq!(cloud.stripe_event(&id).await, None);
    assert_eq!(cloud.preorder(&preorder).await["status"], "initiated");

    // With a valid signature, the same body is accepted.
    assert_eq!(cloud.webhook(&body, &secret, now).await.status, 200);
    assert_eq!(cloud.stripe_event(&id).await.unwrap()["outcome"], "applied");
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");
}

#[tokio::test]
async fn a_live_event_does_not_count_outside_production() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("live")).await;
    let (id, body) = paid(&cloud, &preorder);
    let body = body.replace("\"livemode\": false", "\"livemode\": true");
    let answer = cloud.webhook(&body, &cloud.endpoints.stripe_webhook_secret, cloud.now()).await;
    assert_eq!((answer.status, answer.text("code")), (400, "LIVEMODE_MISMATCH"));
    assert_eq!(cloud.stripe_event(&id).await, None);
}

#[tokio::test]
async fn a_payment_that_is_delivered_many_times_counts_once() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("often")).await;
    let (_, body) = paid(&cloud, &preorder);
    let (secret, now) = (&cloud.endpoints.stripe_webhook_secret, cloud.now());
    let answers = join_all((0..8).map(|_| cloud.webhook(&body, secret, now))).await;
    let mut outcomes: Vec<_> = answers.iter().map(|answer| answer.text("outcome").to_owned()).collect();
    outcomes.sort();
    assert_eq!(outcomes[0], "applied");
    assert!(outcomes[1..].iter().all(|outcome| outcome == "duplicate"), "{outcomes:?}");
    let keys: Vec<_> = cloud.outbox_of(&preorder).await.iter().map(|row| row["metric"].clone()).collect();
    assert_eq!(keys, ["preorder_started", "preorder_success"]);
}

#[tokio::test]
async fn everything_delivered_twice_and_in_the_wrong_order_comes_to_the_same() {
    let Some(cloud) = Cloud::enter().await else { return };
    cloud.stripe.idle().await.unwrap();
    let email = cloud.email("disorder");
    let preorder = cloud.a_preorder(&email).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.hold(true).await.unwrap();
    cloud.stripe.copies(2).await.unwrap();
    cloud.stripe.pay(&session, &json!({})).await.unwrap();
    let payment = cloud.stripe.object(&session).await.unwrap()["payment_intent"].as_str().unwrap().to_owned();
    cloud.stripe.refund(&payment, Some(900)).await.unwrap();
    cloud.stripe.release(pledge_driver::Order::Reversed).await.unwrap();
    cloud.stripe.hold(false).await.unwrap();
    cloud.stripe.copies(1).await.unwrap();
    cloud.stripe.idle().await.unwrap();

    let row = cloud.preorder(&preorder).await;
    assert_eq!((&row["status"], &row["refunded_amount"]), (&json!("completed"), &json!(900)));
    let metrics: Vec<_> = cloud.klaviyo_events(&email, 3).await.into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(metrics, ["preorder_partly_refunded", "preorder_started", "preorder_success"]);
}

/// Opens a session with `metadata` that this stage didn't make, pays it, and waits until its events are processed.
async fn pay_elsewhere(cloud: &Cloud, email: &str, metadata: &[(&str, &str)]) {
    let prices: Value = serde_json::from_str(&cloud.endpoints.preorder_prices).unwrap();
    let mut params = vec![
        ("mode", "payment"),
        ("line_items[0][price]", prices["Red"].as_str().unwrap()),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://example.com/thanks"),
        ("customer_email", email),
    ];
    params.extend(metadata);
    let session = cloud.stripe.open_session(&params, &cloud.endpoints).await.unwrap();
    cloud.pay(session["id"].as_str().unwrap()).await;
}

#[tokio::test]
async fn a_payment_for_an_unknown_preorder_becomes_one() {
    let Some(cloud) = Cloud::enter().await else { return };
    let unknown = format!("0a1b2c3d-0000-4000-8000-{}", &cloud.mark()[..12]);
    for metadata in
        [vec![("metadata[preorderId]", unknown.as_str()), ("metadata[color]", "Red")], vec![("metadata[color]", "Red")]]
    {
        let email = cloud.email(&format!("rescued-{}", metadata.len()));
        pay_elsewhere(&cloud, &email, &metadata).await;
        let rows = cloud.preorders_of(&email).await;
        assert_eq!(rows.len(), 1, "{metadata:?}");
        let (status, amount) = (&rows[0]["status"], &rows[0]["amount"]);
        assert_eq!((status, amount), (&json!("completed"), &json!(29_900)));
        assert_eq!(rows[0]["color"], "Red");
        if metadata.len() == 2 {
            assert_eq!(rows[0]["id"], json!(unknown));
        }
        assert_eq!(cloud.klaviyo_events(&email, 1).await[0].0, "preorder_success");
    }
}

#[tokio::test]
async fn what_another_shop_sells_on_the_account_is_not_ours() {
    let Some(cloud) = Cloud::enter().await else { return };
    for metadata in [vec![], vec![("metadata[deployment]", "staging"), ("metadata[color]", "Red")]] {
        let email = cloud.email(&format!("elsewhere-{}", metadata.len()));
        pay_elsewhere(&cloud, &email, &metadata).await;
        cloud.stripe.idle().await.unwrap();
        assert!(cloud.preorders_of(&email).await.is_empty(), "{metadata:?}");
    }
}

#[tokio::test]
async fn a_type_that_does_not_matter_is_recorded_as_ignored() {
    let Some(cloud) = Cloud::enter().await else { return };
    let (id, body) = paid(&cloud, "0a1b2c3d-0000-4000-8000-000000000000");
    let body = body.replace("checkout.session.completed", "payout.paid");
    let answer = cloud.webhook(&body, &cloud.endpoints.stripe_webhook_secret, cloud.now()).await;
    assert_eq!((answer.status, answer.text("outcome")), (200, "ignored"));
    assert_eq!(cloud.stripe_event(&id).await.unwrap()["outcome"], "ignored");
}

#[tokio::test]
async fn a_secret_that_replaces_another_is_taken_beside_it() {
    let Some(cloud) = Cloud::enter().await else { return };
    let secret = cloud.endpoints.stripe_webhook_secret.clone();
    let preorder = cloud.a_preorder(&cloud.email("rotation")).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.sign_with(&["whsec_another", &secret]).await.unwrap();
    cloud.pay(&session).await;
    cloud.stripe.sign_with(&[&secret]).await.unwrap();
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");
}
