//! A refund that the customer's bank sent back (<https://docs.stripe.com/refunds#failed-refunds>).
//!
//! The money is with the merchant again, and still owed. Only a person can find another way to return it.
//! `refund.failed` exists since 2024-10-28; before, `charge.refund.updated` said it.

use pledge_domain::stripe::Fact;
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, contact::clean, lenient};

#[derive(Deserialize)]
struct Refund {
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    failure_reason: Option<String>,
}

/// Reads `refund.failed`.
pub fn failed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    Ok(payload.object::<Refund>()?.for_a_person())
}

/// Reads `charge.refund.updated`.
pub fn charge_refund_updated(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let refund: Refund = payload.object()?;
    match refund.status.as_deref() {
        Some("failed") => Ok(refund.for_a_person()),
        _ => Ok(Fact::Ignored { reason: "charge.refunded decides" }),
    }
}

impl Refund {
    fn for_a_person(self) -> Fact {
        let reason = clean(self.failure_reason).unwrap_or_else(|| "no reason given".to_owned());
        Fact::Malformed { reason: format!("a refund failed at the bank and the money is still owed: {reason}") }
    }
}
