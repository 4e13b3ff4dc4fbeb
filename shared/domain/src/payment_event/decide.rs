//! From an event and what is stored to a plan.

use crate::{
    Timestamp,
    champion::{ChampionAccount, on_event as champion_event},
    ids::PaymentIntentId,
    payment_event::{Fact, Outcome, PaymentFacts, PaymentFailedFact, Plan, PreorderWrite, Snapshot, StripeEvent},
    preorder::on_event,
};

/// Decides what an event changes. Pure: the time that counts is the event's own.
#[must_use]
pub fn decide(snapshot: Snapshot, event: &StripeEvent) -> Plan {
    let at = event.created;
    match &event.fact {
        Fact::Session(fact) => on_event::session(snapshot, fact, at),
        Fact::PaymentFailed(fact) => payment_failed(snapshot, fact, at),
        Fact::Refund(fact) => {
            let facts = snapshot.payment.clone().with_refund(fact);
            payment_facts(snapshot, &fact.payment_intent, facts, at)
        }
        Fact::Dispute(fact) => {
            let facts = snapshot.payment.clone().with_dispute(fact);
            payment_facts(snapshot, &fact.payment_intent, facts, at)
        }
        Fact::InvoicePaymentLinked(fact) => {
            let facts = snapshot.payment.clone().with_invoice(fact);
            payment_facts(snapshot, &fact.payment_intent, facts, at)
        }
        Fact::InvoicePaid(fact) => of_champion(snapshot, event, |account| champion_event::invoice_paid(account, fact)),
        Fact::InvoiceFailed(fact) => {
            of_champion(snapshot, event, |account| champion_event::invoice_failed(account, fact))
        }
        Fact::PurchaseSucceeded(fact) => {
            of_champion(snapshot, event, |account| champion_event::purchase_succeeded(account, fact, at))
        }
        Fact::PurchaseFailed(fact) => {
            of_champion(snapshot, event, |account| champion_event::purchase_failed(account, fact, at))
        }
        Fact::SubscriptionChanged(fact) => {
            of_champion(snapshot, event, |account| champion_event::subscription_changed(account, fact, event))
        }
        Fact::Ignored { reason } => Plan::ignore(reason),
        Fact::Malformed { reason } => Plan::park(reason.clone()),
    }
}

fn of_champion(snapshot: Snapshot, event: &StripeEvent, decide: impl FnOnce(ChampionAccount) -> Plan) -> Plan {
    let Some(mut account) = snapshot.champion else {
        return Plan::ignore("no reader and novel of ours");
    };
    if let Some(intent) = event.fact.lookup().payment_intent {
        account.put_intent(&intent, &snapshot.payment);
    }
    decide(account)
}

/// A payment without champion metadata was refused: a preorder's, or a purchase's from before there was metadata.
fn payment_failed(snapshot: Snapshot, fact: &PaymentFailedFact, at: Timestamp) -> Plan {
    match snapshot {
        Snapshot { preorder: None, champion: Some(account), .. } => {
            champion_event::payment_refused(account, &fact.payment_intent, at)
        }
        snapshot => on_event::payment_failed(snapshot, fact),
    }
}

/// Something became known of a payment, whoever it belongs to. It is kept also if nobody has claimed the payment yet.
fn payment_facts(mut snapshot: Snapshot, intent: &PaymentIntentId, facts: PaymentFacts, at: Timestamp) -> Plan {
    let account = snapshot.champion.take();
    let mut plan = on_event::payment_facts(snapshot, intent, &facts, at);
    if let Some(account) = account {
        let theirs = champion_event::payment_facts(account, intent, &facts, at);
        plan.champion = theirs.champion;
        plan.outbox.extend(theirs.outbox);
    }
    Plan { payment: Some((intent.clone(), facts)), outcome: Outcome::Applied, ..plan }
}

impl Plan {
    /// A preorder that changed.
    #[must_use]
    pub fn update(preorder: crate::preorder::Preorder) -> Self {
        Self { preorder: Some(PreorderWrite::Update(Box::new(preorder))), ..Self::nothing(Outcome::Applied) }
    }
}
