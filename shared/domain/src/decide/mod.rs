//! The one decision about a Stripe event: from what is stored and the event to what is to be written.
//!
//! Stripe delivers at least once and in no order. [`decide`] is a pure function; run over the same events in any order,
//! any number of times, it ends in the same state and the same set of announcements.

mod candidates;
mod plan;
mod recorded;
mod snapshot;
mod take_over;

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionChange, Moment, on_event as champion},
    effect::Effect,
    ids::PaymentIntentId,
    preorder::{PreorderChange, on_event as preorder},
    stripe::{DisputeStatus, Fact, PaymentFacts, PaymentFailedFact, RefundFact, RefundStatus, StripeEvent},
};
pub use candidates::{Candidates, NOT_OURS, OF_ANOTHER_DEPLOYMENT};
pub use plan::{Outcome, Plan};
pub use recorded::{NewAnnouncement, Recorded};
pub use snapshot::Snapshot;
pub use take_over::{NovelOfTwo, TakeoverPlan, TakeoverRefusal, TwoUsers, take_over};

/// Decides what an event changes. The function is pure: changes are dated by the event's own time, and access is computed
/// for `moment`.
#[must_use]
pub fn decide(snapshot: Snapshot, event: &StripeEvent, moment: Moment) -> Plan {
    let mut plan = decide_fact(snapshot, event, moment);
    // Klaviyo would make a profile for a person who was erased.
    plan.announcements.retain(|announcement| !announcement.payload.profile.email.is_erased());
    plan
}

fn decide_fact(mut snapshot: Snapshot, event: &StripeEvent, moment: Moment) -> Plan {
    let at = event.created;
    snapshot.champion = snapshot.champion.map(|account| account.at(moment));
    match &event.fact {
        Fact::Session(fact) if snapshot.preorder.is_none() && !fact.is_ours() => unplaced(&snapshot.candidates),
        Fact::Session(fact) => of_preorder(preorder::session(snapshot.preorder, &snapshot.payment, fact, at)),
        Fact::PaymentFailed(fact) => payment_failed(snapshot, fact, at),
        Fact::ChargeRefunded(fact) => {
            let facts = snapshot.payment.clone().with_refunded_sum(fact, at);
            payment_facts(snapshot, &fact.payment_intent, facts, at)
        }
        Fact::Refund(fact) => {
            let owed = owed_again(&snapshot, fact);
            let facts = snapshot.payment.clone().with_refund(fact);
            let plan = payment_facts(snapshot, &fact.payment_intent, facts, at);
            match owed {
                Some(reason) => Plan { outcome: Outcome::Parked { reason }, ..plan },
                None => plan,
            }
        }
        Fact::Dispute(fact) => {
            let facts = snapshot.payment.clone().with_dispute(fact);
            payment_facts(snapshot, &fact.payment_intent, facts, at)
        }
        Fact::InvoicePaymentLinked(fact) => {
            let facts = snapshot.payment.clone().with_invoice(fact);
            payment_facts(snapshot, &fact.payment_intent, facts, at)
        }
        Fact::InvoicePaid(fact) => with_account(snapshot, event, |account| champion::invoice_paid(account, fact)),
        Fact::InvoiceFailed(fact) => with_account(snapshot, event, |account| champion::invoice_failed(account, fact)),
        Fact::InvoiceActionRequired(fact) => {
            with_account(snapshot, event, |account| champion::invoice_action_required(account, fact))
        }
        Fact::PurchaseSucceeded(fact) => {
            with_account(snapshot, event, |account| champion::purchase_succeeded(account, fact, at))
        }
        Fact::PurchaseFailed(fact) => {
            with_account(snapshot, event, |account| champion::purchase_failed(account, fact, at))
        }
        Fact::SubscriptionChanged(fact) => {
            with_account(snapshot, event, |account| champion::subscription_changed(account, fact, event))
        }
        Fact::Ignored { reason } => Plan::ignore(reason),
        Fact::Malformed { reason } => Plan::park(reason.clone()),
    }
}

