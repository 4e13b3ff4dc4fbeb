//! The event that Stripe would have sent about an object.

use pledge_domain::stripe::StripeEvent;
use pledge_stripe_events::{DecodeError, decode};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use stripe_client_core::VERSION;

use super::source::Occurrence;

/// Returns the event about this occurrence of the object. Its id is derived from its contents, so a finding that is made
/// twice is recorded once.
pub fn about(object: &Value, occurrence: &Occurrence, livemode: bool) -> Result<StripeEvent, DecodeError> {
    let mut event = json!({
        "object": "event",
        "type": occurrence.kind,
        "api_version": VERSION.as_str(),
        "created": occurrence.at,
        // Refunds don't have `livemode`; the key with which they were listed sees only those of its own mode.
        "livemode": object["livemode"].as_bool().unwrap_or(livemode),
        "data": { "object": object },
    });
    let contents = hex::encode(&digest(&SHA256, event.to_string().as_bytes()).as_ref()[..8]);
    event["id"] = format!("evt_reconciled_{}_{contents}", object["id"].as_str().unwrap_or_default()).into();
    decode(event.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use pledge_domain::stripe::Fact;

    use super::*;

    #[test]
    fn the_same_finding_is_the_same_event() {
        let at = |at| Occurrence { kind: "charge.refunded", at };
        let charge = |refunded: i64| json!({ "id": "ch_1", "payment_intent": "pi_1", "amount_refunded": refunded, "currency": "usd", "livemode": false });
        let event = about(&charge(100), &at(1), false).unwrap();
        assert!(matches!(event.fact, Fact::ChargeRefunded(_)));
        assert_eq!(event.id, about(&charge(100), &at(1), false).unwrap().id);
        assert_ne!(event.id, about(&charge(200), &at(1), false).unwrap().id);
        assert_ne!(event.id, about(&charge(100), &at(2), false).unwrap().id);
    }
}
