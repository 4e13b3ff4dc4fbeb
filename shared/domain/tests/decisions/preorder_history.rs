//! Histories of one preorder: its states, Stripe's events about it, and their delivery in every order.

use std::collections::{BTreeMap, BTreeSet};

use pledge_domain::{
    Timestamp,
    color::Color,
    contact::Contact,
    email::Email,
    ids::{DisputeId, EventId, PaymentIntentId, PreorderId, SessionId},
    locale::Locale,
    money::{Currency, Money},
    preorder::{Preorder, PreorderMetadata, Session, SessionState, Status, Wishes},
    stripe::{
        ChargeRefundedFact, CheckoutPaymentStatus, DisputeFact, DisputeStatus, Fact, PaymentFacts, PaymentFailedFact,
        SessionFact, SessionStep, StripeEvent,
    },
};
use pledge_memory::{Deliver, InMemoryStore, ready};

pub fn t(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + time::Duration::seconds(1_700_000_000 + seconds)
}

pub fn initiated() -> Preorder {
    Preorder {
        id: PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap(),
        user_id: None,
        owner_email: None,
        email: Email::parse("reader@example.com").unwrap(),
        color: Color::recorded("Red".into()),
        price_id: None,
        locale: Locale::Ja,
        contact: Contact::default(),
        form_contact: None,
        wishes: Wishes::default(),
        status: Status::Initiated,
        checkout_attempt: 0,
        session: None,
        payment: None,
        further_payments: Vec::new(),
        disputed_at: None,
        created_at: t(0),
    }
}

pub fn in_checkout() -> Preorder {
    let id = SessionId::parse("cs_1").unwrap();
    let session =
        Session { id, url: Some("https://pay".into()), expires_at: Some(t(86_400)), state: SessionState::Open };
    Preorder { status: Status::Processing, checkout_attempt: 1, session: Some(session), ..initiated() }
}

pub fn paid_by(session: &str) -> Preorder {
    let paid = step(session, 1, SessionStep::Completed(CheckoutPaymentStatus::Paid));
    run(&[paid], Some(in_checkout())).preorder.unwrap()
}

pub fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

pub fn step(session: &str, attempt: i32, step: SessionStep) -> Fact {
    Fact::Session(Box::new(SessionFact {
        session: SessionId::parse(session).unwrap(),
        step,
        expires_at: Some(t(86_400)),
        metadata: PreorderMetadata {
            preorder: Some(initiated().id),
            attempt: Some(attempt),
            ..PreorderMetadata::default()
        },
        recovery_url: None,
        payment_intent: Some(intent()),
        amount: Some(usd(1999)),
        email: Some(Email::parse("reader@example.com").unwrap()),
        contact: Contact::default(),
        customer: None,
    }))
}

pub fn intent() -> PaymentIntentId {
    PaymentIntentId::parse("pi_1").unwrap()
}

pub fn refund(amount: i64) -> Fact {
    Fact::ChargeRefunded(ChargeRefundedFact {
        payment_intent: intent(),
        preorder: Some(initiated().id),
        refunded: usd(amount),
    })
}

pub fn dispute(status: &str) -> Fact {
    Fact::Dispute(DisputeFact {
        dispute: DisputeId::parse("dp_1").unwrap(),
        payment_intent: intent(),
        amount: usd(1999),
        status: DisputeStatus::from_name(status),
        evidence_due: Some(t(86_400)),
        funds_withdrawn: false,
        at: t(60),
    })
}

pub fn card_refused(attempt: i32) -> Fact {
    Fact::PaymentFailed(PaymentFailedFact {
        payment_intent: intent(),
        preorder: Some(initiated().id),
        attempt: Some(attempt),
    })
}

/// The content of the store at the end: the preorder, the facts about its payments, and the keys of its announcements.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub preorder: Option<Preorder>,
    pub payments: BTreeMap<PaymentIntentId, PaymentFacts>,
    pub keys: BTreeSet<String>,
}

/// Delivers each fact as an event of its own, so that a repeated fact is decided again, and returns the store's content.
pub fn run(facts: &[Fact], preorder: Option<Preorder>) -> Stored {
    let store = InMemoryStore::default();
    preorder.into_iter().for_each(|preorder| store.put(preorder));
    for (n, fact) in facts.iter().enumerate() {
        let event = StripeEvent {
            id: EventId::parse(format!("evt_{n}")).unwrap(),
            kind: String::new(),
            api_version: None,
            created: t(60),
            livemode: false,
            object: None,
            deployment: None,
            fact: fact.clone(),
        };
        ready(store.deliver(&event, t(60))).unwrap();
    }
    let keys = store.outbox().into_iter().map(|row| row.entry.key).collect();
    Stored { preorder: store.preorders().pop(), payments: store.payments(), keys }
}

/// Returns every order of the facts, each order also with every fact delivered twice.
pub fn every_order(facts: &[Fact]) -> Vec<Vec<Fact>> {
    if facts.is_empty() {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for (i, first) in facts.iter().enumerate() {
        let mut rest = facts.to_vec();
        rest.remove(i);
        for mut tail in every_order(&rest) {
            tail.insert(0, first.clone());
            all.push(tail);
        }
    }
    all
}

pub fn converges(preorder: Option<&Preorder>, facts: &[Fact]) -> (Preorder, Vec<String>) {
    let expected = run(facts, preorder.cloned());
    for order in every_order(facts) {
        let twice: Vec<_> = order.iter().flat_map(|fact| [fact.clone(), fact.clone()]).collect();
        let again: Vec<_> = order.iter().chain(&order).cloned().collect();
        for deliveries in [&order, &twice, &again] {
            assert_eq!(run(deliveries, preorder.cloned()), expected, "{deliveries:#?}");
        }
    }
    let kinds = expected.keys.iter().map(|key| key.split(':').next().unwrap_or_default().to_owned()).collect();
    (expected.preorder.unwrap(), kinds)
}

/// Returns a step of a copy that the customer opened by the recovery link of an expired session. It has the original's
/// attempt, and expires after so many days.
pub fn copy(session: &str, attempt: i32, days: i64, took: SessionStep) -> Fact {
    let Fact::Session(mut fact) = step(session, attempt, took) else { unreachable!() };
    fact.expires_at = Some(t(days * 86_400));
    Fact::Session(fact)
}

/// Returns a preorder whose second session is open and expires after so many days.
pub fn in_second_checkout(days: i64) -> Preorder {
    let mut preorder = Preorder { checkout_attempt: 2, ..in_checkout() };
    let session = preorder.session.as_mut().unwrap();
    (session.id, session.expires_at) = (SessionId::parse("cs_2").unwrap(), Some(t(days * 86_400)));
    preorder
}

pub fn session_of(preorder: &Preorder) -> (&str, SessionState) {
    let session = preorder.session.as_ref().unwrap();
    (session.id.as_str(), session.state)
}

pub const PAID: SessionStep = SessionStep::Completed(CheckoutPaymentStatus::Paid);
pub const UNPAID: SessionStep = SessionStep::Completed(CheckoutPaymentStatus::Unpaid);

/// Returns the fact of a second session, which is paid by the payment `pi_2`.
pub fn paid_again() -> Fact {
    let Fact::Session(mut fact) = step("cs_2", 2, PAID) else { unreachable!() };
    fact.payment_intent = Some(PaymentIntentId::parse("pi_2").unwrap());
    Fact::Session(fact)
}