/// Returns the plan for an event that leads to no preorder and no reader: parked if its customer or price is ours, else
/// ignored.
fn unplaced(candidates: &Candidates) -> Plan {
    if candidates.any() { Plan::park(candidates.reason()) } else { Plan::ignore(NOT_OURS) }
}

fn with_account(
    snapshot: Snapshot,
    event: &StripeEvent,
    decide: impl FnOnce(ChampionAccount) -> Effect<ChampionChange>,
) -> Plan {
    let Some(mut account) = snapshot.champion else {
        return unplaced(&snapshot.candidates);
    };
    if let Some(intent) = event.fact.lookup().payment_intent {
        account.put_intent(&intent, &snapshot.payment);
    }
    of_champion(decide(account))
}

/// Decides about a refused payment without champion metadata, which belongs to a preorder, or to a purchase that is found
/// by the payment's id.
fn payment_failed(snapshot: Snapshot, fact: &PaymentFailedFact, at: Timestamp) -> Plan {
    match snapshot {
        Snapshot { preorder: None, champion: Some(account), .. } => {
            of_champion(champion::payment_refused(account, &fact.payment_intent, at))
        }
        snapshot => of_preorder(preorder::payment_failed(snapshot.preorder, fact, at)),
    }
}

/// Decides what a payment's refunds, disputes and invoice change about its preorder and its reader. They are stored also if
/// the payment belongs to neither yet.
fn payment_facts(snapshot: Snapshot, intent: &PaymentIntentId, facts: PaymentFacts, at: Timestamp) -> Plan {
    let mut plan = of_preorder(preorder::payment_facts(snapshot.preorder, intent, &facts, at));
    if let Some(account) = snapshot.champion {
        let theirs = of_champion(champion::payment_facts(account, intent, &facts, at));
        plan.champion = theirs.champion;
        plan.announcements.extend(theirs.announcements);
    }
    Plan { payment: Some((intent.clone(), facts)), outcome: Outcome::Applied, ..plan }
}

/// Returns the reason, for an operator, why a refund that failed just now has to be paid another way; none if the refund
/// hasn't failed, if its failure was known before, or if the customer got the money by a dispute.
fn owed_again(snapshot: &Snapshot, fact: &RefundFact) -> Option<String> {
    const OVERTAKEN: &str = "charge_for_pending_refund_disputed";
    let known = snapshot.payment.refunds.get(&fact.refund).and_then(|refund| refund.history.newest());
    let lost = snapshot.payment.dispute_status() == Some(&DisputeStatus::Lost);
    let overtaken = fact.failure_reason.as_deref() == Some(OVERTAKEN);
    if fact.status != RefundStatus::Failed || known == Some(&RefundStatus::Failed) || lost || overtaken {
        return None;
    }
    let of_preorder = snapshot.preorder.as_ref().map(|preorder| format!("preorder {}", preorder.id));
    let of_reader = || {
        let key = &snapshot.champion.as_ref()?.key;
        Some(format!("reader {}, novel {}", key.user, key.novel))
    };
    let whose = of_preorder.or_else(of_reader).unwrap_or_else(|| "nobody known".to_owned());
    let why = fact.failure_reason.as_deref().unwrap_or("no reason given");
    Some(format!(
        "refund {} of payment {} ({whose}) failed at the bank, and the money is still owed: {why}; return it another way",
        fact.refund, fact.payment_intent
    ))
}

fn of_preorder(effect: Effect<PreorderChange>) -> Plan {
    Plan::of(effect, |change, plan| {
        plan.preorder = Some(change.write);
        plan.announcements = change.announcements;
    })
}

fn of_champion(effect: Effect<ChampionChange>) -> Plan {
    Plan::of(effect, |change, plan| {
        plan.champion = Some(Box::new(change.write));
        plan.announcements = change.announcements;
    })
}
