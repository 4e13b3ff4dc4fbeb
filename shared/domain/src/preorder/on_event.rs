//! What Stripe's events do to a preorder.
//!
//! The rules that make the order of arrival irrelevant:
//! - A payment wins over every state before it, and is never taken back by something late.
//! - Within one session, closed beats awaiting beats open; a session that isn't the newest one changes nothing unless
//!   it was paid.
//! - Refunds and disputes are facts of the payment ([`PaymentFacts`]); whenever payment and facts come together, the
//!   result is the same.

use std::cmp::Ordering;

use serde_json::json;

use crate::{
    Timestamp,
    effect::Effect,
    ids::PaymentIntentId,
    locale::Locale,
    outbox::{Announcement, AnnouncementKind, Payload},
    preorder::{Color, Payment, Preorder, PreorderChange, PreorderWrite, Session, SessionState, Status, Wishes},
    stripe::{CheckoutPaymentStatus, PaymentFacts, PaymentFailedFact, SessionFact, SessionStep},
};

/// What an event does to a preorder.
type PreorderEffect = Effect<PreorderChange>;

/// Decides what a step of a session does to the preorder that is stored, if one is; `known` is what is known of the
/// session's payment.
#[must_use]
pub fn session(stored: Option<Preorder>, known: &PaymentFacts, fact: &SessionFact, at: Timestamp) -> PreorderEffect {
    if fact.step.is_paid() {
        return paid(stored, known, fact, at);
    }
    let Some(preorder) = stored else {
        return Effect::ignore("no preorder of ours, and nothing was paid");
    };
    if preorder.payment.is_some() {
        return Effect::ignore("the preorder is paid");
    }
    let Some(mut preorder) = adopt(preorder, fact) else {
        return Effect::ignore("a newer session exists");
    };
    let state = preorder.session.as_ref().map(|session| session.state);
    match fact.step {
        SessionStep::Completed(CheckoutPaymentStatus::Unpaid) if state == Some(SessionState::Open) => {
            preorder.status = Status::Processing;
            set_state(&mut preorder, SessionState::AwaitingPayment);
            PreorderChange::update(preorder, [])
        }
        SessionStep::AsyncPaymentFailed if state != Some(SessionState::Closed) => {
            preorder.status = Status::Failed;
            set_state(&mut preorder, SessionState::Closed);
            PreorderChange::update(preorder, [])
        }
        SessionStep::Expired if state != Some(SessionState::Closed) => {
            preorder.status = Status::Cancelled;
            set_state(&mut preorder, SessionState::Closed);
            let abandoned = abandoned(&preorder, fact, at);
            PreorderChange::update(preorder, [abandoned])
        }
        SessionStep::Completed(_)
        | SessionStep::AsyncPaymentSucceeded
        | SessionStep::AsyncPaymentFailed
        | SessionStep::Expired => Effect::ignore("the session is further already"),
    }
}

/// Returns the preorder with the event's session as its newest; none if it has a newer one.
///
/// A session that we don't know is one whose answer from Stripe we never stored. Its attempt counts as used up, so that
/// the next checkout doesn't get the same session again.
fn adopt(mut preorder: Preorder, fact: &SessionFact) -> Option<Preorder> {
    let known = preorder.session.as_ref().is_some_and(|session| session.id == fact.session);
    if known {
        return Some(preorder);
    }
    let attempt = fact.attempt.unwrap_or_default();
    let newer = attempt > preorder.checkout_attempt || preorder.session.is_none();
    newer.then(|| {
        preorder.checkout_attempt = preorder.checkout_attempt.max(attempt);
        preorder.session = Some(without_url(fact, SessionState::Open));
        preorder
    })
}

/// Returns the event's session. Nobody is sent there any more: only the answer that opened it has its address.
fn without_url(fact: &SessionFact, state: SessionState) -> Session {
    Session { id: fact.session.clone(), url: None, expires_at: fact.expires_at, state }
}

fn set_state(preorder: &mut Preorder, state: SessionState) {
    if let Some(session) = &mut preorder.session {
        session.state = state;
    }
}

fn paid(stored: Option<Preorder>, known: &PaymentFacts, fact: &SessionFact, at: Timestamp) -> PreorderEffect {
    let Some(amount) = fact.amount else {
        return Effect::park("a paid session without an amount");
    };
    let (mut preorder, rescued) = match stored {
        Some(preorder) => (preorder, false),
        None => match rescue(fact, at) {
            Some(preorder) => (preorder, true),
            None => {
                return Effect::park("a paid session that names neither a preorder nor an e-mail address");
            }
        },
    };
    if let Some(payment) = &preorder.payment {
        let same = payment.intent == fact.payment_intent;
        return if same {
            Effect::ignore("the preorder is paid")
        } else {
            Effect::park("a second payment for a preorder")
        };
    }
    preorder.status = Status::Completed;
    preorder.checkout_attempt = preorder.checkout_attempt.max(fact.attempt.unwrap_or_default());
    preorder.session = Some(match preorder.session.take() {
        Some(session) if session.id == fact.session => Session { state: SessionState::Closed, ..session },
        _ => without_url(fact, SessionState::Closed),
    });
    preorder.contact = preorder.contact.clone().or(fact.contact.clone());
    preorder.payment =
        Some(Payment { intent: fact.payment_intent.clone(), amount, paid_at: at, refunded: 0, dispute: None });
    let mut announcements = vec![success(&preorder, at)];
    announcements.extend(apply_facts(&mut preorder, known, at));
    let write =
        if rescued { PreorderWrite::Insert(Box::new(preorder)) } else { PreorderWrite::Update(Box::new(preorder)) };
    Effect::Change(PreorderChange { write, announcements })
}

