//! The outages: which system fails, how, and for how long.

use std::time::Duration;

use pledge_faults::{
    HttpFault::{self, AnswerLost, HangUp, Silence, Slow, Status},
    LinkState,
};
use pledge_local::Shutdown;
use tokio::time::sleep;

use crate::environment::TestEnvironment;

/// How long most outages last.
const LASTS: Duration = Duration::from_secs(12);

/// How long PostgreSQL is down when it is restarted.
const DOWN: Duration = Duration::from_secs(6);

/// How long connections live before they are cut, and how long no new one can be made.
const CUT: (Duration, Duration) = (Duration::from_millis(600), Duration::from_millis(150));

/// How long answers of PostgreSQL take, in turn: one time that functions wait, and one after which they give up.
const SLOW: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(3)];

/// Faults of SQS, used in turn.
const NO_SQS: &[HttpFault] = &[HangUp, Status(503), Silence];

/// Faults of Klaviyo, which fails three times in ten.
const BAD_KLAVIYO: &[HttpFault] = &[
    HttpFault::None,
    Status(500),
    HttpFault::None,
    HttpFault::None,
    Status(429),
    HttpFault::None,
    HttpFault::None,
    AnswerLost,
    HttpFault::None,
    HttpFault::None,
];

/// Faults of Stripe, which is slower than our time limit two times in three.
const SLOW_STRIPE: &[HttpFault] =
    &[Slow(Duration::from_secs(6)), Slow(Duration::from_secs(1)), Slow(Duration::from_secs(6))];

/// Faults of our endpoint: nothing listens, or another program does.
const NO_ENDPOINT: &[HttpFault] = &[HangUp, Status(404)];

/// How long our endpoint is gone by Stripe's clock, and the number of steps in which the clock gets there.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const QUARTERS: u32 = 4;

/// A failure of a system that the functions need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Nothing, for comparison.
    Nothing,
    /// PostgreSQL is shut down in order and started again.
    DatabaseRestarted,
    /// PostgreSQL crashes and recovers.
    DatabaseCrashed,
    /// Connections to PostgreSQL break in the middle, again and again.
    ConnectionsCut,
    /// Answers of PostgreSQL are late.
    ConnectionsSlow,
    /// No message can be sent.
    QueueGone,
    /// Klaviyo answers with errors.
    KlaviyoFailing,
    /// Stripe's API is slow.
    StripeSlow,
    /// Our webhook endpoint is gone for a day, and Stripe gives up.
    EndpointGone,
}

impl Outage {
    /// Every outage.
    pub const ALL: [Self; 9] = [
        Self::Nothing,
        Self::DatabaseRestarted,
        Self::DatabaseCrashed,
        Self::ConnectionsCut,
        Self::ConnectionsSlow,
        Self::QueueGone,
        Self::KlaviyoFailing,
        Self::StripeSlow,
        Self::EndpointGone,
    ];

    /// Returns the name of the outage in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing, for comparison",
            Self::DatabaseRestarted => "PostgreSQL restarted",
            Self::DatabaseCrashed => "PostgreSQL crashed",
            Self::ConnectionsCut => "PostgreSQL: connections cut",
            Self::ConnectionsSlow => "PostgreSQL: answers 0.3 s or 3 s late",
            Self::QueueGone => "SQS gone",
            Self::KlaviyoFailing => "Klaviyo: 30 % fail",
            Self::StripeSlow => "Stripe: answers 1 s or 6 s late",
            Self::EndpointGone => "our webhook endpoint gone for a day",
        }
    }

    /// Returns whether callers of the API must notice the outage. One that only delays announcements must not be noticed.
    #[must_use]
    pub fn is_noticed(self) -> bool {
        !matches!(self, Self::Nothing | Self::QueueGone | Self::KlaviyoFailing)
    }

    /// Returns how far Stripe's clock has to be behind at the start: what happens at Stripe must be in the past of the
    /// functions, whose clock is the machine's.
    #[must_use]
    pub fn clock_behind(self) -> Duration {
        // With an hour more, so that the last events aren't too young to be fetched.
        if self == Self::EndpointGone { DAY + DAY / 24 } else { Duration::ZERO }
    }

    /// Does what a schedule or an operator does when the outage is over.
    pub async fn clear_up(self, environment: &TestEnvironment) {
        if self == Self::EndpointGone {
            let recorded = environment.driver.schedules.catch_up().await.unwrap();
            assert!(recorded > 0, "nothing had to be fetched");
        }
    }

    /// Causes the outage and ends it after a while.
    pub async fn cause(self, environment: &mut TestEnvironment) {
        match self {
            Self::Nothing => sleep(LASTS).await,
            Self::DatabaseRestarted => environment.cloud.restart_database(Shutdown::Fast, DOWN).await.unwrap(),
            Self::DatabaseCrashed => environment.cloud.restart_database(Shutdown::Immediate, DOWN).await.unwrap(),
            Self::ConnectionsCut => {
                let (between, to_mend) = CUT;
                for _ in 0..LASTS.as_millis() / (between + to_mend).as_millis() {
                    sleep(between).await;
                    environment.postgres.set(LinkState::Down);
                    sleep(to_mend).await;
                    environment.postgres.set(LinkState::Up);
                }
            }
            Self::ConnectionsSlow => {
                for delay in SLOW.into_iter().cycle().take(4) {
                    environment.postgres.set(LinkState::Slow(delay));
                    sleep(LASTS / 4).await;
                }
                environment.postgres.set(LinkState::Up);
            }
            Self::QueueGone => {
                environment.sqs.set(NO_SQS);
                sleep(LASTS).await;
                environment.sqs.set(&[HttpFault::None]);
            }
            Self::KlaviyoFailing => {
                environment.klaviyo.set(BAD_KLAVIYO);
                sleep(LASTS).await;
                environment.klaviyo.set(&[HttpFault::None]);
            }
            Self::StripeSlow => {
                environment.stripe.set(SLOW_STRIPE);
                sleep(LASTS).await;
                environment.stripe.set(&[HttpFault::None]);
            }
            Self::EndpointGone => {
                environment.webhooks.set(NO_ENDPOINT);
                for _ in 0..QUARTERS {
                    sleep(LASTS / QUARTERS).await;
                    environment.driver.stripe.advance((DAY / QUARTERS).as_secs()).await.unwrap();
                }
                environment.driver.stripe.give_up().await.unwrap();
                environment.webhooks.set(&[HttpFault::None]);
            }
        }
    }
}
