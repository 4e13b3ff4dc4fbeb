//! `payment_intent.*` (<https://docs.stripe.com/api/payment_intents/object>).

use pledge_domain::{
    champion::ChampionMetadata,
    ids::{CustomerId, PaymentIntentId},
    money::{Currency, Money},
    stripe::{Fact, PaymentFailedFact, PurchaseFact},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, expandable::Expandable, lenient, metadata::Metadata};

/// The fields of a PaymentIntent that this project reads. Amounts are in the currency's smallest unit.
#[derive(Deserialize)]
struct PaymentIntent {
    id: String,
    amount: i64,
    #[serde(default)]
    amount_received: i64,
    currency: String,
    #[serde(default, deserialize_with = "lenient")]
    customer: Option<Expandable>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

/// Decodes `payment_intent.succeeded`.
pub fn succeeded(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let intent: PaymentIntent = payload.object()?;
    let metadata = intent.metadata.as_ref();
    if metadata.is_some_and(|metadata| metadata.preorder().preorder.is_some()) {
        return Ok(Fact::Ignored { reason: "the Checkout session's own events decide" });
    }
    let champion = metadata.and_then(Metadata::champion);
    let received = intent.amount_received;
    Ok(Fact::PurchaseSucceeded(Box::new(intent.purchase(received, champion)?)))
}

/// Decodes `payment_intent.payment_failed`.
pub fn payment_failed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let intent: PaymentIntent = payload.object()?;
    let metadata = intent.metadata.as_ref();
    if let Some(champion) = metadata.and_then(Metadata::champion) {
        let due = intent.amount;
        return Ok(Fact::PurchaseFailed(Box::new(intent.purchase(due, Some(champion))?)));
    }
    let metadata = metadata.map(Metadata::preorder).unwrap_or_default();
    Ok(Fact::PaymentFailed(PaymentFailedFact {
        preorder: metadata.preorder,
        attempt: metadata.attempt,
        payment_intent: PaymentIntentId::parse(intent.id)?,
    }))
}

impl PaymentIntent {
    fn purchase(self, amount: i64, metadata: Option<ChampionMetadata>) -> Result<PurchaseFact, Unreadable> {
        Ok(PurchaseFact {
            payment_intent: PaymentIntentId::parse(self.id)?,
            amount: Money::new(amount, Currency::parse(&self.currency)?),
            customer: self.customer.and_then(|id| id.parse(CustomerId::parse).ok()),
            metadata,
        })
    }
}
