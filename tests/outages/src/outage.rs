//! What gives way, and for how long.

use std::time::Duration;

use pledge_local::Shutdown;
use tokio::time::sleep;

use crate::{
    cable::Weather,
    gate::Trouble::{self, AnswerLost, HangUp, Silence, Slow, Spared, Status},
    town::Town,
};

/// How long things are broken.
const LASTS: Duration = Duration::from_secs(12);

/// How long PostgreSQL is down when it is restarted.
const DOWN: Duration = Duration::from_secs(6);

/// How often a cable is cut, and how long it takes to mend it.
const CUT: (Duration, Duration) = (Duration::from_millis(600), Duration::from_millis(150));

/// How slow answers of PostgreSQL are, in turns: so that functions wait, and so that they give up.
const SLOW: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(3)];

/// SQS, gone in every way in turn.
const NO_SQS: &[Trouble] = &[HangUp, Status(503), Silence];

/// Klaviyo, failing three times in ten.
const BAD_KLAVIYO: &[Trouble] =
    &[Spared, Status(500), Spared, Spared, Status(429), Spared, Spared, AnswerLost, Spared, Spared];

/// Stripe, slower than we wait for it two times in three.
const SLOW_STRIPE: &[Trouble] =
    &[Slow(Duration::from_secs(6)), Slow(Duration::from_secs(1)), Slow(Duration::from_secs(6))];

/// What gives way.
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
}

impl Outage {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Nothing,
        Self::DatabaseRestarted,
        Self::DatabaseCrashed,
        Self::ConnectionsCut,
        Self::ConnectionsSlow,
        Self::QueueGone,
        Self::KlaviyoFailing,
        Self::StripeSlow,
    ];

    /// What it is called in the table.
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
        }
    }

    /// Whether somebody who calls the API must notice: whoever needs only the outbox must not.
    #[must_use]
    pub fn is_noticed(self) -> bool {
        !matches!(self, Self::Nothing | Self::QueueGone | Self::KlaviyoFailing)
    }

    /// Breaks it, and mends it after a while.
    pub async fn strike(self, town: &mut Town) {
        match self {
            Self::Nothing => sleep(LASTS).await,
            Self::DatabaseRestarted => town.cloud.restart_database(Shutdown::Fast, DOWN).await.unwrap(),
            Self::DatabaseCrashed => town.cloud.restart_database(Shutdown::Immediate, DOWN).await.unwrap(),
            Self::ConnectionsCut => {
                let (between, to_mend) = CUT;
                for _ in 0..LASTS.as_millis() / (between + to_mend).as_millis() {
                    sleep(between).await;
                    town.postgres.set(Weather::Cut);
                    sleep(to_mend).await;
                    town.postgres.set(Weather::Fair);
                }
            }
            Self::ConnectionsSlow => {
                for delay in SLOW.into_iter().cycle().take(4) {
                    town.postgres.set(Weather::Slow(delay));
                    sleep(LASTS / 4).await;
                }
                town.postgres.set(Weather::Fair);
            }
            Self::QueueGone => {
                town.sqs.set(NO_SQS);
                sleep(LASTS).await;
                town.sqs.set(&[Spared]);
            }
            Self::KlaviyoFailing => {
                town.klaviyo.set(BAD_KLAVIYO);
                sleep(LASTS).await;
                town.klaviyo.set(&[Spared]);
            }
            Self::StripeSlow => {
                town.stripe.set(SLOW_STRIPE);
                sleep(LASTS).await;
                town.stripe.set(&[Spared]);
            }
        }
    }
}
