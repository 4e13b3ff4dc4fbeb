//! Klaviyo fails, for a while or for good.

use std::time::Duration;

use pledge_stand_ins::Fault;
use pledge_tests::Cloud;

const EVENTS: &str = "/api/events";

#[tokio::test]
async fn a_klaviyo_that_is_busy_or_broken_is_asked_again_and_the_event_counts_once() {
    let Some(cloud) = Cloud::enter().await else { return };
    cloud.klaviyo_fails(Fault::rate_limited(1).on("POST", EVENTS)).await;
    cloud.klaviyo_fails(Fault::status(500).on("POST", EVENTS)).await;
    let email = cloud.email("busy");
    let preorder = cloud.a_preorder(&email).await;
    assert_eq!(cloud.klaviyo_events(&email, 1).await.len(), 1);
    cloud.quiet().await;
    assert!(!cloud.outbox_of(&preorder).await[0]["sent_at"].is_null());
}

#[tokio::test]
async fn an_event_whose_answer_is_lost_is_sent_again_and_counts_once() {
    let Some(cloud) = Cloud::enter().await else { return };
    cloud.klaviyo_fails(Fault::hang_up().on("POST", EVENTS).after_effect()).await;
    let email = cloud.email("lost");
    cloud.a_preorder(&email).await;
    cloud.quiet().await;
    assert_eq!(cloud.klaviyo_events(&email, 1).await.len(), 1);
    let tries = cloud.klaviyo.attempts().await.unwrap();
    let mine: Vec<_> = tries.iter().filter(|try_| try_["body"].to_string().contains(&email)).collect();
    assert_eq!(mine.iter().map(|try_| try_["duplicate"] == true).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn an_event_that_klaviyo_refuses_is_parked_with_the_reason() {
    let Some(cloud) = Cloud::enter().await else { return };
    cloud.klaviyo_fails(Fault::status(400).on("POST", EVENTS)).await;
    let email = cloud.email("refused");
    let preorder = cloud.a_preorder(&email).await;
    cloud.quiet().await;

    let row = cloud.outbox_of(&preorder).await.remove(0);
    assert!(row["sent_at"].is_null() && !row["parked_at"].is_null(), "{row}");
    assert!(row["last_error"].as_str().unwrap().starts_with("400"), "{row}");
    assert_eq!(row["attempts"], 1);
    // The preorder itself isn't affected.
    cloud.api.checkout(&preorder).await.unwrap();
}

#[tokio::test]
async fn a_klaviyo_that_is_down_does_not_hold_up_the_customer() {
    let Some(cloud) = Cloud::enter().await else { return };
    cloud.klaviyo_fails(Fault::slow(Duration::from_secs(3)).on("POST", EVENTS).times(2)).await;
    let email = cloud.email("patient");
    let start = std::time::Instant::now();
    let preorder = cloud.a_paid_preorder(&email).await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");
    assert_eq!(cloud.klaviyo_events(&email, 2).await.len(), 2);
}
