//! The database is restored from yesterday's backup, and the events that it missed are fetched.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

use std::time::Duration;

use pledge_proof::{
    TestEnvironment,
    environment::{Arrival, StartMode},
    functions::READER,
    journeys::{checkout, subscribed},
};
use pledge_stand_ins::stripe::Payment;
use pledge_testkit::{TestDatabase, http::HttpEvent};
use serde_json::{Value, json};

const DAY: u64 = 24 * 60 * 60;

/// The reader who orders after the backup was made.
const FRIEND: &str = "friend@example.com";

/// Columns of a preorder that Stripe doesn't know: the form, whether its consent was meant, and Firebase's state of its
/// address.
const FORM: &[&str] = &["customer_notes", "marketing_consent", "form_contact", "user_id"];

/// Columns that may differ: times of writing and sending, keys that only we know, and a page that isn't open any more.
const WRITTEN: &[&str] = &[
    "id",
    "created_at",
    "updated_at",
    "rolled_at",
    "version_event",
    "ends_announced_until",
    "checkout_url",
    "klaviyo_event_sent_at",
];

/// The tables that say who paid for what and who may read what.
const TABLES: [&str; 9] = [
    "preorder_payment",
    "stripe_payment",
    "stripe_refund",
    "stripe_dispute",
    "stripe_subscription",
    "payment_record",
    "user_champion_subscription",
    "user_champion_subscription_record",
    "champion_segment",
];

/// Announcements that only a form causes.
const OF_FORMS: &str = "('preorder_started', 'marketing_consent_given')";

async fn rows(environment: &TestEnvironment, sql: &str, without: &[&str]) -> Vec<Value> {
    let sql = format!("select to_jsonb(it) - $1::text[] as row from ({sql}) as it order by 1");
    let rows = environment.tables.query(&sql, &[&without]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Returns everything that must be the same, table by table.
async fn state(environment: &TestEnvironment) -> Vec<(&'static str, Vec<Value>)> {
    let mut state = Vec::new();
    for table in TABLES {
        state.push((table, rows(environment, &format!("select * from {table}"), WRITTEN).await));
    }
    let but_the_id = &WRITTEN[1..];
    state.push(("preorders", rows(environment, "select * from preorders", &[but_the_id, FORM].concat()).await));
    let announced = format!("select id, key, metric from outbox where metric not in {OF_FORMS}");
    state.push(("outbox", rows(environment, &announced, &[]).await));
    state
}

/// Sends a reader's form with notes and consent, and pays. Returns the payment.
async fn order(environment: &mut TestEnvironment, email: &str) -> String {
    let form = json!({
        "email": email, "color": "Red", "firstName": "Seraphina", "customerNotes": "Please wrap it",
        "marketingConsent": true, "consentTextVersion": "2026-11",
    });
    let form = HttpEvent::post("/preorders").json(&form).header("idempotency-key", &format!("form of {email}"));
    let preorder = environment.ask(&form, 201).await["preorderId"].as_str().unwrap().to_owned();
    let session = checkout(environment, &preorder).await;
    environment.stripe.pay_session(&session, Payment::default());
    environment.settle().await;
    environment.stripe.object(&session)["payment_intent"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn after_a_backup_is_restored_and_what_it_missed_is_fetched_only_what_forms_knew_is_gone() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    environment.set_arrival(Arrival::NEVER);
    subscribed(&mut environment).await;
    environment.advance(Duration::from_secs(29 * DAY));
    let yesterdays = order(&mut environment, READER).await;
    environment.end().await;
    environment.save_tables().await;
    // The backup also has the watermark of the catch-up.
    let watermark = "create table saved.stripe_catch_up as table public.stripe_catch_up";
    environment.tables.batch_execute(watermark).await.unwrap();

    // After the backup come a renewal, another preorder, and the refund of yesterday's.
    environment.advance(Duration::from_secs(2 * DAY));
    environment.settle().await;
    order(&mut environment, FRIEND).await;
    environment.stripe.refund(&yesterdays, None).unwrap();
    environment.end().await;
    let before = state(&environment).await;
    let rows = |name: &str| before.iter().find(|(table, _)| *table == name).unwrap().1.len();
    assert_eq!(rows("user_champion_subscription_record"), 2, "the first month and its renewal");
    assert_eq!((rows("preorders"), rows("stripe_refund")), (2, 1));

    environment.restore_tables().await;
    assert_ne!(state(&environment).await, before);
    environment.end().await;
    for ((table, before), (_, after)) in before.iter().zip(state(&environment).await) {
        assert_eq!(*before, after, "{table}");
    }
    let of_friend = format!("select count(*) from preorders where email = '{FRIEND}' and");
    let lost = format!("{of_friend} customer_notes is null and not marketing_consent");
    assert_eq!(environment.count(&lost).await, 1, "nobody but the form knew");
    let unconfirmed = format!("{of_friend} consent_text_version = '2026-11'");
    assert_eq!(environment.count(&unconfirmed).await, 1, "what Stripe knows of consent is kept, and counts as no");
    let told = format!("select count(*) from consent where lower(email) = '{FRIEND}'");
    assert_eq!(environment.count(&told).await, 0, "it is told to nobody");
}
