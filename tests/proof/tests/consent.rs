//! Who is subscribed to marketing, by the consent that counts.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use std::time::Duration;

use pledge_proof::{
    TestEnvironment,
    environment::StartMode,
    functions::READER,
    journeys::{as_reader, checkout, form_with_consent, says_of_marketing},
};
use pledge_stand_ins::{klaviyo::EmailMarketing, stripe::Payment};
use pledge_testkit::TestDatabase;
use serde_json::json;

fn marketing(environment: &TestEnvironment) -> EmailMarketing {
    environment.klaviyo.profiles(Some(READER)).first().map(|profile| profile.email_marketing).unwrap_or_default()
}

#[tokio::test]
async fn a_form_that_nobody_proved_subscribes_nobody_to_a_list_that_asks_nobody() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    environment.ask(&form_with_consent(READER), 201).await;
    environment.end().await;
    assert_eq!(marketing(&environment), EmailMarketing::NeverSubscribed);
    let mut metrics: Vec<_> = environment.klaviyo.events().into_iter().map(|event| event.metric).collect();
    metrics.sort_unstable();
    assert_eq!(metrics, ["marketing_consent_given", "preorder_started"]);

    // The same consent counts when it comes from the signed-in owner of the address.
    let again = form_with_consent(READER).header("idempotency-key", "signed in");
    environment.ask(&as_reader(again), 201).await;
    environment.end().await;
    assert_eq!(marketing(&environment), EmailMarketing::Subscribed);
}

#[tokio::test]
async fn who_unsubscribed_at_klaviyo_and_agrees_in_a_new_form_is_subscribed_again() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    environment.ask(&as_reader(form_with_consent(READER)), 201).await;
    environment.end().await;
    assert_eq!(marketing(&environment), EmailMarketing::Subscribed);
    environment.klaviyo.unsubscribe(READER);
    assert_eq!(marketing(&environment), EmailMarketing::Unsubscribed);

    environment.clock.advance(Duration::from_secs(60));
    let repeated = json!({ "marketingConsent": true, "consentTextVersion": "2026-11" });
    environment.ask(&says_of_marketing(&repeated), 200).await;
    environment.end().await;
    assert_eq!(marketing(&environment), EmailMarketing::Unsubscribed, "an account may only repeat what is stored");

    environment.clock.advance(Duration::from_secs(60));
    let again = form_with_consent(READER).header("idempotency-key", "another form");
    environment.ask(&as_reader(again), 201).await;
    environment.end().await;
    assert_eq!(marketing(&environment), EmailMarketing::Subscribed);
}

#[tokio::test]
async fn consent_that_only_stripe_remembers_is_unconfirmed_and_told_to_nobody() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let answer = environment.ask(&as_reader(form_with_consent(READER)), 201).await;
    let session = checkout(&mut environment, answer["preorderId"].as_str().unwrap()).await;
    // The database is restored from before all this.
    drop(environment.sqs.queue.receive());
    environment.tables.batch_execute("delete from preorders; delete from consent; delete from outbox").await.unwrap();
    environment.stripe.pay_session(&session, Payment::default());
    environment.end().await;

    let sql = "select marketing_consent, consent_text_version from preorders";
    let row = environment.tables.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, bool>(0), row.get::<_, &str>(1)), (false, "2026-11"));
    assert_eq!(environment.count("select count(*) from consent").await, 0);
    assert!(environment.klaviyo.jobs().is_empty());
    let events = environment.klaviyo.events();
    assert!(events.iter().all(|event| event.properties["marketing_consent"] == false), "{events:?}");
}
