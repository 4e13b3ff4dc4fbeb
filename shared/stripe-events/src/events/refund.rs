//! `refund.*` and `charge.refund.updated` (<https://docs.stripe.com/api/refunds/object>).
//!
//! `refund.failed` exists since API version 2024-10-28; in earlier versions `charge.refund.updated` reports a failure.

use pledge_domain::{
    Timestamp,
    ids::{PaymentIntentId, RefundId},
    money::{Currency, Money},
    stripe::{Fact, RefundFact, RefundStatus},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, contact::clean, expandable::Expandable, lenient};

/// The fields of a refund that this project reads. `amount` is in the currency's smallest unit.
#[derive(Deserialize)]
struct Refund {
    id: String,
    #[serde(default)]
    payment_intent: Option<Expandable>,
    amount: i64,
    currency: String,
    #[serde(with = "time::serde::timestamp")]
    created: Timestamp,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    failure_reason: Option<String>,
}

/// Decodes every event of a refund.
pub fn decode(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let refund: Refund = payload.object()?;
    let Some(intent) = refund.payment_intent else {
        return Ok(Fact::Ignored { reason: "a refund without a PaymentIntent is not ours" });
    };
    let status = refund.status.as_deref().and_then(RefundStatus::parse);
    Ok(Fact::Refund(RefundFact {
        refund: RefundId::parse(refund.id)?,
        payment_intent: intent.parse(PaymentIntentId::parse)?,
        amount: Money::new(refund.amount, Currency::parse(&refund.currency)?),
        created: refund.created,
        status: status.ok_or_else(|| Unreadable::because("a refund whose status is no status"))?,
        failure_reason: clean(refund.failure_reason),
        at: payload.created(),
    }))
}
