//! `charge.refunded` (<https://docs.stripe.com/api/charges/object>): sent for partial and full refunds alike.

use pledge_domain::{
    ids::PaymentIntentId,
    money::{Currency, Money},
    stripe::{ChargeRefundedFact, Fact},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, expandable::Expandable, lenient, metadata::Metadata};

/// The fields of a charge that this project reads.
#[derive(Deserialize)]
struct Charge {
    #[serde(default)]
    payment_intent: Option<Expandable>,
    /// The sum of all refunds of the charge so far, in the currency's smallest unit.
    amount_refunded: i64,
    currency: String,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

/// Decodes `charge.refunded`.
pub fn decode(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let charge: Charge = payload.object()?;
    let Some(intent) = charge.payment_intent else {
        return Ok(Fact::Ignored { reason: "a charge without a PaymentIntent is not ours" });
    };
    Ok(Fact::ChargeRefunded(ChargeRefundedFact {
        payment_intent: intent.parse(PaymentIntentId::parse)?,
        preorder: charge.metadata.unwrap_or_default().preorder().preorder,
        refunded: Money::new(charge.amount_refunded, Currency::parse(&charge.currency)?),
    }))
}
