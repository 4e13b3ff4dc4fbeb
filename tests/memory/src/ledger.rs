//! The ledger as others read it.

use pledge_domain::{
    champion::{Grant, PaymentRecord},
    ids::{CustomerId, PaymentIntentId, SubscriptionId},
};

/// A row of `user_champion_subscription_record`, as far as the contracts speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// `subscription_type`
    pub kind: String,
    /// `tier_level`
    pub tier: i32,
    /// `subscription_duration_days`
    pub days: i32,
    /// `payment_status`
    pub payment_status: String,
    /// `stripe_subscription_id`
    pub subscription: Option<SubscriptionId>,
    /// `stripe_payment_intent_id`
    pub payment_intent: Option<PaymentIntentId>,
    /// `stripe_customer_id`
    pub customer: Option<CustomerId>,
    /// Whether there is a snapshot of before.
    pub extends: bool,
}

impl LedgerRow {
    /// Returns the row that a grant of this payment becomes.
    #[must_use]
    pub fn new(grant: &Grant, payment: &PaymentRecord) -> Self {
        Self {
            kind: grant.kind.name().to_owned(),
            tier: grant.tier.get().into(),
            days: i32::try_from(grant.days()).unwrap_or(i32::MAX),
            payment_status: payment.status().name().to_owned(),
            subscription: payment.subscription.clone(),
            payment_intent: payment.payment_intent.clone(),
            customer: payment.customer.clone(),
            extends: grant.before.is_some(),
        }
    }
}