/// Returns a preorder made from the payment itself: it never vanishes just because we don't know what it is for.
fn rescue(fact: &SessionFact, at: Timestamp) -> Option<Preorder> {
    Some(Preorder {
        id: fact.preorder_or_rescued(),
        user_id: fact.user.clone(),
        email: fact.email.clone()?,
        color: fact.color.clone().unwrap_or_else(Color::unknown),
        price_id: fact.price.clone(),
        locale: fact.locale.unwrap_or(Locale::En),
        contact: fact.contact.clone(),
        wishes: Wishes::default(),
        status: Status::Initiated,
        checkout_attempt: 0,
        session: None,
        payment: None,
        created_at: at,
    })
}

/// Decides what a refused try to pay does. The session stays open; the customer may try another card in it.
#[must_use]
pub fn payment_failed(stored: Option<Preorder>, fact: &PaymentFailedFact) -> PreorderEffect {
    let Some(mut preorder) = stored else {
        return Effect::ignore("no preorder of ours");
    };
    if preorder.payment.is_some() {
        return Effect::ignore("the preorder is paid");
    }
    let attempt = fact.attempt.unwrap_or(preorder.checkout_attempt);
    match attempt.cmp(&preorder.checkout_attempt) {
        Ordering::Less => return Effect::ignore("a newer session exists"),
        Ordering::Equal if preorder.session.as_ref().is_some_and(|s| s.state != SessionState::Open) => {
            return Effect::ignore("the session is further already");
        }
        Ordering::Equal | Ordering::Greater => {}
    }
    if preorder.status == Status::Failed {
        return Effect::ignore("known already");
    }
    preorder.status = Status::Failed;
    PreorderChange::update(preorder, [])
}

/// Decides what newly known refunds and disputes of a payment do: nothing unless it is this preorder's payment.
#[must_use]
pub fn payment_facts(
    stored: Option<Preorder>,
    intent: &PaymentIntentId,
    facts: &PaymentFacts,
    at: Timestamp,
) -> PreorderEffect {
    let of_intent = |it: &Preorder| it.payment.as_ref().and_then(|payment| payment.intent.as_ref()) == Some(intent);
    let Some(mut preorder) = stored.filter(of_intent) else {
        return Effect::ignore("no preorder with this payment");
    };
    let refunded = apply_facts(&mut preorder, facts, at);
    PreorderChange::update(preorder, refunded)
}

/// Brings payment and facts together; returns the announcement if all the money is gone.
fn apply_facts(preorder: &mut Preorder, facts: &PaymentFacts, at: Timestamp) -> Option<Announcement> {
    let payment = preorder.payment.as_mut()?;
    payment.refunded = facts.refunded.min(payment.amount.amount);
    payment.dispute.clone_from(&facts.dispute);
    let in_full = payment.refunded > 0 && payment.refunded == payment.amount.amount;
    if !in_full || preorder.status == Status::Refunded {
        return None;
    }
    preorder.status = Status::Refunded;
    Some(refunded(preorder, at))
}

fn properties(preorder: &Preorder) -> serde_json::Map<String, serde_json::Value> {
    let mut properties = serde_json::Map::new();
    properties.insert("color".into(), json!(preorder.color.as_str()));
    properties.insert("preorder_id".into(), json!(preorder.id));
    properties.insert("preorder_number".into(), json!(preorder.id.number()));
    properties.insert("locale".into(), json!(preorder.locale.tag()));
    properties
}

fn with_payment(kind: AnnouncementKind, preorder: &Preorder, at: Timestamp) -> Announcement {
    let value = preorder.payment.as_ref().map(|payment| payment.amount);
    let mut properties = properties(preorder);
    if let Some(money) = value {
        properties.insert("amount".into(), json!(money.to_decimal()));
        properties.insert("currency".into(), json!(money.currency.to_iso()));
    }
    let payload = Payload { profile: preorder.profile(), properties, value, occurred_at: at };
    Announcement::new(kind, &preorder.id.to_string(), payload)
}

fn success(preorder: &Preorder, at: Timestamp) -> Announcement {
    with_payment(AnnouncementKind::PreorderSuccess, preorder, at)
}

fn refunded(preorder: &Preorder, at: Timestamp) -> Announcement {
    with_payment(AnnouncementKind::PreorderRefunded, preorder, at)
}

/// Keyed by session: a preorder can be abandoned more than once, each time in another session.
fn abandoned(preorder: &Preorder, fact: &SessionFact, at: Timestamp) -> Announcement {
    let payload =
        Payload { profile: preorder.profile(), properties: properties(preorder), value: None, occurred_at: at };
    Announcement::new(AnnouncementKind::PreorderAbandoned, &format!("{}:{}", preorder.id, fact.session), payload)
}
