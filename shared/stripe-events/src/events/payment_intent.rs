//! `payment_intent.*` (<https://docs.stripe.com/api/payment_intents/object>).

use pledge_domain::{
    ids::PaymentIntentId,
    payment_event::{Fact, PaymentFailedFact},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, lenient, metadata::Metadata};

#[derive(Deserialize)]
struct PaymentIntent {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

/// `payment_intent.succeeded`
pub fn succeeded(_: Payload<'_>) -> Result<Fact, Unreadable> {
    Ok(Fact::Ignored { reason: "the Checkout session's own events decide" })
}

/// `payment_intent.payment_failed`
pub fn payment_failed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let intent: PaymentIntent = payload.object()?;
    let metadata = intent.metadata.unwrap_or_default();
    let Some(preorder) = metadata.preorder() else {
        return Ok(Fact::Ignored { reason: "a payment that is not for a preorder" });
    };
    Ok(Fact::PaymentFailed(PaymentFailedFact {
        payment_intent: PaymentIntentId::parse(intent.id)?,
        preorder: Some(preorder),
        attempt: metadata.attempt(),
    }))
}
