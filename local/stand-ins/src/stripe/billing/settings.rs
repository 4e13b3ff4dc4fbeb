//! The account's billing settings. <https://docs.stripe.com/billing/revenue-recovery/smart-retries>

use serde::{Deserialize, Serialize};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// The way in which invoices of subscriptions are collected. The default is Stripe's for an account that chose three
/// retries; tests may shorten it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BillingSettings {
    /// How long the invoice of a renewal stays a draft, in seconds; about an hour at Stripe. With 0 the invoice is
    /// finalized and charged at the moment of the renewal, for tests that want a paid renewal at once.
    pub draft_seconds: i64,
    /// The waits before the second and every later attempt to collect an invoice, in seconds.
    pub retry_seconds: Vec<i64>,
    /// The state of a subscription when the last attempt has failed.
    pub after_retries: AfterRetries,
}

/// The states in which a subscription may be left whose invoice nobody paid.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterRetries {
    /// Cancels the subscription.
    #[default]
    Cancel,
    /// Leaves the subscription `unpaid`; its later invoices are drafts that nobody collects.
    MarkUnpaid,
    /// Leaves the subscription `past_due`; its later invoices are collected as before.
    LeavePastDue,
}

impl Default for BillingSettings {
    fn default() -> Self {
        Self {
            draft_seconds: HOUR,
            retry_seconds: vec![3 * DAY, 5 * DAY, 7 * DAY],
            after_retries: AfterRetries::default(),
        }
    }
}

impl BillingSettings {
    /// Returns the time of the attempt that follows the `attempts`th failure at `now`; none after the last one.
    pub(crate) fn next_attempt(&self, now: i64, attempts: i64) -> Option<i64> {
        let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
        self.retry_seconds.get(index).map(|wait| now + wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_end_with_the_list_of_waits() {
        let settings = BillingSettings::default();
        let attempts: Vec<_> = (1..5).map(|failures| settings.next_attempt(0, failures)).collect();
        assert_eq!(attempts, [Some(3 * DAY), Some(5 * DAY), Some(7 * DAY), None]);
    }
}
