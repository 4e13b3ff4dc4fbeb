//! The events that Klaviyo gets.

use std::time::Duration;

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
    let form = json!({ "email": email, "color": "Red", "locale": "en", "marketingConsent": true, "consentTextVersion": "2026-11" });
    let preorder = cloud.api.post("/preorders", &form).await.unwrap().expect_status(201).unwrap().body;
    let events = cloud.klaviyo.wait(&email, 2).await.unwrap();
    let events: Vec<_> = events.into_iter().filter(|event| event.metric == "preorder_started").collect();
    let properties = json!({
        "color": "Red", "preorder_id": preorder["preorderId"], "locale": "en", "source": "web_form",
        "marketing_consent": true, "has_paid_preorder": false,
    });
    assert_eq!(Value::Object(events[0].properties.clone()), properties);
}

/// Waits until the stand-in has this state of marketing for an address.
async fn marketing(cloud: &Cloud, email: &str, expected: &str) {
    let said = async {
        while cloud.klaviyo.marketing(email).await.unwrap().as_deref() != Some(expected) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), said).await.unwrap();
}

#[tokio::test]
async fn a_reader_is_subscribed_and_unsubscribed_and_the_newest_counts() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("marketing");
    let reader = cloud.firebase.sign_in_with_google(&email, "Mei Wong").await.unwrap();
    let say = async |answer: Value| {
        let answer = cloud.api.post_as(&reader.id_token, "/users/me", &answer).await.unwrap();
        answer.expect_status(200).unwrap().body
    };
    let without_text =
        cloud.api.post_as(&reader.id_token, "/users/me", &json!({ "marketingConsent": true })).await.unwrap();
    let refused = without_text.expect_status(400).unwrap().body;
    assert!(!refused["fields"]["consentTextVersion"].is_null(), "{refused}");

    let given = say(json!({ "marketingConsent": true, "consentTextVersion": "en/2026-11" })).await;
    assert_eq!((&given["marketingConsent"], &given["consent"]["source"]), (&json!(true), &json!("account")));
    marketing(&cloud, &email, "SUBSCRIBED").await;
    let withdrawn = say(json!({ "marketingConsent": false })).await;
    assert_eq!((&withdrawn["marketingConsent"], &withdrawn["consent"]["given"]), (&json!(false), &json!(false)));
    marketing(&cloud, &email, "UNSUBSCRIBED").await;

    // Somebody who isn't signed in can't undo the withdrawal, and the announcement says that nobody agreed.
    let form = json!({ "email": email, "color": "Red", "marketingConsent": true, "consentTextVersion": "en/2026-11" });
    cloud.api.post("/preorders", &form).await.unwrap().expect_status(201).unwrap();
    cloud.klaviyo.settled(&cloud.database).await.unwrap();
    let events = cloud.klaviyo.wait(&email, 1).await.unwrap();
    assert_eq!((events.len(), &events[0].properties["marketing_consent"]), (1, &json!(false)));
    marketing(&cloud, &email, "UNSUBSCRIBED").await;
}

#[tokio::test]
async fn consent_for_an_address_that_nobody_proved_is_an_event() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("unproven");
    let form = json!({ "email": email, "color": "Red", "marketingConsent": true, "consentTextVersion": "en/2026-11" });
    cloud.api.post("/preorders", &form).await.unwrap().expect_status(201).unwrap();
    let metrics: Vec<_> = cloud.klaviyo_events(&email, 2).await.into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(metrics, ["marketing_consent_given", "preorder_started"]);
    assert_eq!(cloud.klaviyo.marketing(&email).await.unwrap().as_deref(), Some("NEVER_SUBSCRIBED"));
}

#[tokio::test]
async fn a_telephone_number_of_somebody_else_costs_the_number_and_not_the_event() {
    let Some(cloud) = Cloud::enter().await else { return };
    let phone =
        format!("+8525{:07}", cloud.mark().bytes().fold(7_u64, |sum, byte| sum * 31 % 9_999_991 + u64::from(byte)));
    let [first, second] = ["first", "second"].map(|name| cloud.email(name));
    for (email, phone) in [(&first, Some(&phone)), (&second, None), (&second, Some(&phone))] {
        let form = json!({
            "email": email, "color": "Red", "phone": phone, "marketingConsent": true, "consentTextVersion": "en/2026-11",
        });
        cloud.api.post("/preorders", &form).await.unwrap().expect_status(201).unwrap();
        cloud.klaviyo.settled(&cloud.database).await.unwrap();
    }
    let of_second = cloud.klaviyo_events(&second, 3).await;
    assert_eq!(of_second.iter().filter(|(metric, _)| metric == "preorder_started").count(), 2, "{of_second:?}");
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

    // The rows of the outbox and Klaviyo's events are the same announcements under the same ids.
    let text = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
    let rows = cloud.outbox_of(&preorder).await;
    let mut rows: Vec<_> = rows.iter().map(|row| (text(row, "metric"), text(row, "id"))).collect();
    rows.sort();
    assert_eq!(cloud.klaviyo_events(&email, 2).await, rows);
    let tries = cloud.klaviyo.attempts().await.unwrap();
    // Other buyers have this telephone number at Stripe, and Klaviyo refuses a second profile with it.
    let taken = tries.iter().filter(|try_| try_["status"] == 202);
    let of_mine = taken.filter(|try_| try_["body"].to_string().contains(&email)).count();
    assert_eq!(of_mine, 2);
}

#[tokio::test]
async fn a_bank_debit_that_fails_after_days_is_told() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("debit");
    let preorder = cloud.a_preorder(&email).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.pay(&session, &json!({ "method": "bank_debit" })).await.unwrap();
    cloud.stripe.settle(&session, false).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    let metrics: Vec<_> = cloud.klaviyo_events(&email, 2).await.into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(metrics, ["preorder_payment_failed", "preorder_started"]);
    assert_eq!(cloud.preorder(&preorder).await["status"], "failed");
}

#[tokio::test]
async fn who_has_bought_another_colour_meanwhile_has_abandoned_nothing() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("other");
    let left = cloud.a_preorder(&email).await;
    let session = cloud.api.checkout(&left).await.unwrap();
    cloud.a_paid_preorder(&email).await;
    cloud.stripe.expire(&session, &cloud.endpoints).await.unwrap();
    cloud.quiet().await;
    cloud.klaviyo.settled(&cloud.database).await.unwrap();
    let metrics: Vec<_> = cloud.klaviyo_events(&email, 3).await.into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(metrics, ["preorder_started", "preorder_started", "preorder_success"]);
    let row = cloud.outbox_of(&left).await.into_iter().find(|row| row["metric"] == "preorder_abandoned").unwrap();
    assert!(row["sent_at"].is_null() && !row["superseded_at"].is_null(), "{row}");
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
