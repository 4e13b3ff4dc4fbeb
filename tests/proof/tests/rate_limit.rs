//! More events wait than Klaviyo accepts: the pause that it tells one sender holds for all.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use std::time::Duration;

use pledge_proof::{TestEnvironment, environment::StartMode, journeys::preorder};
use pledge_stand_ins::klaviyo::RateLimits;
use pledge_testkit::TestDatabase;

/// The number of announcements that wait.
const WAITING: usize = 60;

/// The number of events that Klaviyo accepts in a minute.
const PER_MINUTE: u32 = 20;

/// The number of events that one sender has under way at once.
const AT_ONCE: usize = 10;

#[tokio::test]
async fn when_klaviyo_answers_429_events_go_at_the_rate_that_it_allows() {
    let database = TestDatabase::new().await;
    // Every batch goes to a sender that has just started and knows only what is stored.
    let mut environment = TestEnvironment::new(&database, StartMode::Cold).await;
    for n in 0..WAITING {
        preorder(&mut environment, &format!("reader-{n}@example.com")).await;
    }
    environment.klaviyo.set_limits(Some(RateLimits { per_second: 350, per_minute: PER_MINUTE }));
    let minutes = WAITING / usize::try_from(PER_MINUTE).unwrap();
    for minute in 1..=minutes {
        // SQS delivers every message five times.
        environment.deliver_messages().await;
        assert_eq!(environment.klaviyo.events().len(), minute * WAITING / minutes, "as many as Klaviyo takes");
        environment.clock.advance(Duration::from_secs(600));
        environment.sweep().await;
    }
    let in_vain = environment.klaviyo.attempts().len() - WAITING;
    assert!(in_vain <= (minutes - 1) * AT_ONCE, "{in_vain} tries in vain");
    assert_eq!(environment.klaviyo.events().len(), WAITING, "each counts once");
    environment.end().await;
}
