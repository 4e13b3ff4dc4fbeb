//! The ledger in the columns of the database.

use pledge_domain::{
    champion::{Grant, PaymentRecord},
    ids::{CustomerId, PaymentIntentId, SubscriptionId},
};

/// A row of `user_champion_subscription_record`, with the columns that the contracts are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The column `subscription_type`.
    pub kind: String,
    /// The column `tier_level`.
    pub tier: i32,
    /// The column `subscription_duration_days`.
    pub days: i32,
    /// The column `payment_status`.
    pub payment_status: String,
    /// The column `stripe_subscription_id`.
    pub subscription: Option<SubscriptionId>,
    /// The column `stripe_payment_intent_id`.
    pub payment_intent: Option<PaymentIntentId>,
    /// The column `stripe_customer_id`.
    pub customer: Option<CustomerId>,
    /// Whether the row has a snapshot from before the payment.
    pub extends: bool,
}

impl LedgerRow {
    /// Returns the row of a payment's grant.
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
