//! What happens to readers of novels over months: what they are shown, what they can read, and what they are charged.

mod carried_over;
mod grace;
mod invoices;
mod next_renewal;
mod prorations;
mod revenue;
mod revocations;
mod timeline;

use pledge_domain::{
    champion::PurchaseType,
    stripe::{BillingReason::*, Fact, InvoiceFact, StripeEvent, SubscriptionStatus},
};

use crate::reader::*;

fn paid(id: &str, fact: InvoiceFact) -> StripeEvent {
    let at = (fact.at - t(0)).whole_seconds();
    event(id, at, Fact::InvoicePaid(Box::new(fact)))
}

/// Returns the payment of the `n`th month of tier 1, made when the month begins.
fn month(n: i64) -> StripeEvent {
    let reason = if n == 1 { SubscriptionCreate } else { SubscriptionCycle };
    paid(&format!("m{n}"), invoice(&n.to_string(), reason, 1, (n - 1) * MONTH))
}

fn purchase(name: &str, tier: i64, at: i64) -> StripeEvent {
    event(name, at, Fact::PurchaseSucceeded(Box::new(bought(name, tier, None, PurchaseType::Upgrade))))
}

fn is(id: &str, at: i64, status: SubscriptionStatus, cancelling: bool, end: i64) -> StripeEvent {
    event(id, at, changed(status, cancelling, end))
}
