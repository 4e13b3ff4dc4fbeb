//! `charge.dispute.*` (<https://docs.stripe.com/api/disputes/object>).

use pledge_domain::{
    Timestamp,
    ids::{DisputeId, PaymentIntentId},
    money::{Currency, Money},
    stripe::{DisputeFact, DisputeStatus, Fact},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, expandable::Expandable, lenient};

/// The fields of a dispute that this project reads.
#[derive(Deserialize)]
struct Dispute {
    id: String,
    #[serde(default)]
    payment_intent: Option<Expandable>,
    amount: i64,
    currency: String,
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    evidence_details: Option<EvidenceDetails>,
}

#[derive(Deserialize)]
struct EvidenceDetails {
    #[serde(default, with = "time::serde::timestamp::option")]
    due_by: Option<Timestamp>,
}

/// Decodes every `charge.dispute.*` event but `charge.dispute.funds_withdrawn`.
pub fn decode(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    read(payload, false)
}

/// Decodes `charge.dispute.funds_withdrawn`: Stripe took the disputed amount from our balance.
pub fn funds_withdrawn(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    read(payload, true)
}

fn read(payload: Payload<'_>, funds_withdrawn: bool) -> Result<Fact, Unreadable> {
    let dispute: Dispute = payload.object()?;
    let Some(intent) = dispute.payment_intent else {
        return Ok(Fact::Ignored { reason: "a charge without a PaymentIntent is not ours" });
    };
    let word = !dispute.status.is_empty() && dispute.status.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !word {
        return Err(Unreadable::because("a dispute whose status is no status"));
    }
    Ok(Fact::Dispute(DisputeFact {
        dispute: DisputeId::parse(dispute.id)?,
        payment_intent: intent.parse(PaymentIntentId::parse)?,
        amount: Money::new(dispute.amount, Currency::parse(&dispute.currency)?),
        status: DisputeStatus::from_name(&dispute.status),
        evidence_due: dispute.evidence_details.and_then(|details| details.due_by),
        funds_withdrawn,
        at: payload.created(),
    }))
}
