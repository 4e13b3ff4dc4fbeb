//! The responses with something to pay: a subscription, or a purchase of 30 days.

use pledge_application::champions::{Purchase, Subscribed};
use pledge_domain::{
    ids::{PaymentIntentId, SubscriptionId},
    money::Currency,
    ports::ClientSecret,
};
use pledge_http_api::UtcTime;
use serde::Serialize;

use super::exposed;

/// A subscription that waits for its first payment, or a cancelled one that was resumed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionSubscription {
    /// Always true.
    success: bool,
    /// The subscription in Stripe.
    subscription_id: SubscriptionId,
    /// The secret with which Stripe.js pays the first month; none if nothing is due now.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    client_secret: Option<ClientSecret>,
    /// The subscription's status, in Stripe's words.
    status: &'static str,
    /// When the running period began, as Stripe has it.
    current_period_start: Option<UtcTime>,
    /// When the running period ends, as Stripe has it.
    current_period_end: Option<UtcTime>,
    /// Whether the subscription renews at the end of the period.
    auto_renew: bool,
    /// When the access begins that is paid for, if it waits until a running tier is over; none if it begins with the
    /// payment.
    starts_at: Option<UtcTime>,
}

impl From<Subscribed> for ChampionSubscription {
    fn from(Subscribed { answer, starts_at }: Subscribed) -> Self {
        let subscription = answer.made.subscription;
        Self {
            success: true,
            subscription_id: subscription.id,
            client_secret: answer.client_secret,
            status: subscription.status.name(),
            current_period_start: answer.period.map(|period| UtcTime(period.start)),
            current_period_end: answer.period.map(|period| UtcTime(period.end)),
            auto_renew: !subscription.cancel_at_period_end,
            starts_at: starts_at.map(UtcTime),
        }
    }
}

/// A purchase of 30 days that waits for its payment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionPurchase {
    /// Always true.
    success: bool,
    /// The payment in Stripe.
    payment_intent_id: PaymentIntentId,
    /// The secret with which Stripe.js makes the payment.
    #[serde(serialize_with = "exposed")]
    client_secret: Option<ClientSecret>,
    /// The price, in minor units of the currency.
    amount: i64,
    /// The currency of the price.
    currency: Currency,
    /// When the access begins that is paid for, if it waits until a running tier is over; none if it begins with the
    /// payment.
    starts_at: Option<UtcTime>,
}

impl From<Purchase> for ChampionPurchase {
    fn from(purchase: Purchase) -> Self {
        Self {
            success: true,
            payment_intent_id: purchase.payment_intent,
            client_secret: Some(purchase.client_secret),
            amount: purchase.amount.amount,
            currency: purchase.amount.currency,
            starts_at: purchase.starts_at.map(UtcTime),
        }
    }
}
