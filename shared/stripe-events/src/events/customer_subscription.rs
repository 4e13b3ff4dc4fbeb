//! `customer.subscription.*` (<https://docs.stripe.com/api/subscriptions/object>).

use pledge_domain::{
    Timestamp,
    champion::Period,
    ids::{CustomerId, InvoiceId, PriceId, SubscriptionId},
    stripe::{Cancellation, Fact, SubscriptionFact, SubscriptionItem, SubscriptionStatus},
};
use serde::{Deserialize, de::IgnoredAny};

use crate::wire::{List, Payload, Unreadable, expandable::Expandable, lenient, metadata::Metadata};

/// The fields of a subscription that this project reads.
#[derive(Deserialize)]
struct Subscription {
    id: String,
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    customer: Option<Expandable>,
    cancel_at_period_end: bool,
    #[serde(default, with = "time::serde::timestamp::option")]
    cancel_at: Option<Timestamp>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default, with = "time::serde::timestamp::option")]
    current_period_start: Option<Timestamp>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default, with = "time::serde::timestamp::option")]
    current_period_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    items: Option<List<Item>>,
    /// `pause_collection`, which is null unless the collection of payments is paused.
    #[serde(default)]
    pause_collection: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "lenient")]
    latest_invoice: Option<Expandable>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Item {
    /// A field that exists since API version 2025-03-31 "basil".
    #[serde(default, with = "time::serde::timestamp::option")]
    current_period_start: Option<Timestamp>,
    /// A field that exists since API version 2025-03-31 "basil".
    #[serde(default, with = "time::serde::timestamp::option")]
    current_period_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    price: Option<Expandable>,
}

/// Decodes `customer.subscription.created` and `customer.subscription.updated`.
pub fn changed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let subscription: Subscription = payload.object()?;
    let status = SubscriptionStatus::parse(&subscription.status)
        .ok_or_else(|| Unreadable::because("a subscription with an unknown status"))?;
    subscription.fact(status)
}

/// Decodes `customer.subscription.deleted`.
pub fn deleted(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    payload.object::<Subscription>()?.fact(SubscriptionStatus::Canceled)
}

impl Subscription {
    fn fact(self, status: SubscriptionStatus) -> Result<Fact, Unreadable> {
        let (start, end) = (self.current_period_start, self.current_period_end);
        let item = |item: Item| {
            let period = item.current_period_start.or(start).zip(item.current_period_end.or(end));
            SubscriptionItem {
                price: item.price.and_then(|id| id.parse(PriceId::parse).ok()),
                period: period.map(|(start, end)| Period { start, end }),
            }
        };
        let first_end = self.items.as_ref().and_then(|items| items.data.first()).and_then(|it| it.current_period_end);
        let period_end = end.or(first_end);
        let cancellation = Cancellation { at_period_end: self.cancel_at_period_end, at: self.cancel_at };
        let items: Vec<_> = self.items.map(|items| items.data).unwrap_or_default().into_iter().map(item).collect();
        Ok(Fact::SubscriptionChanged(Box::new(SubscriptionFact {
            subscription: SubscriptionId::parse(self.id)?,
            customer: self.customer.and_then(|id| id.parse(CustomerId::parse).ok()),
            status,
            cancel_at_period_end: cancellation.ends_by(period_end),
            period_end: cancellation.running_period_end(period_end),
            price: items.first().and_then(|item| item.price.clone()),
            items,
            collection_paused: self.pause_collection.is_some(),
            latest_invoice: self.latest_invoice.and_then(|id| id.parse(InvoiceId::parse).ok()),
            metadata: self.metadata.as_ref().and_then(Metadata::champion),
        })))
    }
}
