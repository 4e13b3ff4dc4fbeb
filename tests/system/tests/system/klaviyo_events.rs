//! What Klaviyo hears of.

use pledge_tests::Cloud;
use serde_json::{Value, json};

#[tokio::test]
async fn preorder_started_is_sent() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("started");
    let preorder = cloud.a_preorder(&email).await;
    let events = cloud.klaviyo.wait(&email, 1).await.unwrap();
    assert_eq!(events[0].metric, "preorder_started");
    let properties = json!({ "preorder_id": preorder, "marketing_consent": false, "has_paid_preorder": false });
    assert_eq!(Value::Object(events[0].properties.clone()), properties, "without consent, the id and no more");
}

#[tokio::test]
async fn who_consents_is_told_of_with_what_they_chose() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("consents");
    let form = json!({ "email": email, "color": "Red", "locale": "en", "marketingConsent": true });
    let preorder = cloud.api.post("/preorders", &form).await.unwrap().expect_status(201).unwrap().body;
    let events = cloud.klaviyo.wait(&email, 1).await.unwrap();
    let properties = json!({
        "color": "Red", "preorder_id": preorder["preorderId"], "locale": "en", "source": "web_form",
        "marketing_consent": true, "has_paid_preorder": false,
    });
    assert_eq!(Value::Object(events[0].properties.clone()), properties);
}

#[tokio::test]
async fn preorder_success_is_sent_and_noted_on_the_preorder() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("success");
    let preorder = cloud.a_paid_preorder(&email).await;
    let events = cloud.klaviyo.wait(&email, 2).await.unwrap();
    let success = events.iter().find(|event| event.metric == "preorder_success").unwrap();
    assert_eq!(success.properties["preorder_id"], preorder);

    cloud.klaviyo.settled(&cloud.database).await.unwrap();
    assert!(!cloud.preorder(&preorder).await["klaviyo_event_sent_at"].is_null());
}

#[tokio::test]
async fn every_event_counts_once_however_often_stripe_reports_it() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("once");
    let preorder = cloud.a_paid_preorder(&email).await;
    let session = cloud.preorder(&preorder).await["session_id"].clone();
    let events = cloud.stripe.events().await.unwrap();
    for event in events.iter().filter(|event| event["data"]["object"]["id"] == session) {
        cloud.stripe.deliver_again(event["id"].as_str().unwrap()).await.unwrap();
    }
    cloud.quiet().await;

    // The rows of the outbox and Klaviyo's events are the same facts under the same ids.
    let text = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
    let rows = cloud.outbox_of(&preorder).await;
    let mut rows: Vec<_> = rows.iter().map(|row| (text(row, "metric"), text(row, "id"))).collect();
    rows.sort();
    assert_eq!(cloud.klaviyo_events(&email, 2).await, rows);
    let tries = cloud.klaviyo.attempts().await.unwrap();
    let of_mine = tries.iter().filter(|try_| try_["body"].to_string().contains(&email)).count();
    assert_eq!(of_mine, 2);
}

#[tokio::test]
async fn an_abandoned_checkout_is_told() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("abandoned");
    let preorder = cloud.a_preorder(&email).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.expire(&session, &cloud.endpoints).await.unwrap();
    let metrics: Vec<_> = cloud.klaviyo_events(&email, 2).await.into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(metrics, ["preorder_abandoned", "preorder_started"]);
}
