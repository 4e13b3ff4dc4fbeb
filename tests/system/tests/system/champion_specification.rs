//! Section 6 of the specification of champion subscriptions, point by point.

use pledge_driver::{SignedIn, intent_of};
use pledge_tests::Cloud;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "/payment/stripe/champion-subscription";

/// Signs a reader in who subscribes to novel 2 and pays the first month.
async fn subscribed(cloud: &Cloud, who: &str) -> (SignedIn, String, String) {
    let reader = cloud.firebase.sign_in_with_google(&cloud.email(who), "Jo Reader").await.unwrap();
    let answer = subscribe(cloud, &reader).await;
    let secret = answer["clientSecret"].as_str().unwrap().to_owned();
    cloud.stripe.confirm(&secret, "pm_card_visa", &cloud.endpoints).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    (reader, answer["subscriptionId"].as_str().unwrap().to_owned(), intent_of(&secret).to_owned())
}

async fn subscribe(cloud: &Cloud, reader: &SignedIn) -> Value {
    let wish = json!({ "novelId": 2, "tierLevel": 3, "autoRenew": true });
    cloud.api.post_as(&reader.id_token, SUBSCRIPTION, &wish).await.unwrap().body
}

/// Returns text columns of a reader's rows, oldest first.
async fn rows(cloud: &Cloud, reader: &SignedIn, table: &str, columns: &str) -> Vec<Vec<Option<String>>> {
    let sql = format!("select {columns} from {table} where user_id = $1 order by id");
    let rows = cloud.database.query(&sql, &[&reader.uid]).await.unwrap();
    rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect()
}

async fn customer(cloud: &Cloud, subscription: &str) -> String {
    cloud.stripe.object(subscription).await.unwrap()["customer"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn specification_6_1_a_new_subscription_has_every_stripe_id() {
    let Some(cloud) = Cloud::enter().await else { return };
    let (reader, subscription, intent) = subscribed(&cloud, "spec61").await;
    let ids = |all: &[&str]| all.iter().map(|id| Some((*id).to_owned())).collect::<Vec<_>>();
    let customer = customer(&cloud, &subscription).await;

    let columns = "stripe_subscription_id, stripe_customer_id";
    let found = rows(&cloud, &reader, "user_champion_subscription", columns).await;
    assert_eq!(found, [ids(&[&subscription, &customer])]);
    let columns = "stripe_subscription_id, stripe_payment_intent_id, stripe_customer_id";
    for table in ["user_champion_subscription_record", "payment_record"] {
        assert_eq!(rows(&cloud, &reader, table, columns).await, [ids(&[&subscription, &intent, &customer])], "{table}");
    }
}

#[tokio::test]
async fn specification_6_2_a_renewal_extends_the_same_subscription() {
    let Some(cloud) = Cloud::enter().await else { return };
    let (reader, subscription, _) = subscribed(&cloud, "spec62").await;
    let end = "extract(epoch from end_date)::bigint::text";
    let before = rows(&cloud, &reader, "user_champion_subscription", end).await;
    cloud.stripe.advance(32 * 24 * 60 * 60).await.unwrap();
    cloud.stripe.idle().await.unwrap();

    let after = rows(&cloud, &reader, "user_champion_subscription", end).await;
    assert!(after > before, "{before:?} → {after:?}");
    let ledger =
        rows(&cloud, &reader, "user_champion_subscription_record", "subscription_type, stripe_subscription_id");
    let grant = |kind: &str| vec![Some(kind.to_owned()), Some(subscription.clone())];
    assert_eq!(ledger.await, [grant("new"), grant("renew")]);
    let customer = customer(&cloud, &subscription).await;
    let subscriptions = cloud.stripe.list("subscription").await.unwrap();
    assert_eq!(subscriptions.iter().filter(|one| one["customer"] == customer.as_str()).count(), 1);
}

#[tokio::test]
async fn specification_6_3_a_second_subscription_is_refused() {
    let Some(cloud) = Cloud::enter().await else { return };
    let (reader, subscription, _) = subscribed(&cloud, "spec63").await;
    let wish = json!({ "novelId": 2, "tierLevel": 3, "autoRenew": true });
    let answer = cloud.api.post_as(&reader.id_token, SUBSCRIPTION, &wish).await.unwrap();
    assert_eq!(answer.status, 400);
    let body = json!({
        "code": "ALREADY_SUBSCRIBED",
        "message": "You already have an active Stripe subscription for this novel.",
    });
    assert_eq!(answer.body, body);
    let customer = customer(&cloud, &subscription).await;
    let subscriptions = cloud.stripe.list("subscription").await.unwrap();
    assert_eq!(subscriptions.iter().filter(|one| one["customer"] == customer.as_str()).count(), 1);
}
