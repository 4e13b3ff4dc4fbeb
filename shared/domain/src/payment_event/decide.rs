//! From an event and what is stored to a plan.

use crate::{
    payment_event::{Fact, Outcome, Plan, PreorderWrite, Snapshot, StripeEvent},
    preorder::on_event,
};

/// Decides what an event changes. Pure: the time that counts is the event's own.
#[must_use]
pub fn decide(snapshot: Snapshot, event: &StripeEvent) -> Plan {
    match &event.fact {
        Fact::Session(fact) => on_event::session(snapshot, fact, event.created),
        Fact::PaymentFailed(fact) => on_event::payment_failed(snapshot, fact),
        Fact::Refund(fact) => {
            let facts = snapshot.payment.clone().with_refund(fact);
            let mut plan = on_event::payment_facts(snapshot, &fact.payment_intent, &facts, event.created);
            plan.payment = Some((fact.payment_intent.clone(), facts));
            plan
        }
        Fact::Dispute(fact) => {
            let facts = snapshot.payment.clone().with_dispute(fact);
            let mut plan = on_event::payment_facts(snapshot, &fact.payment_intent, &facts, event.created);
            plan.payment = Some((fact.payment_intent.clone(), facts));
            plan
        }
        Fact::InvoicePaid(_)
        | Fact::InvoiceFailed(_)
        | Fact::InvoicePaymentLinked(_)
        | Fact::PurchaseSucceeded(_)
        | Fact::PurchaseFailed(_)
        | Fact::SubscriptionChanged(_) => Plan::ignore("no champion support yet"),
        Fact::Ignored { reason } => Plan::ignore(reason),
        Fact::Malformed { reason } => Plan::park(reason.clone()),
    }
}

impl Plan {
    /// A preorder that changed.
    #[must_use]
    pub fn update(preorder: crate::preorder::Preorder) -> Self {
        Self { preorder: Some(PreorderWrite::Update(Box::new(preorder))), ..Self::nothing(Outcome::Applied) }
    }
}
