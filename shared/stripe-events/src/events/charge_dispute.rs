//! `charge.dispute.*` (<https://docs.stripe.com/api/disputes/object>).

use pledge_domain::{
    ids::PaymentIntentId,
    stripe::{DisputeFact, Fact},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, expandable::Expandable};

#[derive(Deserialize)]
struct Dispute {
    #[serde(default)]
    payment_intent: Option<Expandable>,
    status: String,
}

/// Reads the dispute.
pub fn decode(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let dispute: Dispute = payload.object()?;
    let Some(intent) = dispute.payment_intent else {
        return Ok(Fact::Ignored { reason: "a charge without a PaymentIntent is not ours" });
    };
    let word = !dispute.status.is_empty() && dispute.status.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !word {
        return Err(Unreadable::because("a dispute whose status is no status"));
    }
    Ok(Fact::Dispute(DisputeFact { payment_intent: intent.parse(PaymentIntentId::parse)?, status: dispute.status }))
}
