//! `customer.subscription.*` (<https://docs.stripe.com/api/subscriptions/object>).

use pledge_domain::{
    Timestamp,
    ids::{CustomerId, PriceId, SubscriptionId},
    stripe::{Fact, SubscriptionFact, SubscriptionStatus},
};
use serde::Deserialize;

use crate::wire::{List, Payload, Unreadable, expandable::Expandable, lenient, metadata::Metadata};

/// The fields of a subscription that matter here.
#[derive(Deserialize)]
struct Subscription {
    id: String,
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    customer: Option<Expandable>,
    cancel_at_period_end: bool,
    #[serde(default, with = "time::serde::timestamp::option")]
    cancel_at: Option<Timestamp>,
    /// Before basil.
    #[serde(default, with = "time::serde::timestamp::option")]
    current_period_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    items: Option<List<Item>>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Item {
    /// Since basil.
    #[serde(default, with = "time::serde::timestamp::option")]
    current_period_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    price: Option<Expandable>,
}

/// Reads `customer.subscription.created` and `customer.subscription.updated`.
pub fn changed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let subscription: Subscription = payload.object()?;
    let status = SubscriptionStatus::parse(&subscription.status)
        .ok_or_else(|| Unreadable::because("a subscription with an unknown status"))?;
    subscription.fact(status)
}

/// Reads `customer.subscription.deleted`.
pub fn deleted(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    payload.object::<Subscription>()?.fact(SubscriptionStatus::Canceled)
}

impl Subscription {
    fn fact(self, status: SubscriptionStatus) -> Result<Fact, Unreadable> {
        let item = self.items.and_then(|items| items.data.into_iter().next());
        let (item_end, price) = item.map_or((None, None), |item| (item.current_period_end, item.price));
        Ok(Fact::SubscriptionChanged(Box::new(SubscriptionFact {
            subscription: SubscriptionId::parse(self.id)?,
            customer: self.customer.and_then(|id| id.parse(CustomerId::parse).ok()),
            status,
            cancel_at_period_end: self.cancel_at_period_end || self.cancel_at.is_some(),
            period_end: self.cancel_at.or(self.current_period_end).or(item_end),
            price: price.and_then(|id| id.parse(PriceId::parse).ok()),
            metadata: self.metadata.as_ref().and_then(Metadata::champion),
        })))
    }
}
