//! The end of a month, as at Stripe: the renewal's invoice is a draft for about an hour.

use pledge_driver::SignedIn;
use pledge_tests::Cloud;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

const SUBSCRIPTION: &str = "/payment/stripe/champion-subscription";

/// Two times after a period's end, in seconds: while its renewal's invoice is a draft, and when it is paid.
const DRAFT: u64 = 10 * 60;
const PAID: u64 = 65 * 60;

/// Signs a reader in who has paid for the first month of novel 2 and whose renewal is a draft now.
async fn in_the_draft_hour(cloud: &Cloud, email: &str) -> (SignedIn, String) {
    let reader = cloud.firebase.sign_in_with_google(email, "Jo Reader").await.unwrap();
    let wish = json!({ "novelId": 2, "tierLevel": 3, "autoRenew": true });
    let answer = cloud.api.post_as(&reader.id_token, SUBSCRIPTION, &wish).await.unwrap().body;
    cloud.stripe.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa", &cloud.endpoints).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    let subscription = answer["subscriptionId"].as_str().unwrap().to_owned();
    let stripes = cloud.stripe.object(&subscription).await.unwrap();
    let month = second(&stripes["items"]["data"][0]["current_period_end"]) - second(&stripes["created"]);
    cloud.stripe.advance(month + DRAFT).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    assert_eq!(latest_invoice(cloud, &subscription).await["status"], "draft");
    (reader, subscription)
}

fn second(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

async fn latest_invoice(cloud: &Cloud, subscription: &str) -> Value {
    let subscription = cloud.stripe.object(subscription).await.unwrap();
    cloud.stripe.object(subscription["latest_invoice"].as_str().unwrap()).await.unwrap()
}

/// Returns start and end of the reader's time as they are shown, in seconds since the epoch.
async fn period(cloud: &Cloud, reader: &SignedIn) -> (i64, i64) {
    let shown = cloud.api.get_as(&reader.id_token, &format!("{SUBSCRIPTION}?novelId=2")).await.unwrap().body;
    let second =
        |field: &str| OffsetDateTime::parse(shown[field].as_str().unwrap(), &Rfc3339).unwrap().unix_timestamp();
    (second("startDate"), second("endDate"))
}

/// Returns until when the reader may read, the grace included, in seconds since the epoch.
async fn readable_until(cloud: &Cloud, reader: &SignedIn) -> i64 {
    let sql = "select extract(epoch from case when grace_from = end_date then grace_until else end_date end)::bigint
        from user_champion_subscription where user_id = $1";
    cloud.database.query(sql, &[&reader.uid]).await.unwrap()[0].get(0)
}

#[tokio::test]
async fn a_renewal_that_is_paid_after_its_draft_hour_interrupts_nothing() {
    let Some(cloud) = Cloud::enter().await else { return };
    let (reader, subscription) = in_the_draft_hour(&cloud, &cloud.email("draft-hour")).await;
    let (start, end) = period(&cloud, &reader).await;
    let paid_at = end + i64::try_from(PAID).unwrap();
    assert!(readable_until(&cloud, &reader).await > paid_at, "access goes on until the renewal is paid");
    cloud.stripe.advance(PAID - DRAFT).await.unwrap();
    cloud.stripe.idle().await.unwrap();

    assert_eq!(latest_invoice(&cloud, &subscription).await["status"], "paid");
    let stripes = cloud.stripe.object(&subscription).await.unwrap();
    let stripes_end = i64::try_from(second(&stripes["items"]["data"][0]["current_period_end"])).unwrap();
    assert_eq!(period(&cloud, &reader).await, (start, stripes_end), "the same run, and the end is Stripe's");
    let sql = "select extract(epoch from start_at)::bigint from champion_segment where user_id = $1 order by start_at";
    let segments = cloud.database.query(sql, &[&reader.uid]).await.unwrap();
    let begins: Vec<i64> = segments.iter().map(|row| row.get(0)).collect();
    assert_eq!(begins, [start, end], "the second month begins where the first one ends");
}

#[tokio::test]
async fn who_cancels_within_the_draft_hour_is_not_charged() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("cancelled-draft");
    let (reader, subscription) = in_the_draft_hour(&cloud, &email).await;
    let before = period(&cloud, &reader).await;
    let novel = json!({ "novelId": 2 });
    let answer = cloud.api.post_as(&reader.id_token, &format!("{SUBSCRIPTION}/cancel"), &novel).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    cloud.stripe.idle().await.unwrap();

    assert_eq!(cloud.stripe.object(&subscription).await.unwrap()["status"], "canceled");
    assert_eq!(latest_invoice(&cloud, &subscription).await["status"], "void");
    cloud.stripe.advance(40 * 24 * 60 * 60).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    let invoices = cloud.stripe.list("invoice").await.unwrap();
    let theirs = invoices.iter().filter(|it| it["parent"]["subscription_details"]["subscription"] == *subscription);
    let paid: Vec<_> = theirs.filter(|invoice| invoice["status"] == "paid").collect();
    assert_eq!(paid.len(), 1, "the first month alone");
    assert_eq!(period(&cloud, &reader).await, before);
    assert_eq!(readable_until(&cloud, &reader).await, before.1, "what isn't renewed has no grace");
    cloud.sweep().await;
    let metrics: Vec<_> = cloud.klaviyo_events(&email, 2).await.into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(metrics, ["champion_cancelled", "champion_started"]);
}
