//! What Stripe's events do to a preorder.
//!
//! The rules that make the order of arrival irrelevant:
//! - A payment wins over every state before it, and is never taken back by something late.
//! - Within one session, closed beats awaiting beats open; a session that isn't the newest one changes nothing unless
//!   it was paid.
//! - Refunds and disputes are facts of a payment ([`PaymentFacts`]); whenever payment and facts come together, the
//!   result is the same.
//! - A second payment is kept beside the first one.
//! - A session that ran out is announced whatever is known by then; the sender leaves out what doesn't hold any more.

use std::cmp::Ordering;

use serde_json::json;

use crate::{
    Timestamp,
    consent::MarketingConsent,
    effect::Effect,
    ids::{DisputeId, PaymentIntentId, RefundId},
    locale::Locale,
    money::Money,
    outbox::{Announcement, AnnouncementKind, Payload},
    preorder::{Color, Payment, Preorder, PreorderChange, PreorderWrite, Session, SessionState, Status, Wishes},
    stripe::{CheckoutPaymentStatus, Dispute, PaymentFacts, PaymentFailedFact, Refund, SessionFact, SessionStep},
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
    let abandoned = (fact.step == SessionStep::Expired).then(|| abandoned(&preorder, fact, at));
    if preorder.payment.is_some() {
        return only_announced(preorder, abandoned, "the preorder is paid");
    }
    let Some(mut preorder) = adopt(preorder.clone(), fact) else {
        return only_announced(preorder, abandoned, "a newer session exists");
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
            PreorderChange::update(preorder, abandoned)
        }
        SessionStep::Completed(_)
        | SessionStep::AsyncPaymentSucceeded
        | SessionStep::AsyncPaymentFailed
        | SessionStep::Expired => Effect::ignore("the session is further already"),
    }
}

/// Announces something about a preorder that the event doesn't change; without an announcement, the event is ignored.
fn only_announced(preorder: Preorder, announcement: Option<Announcement>, reason: &'static str) -> PreorderEffect {
    match announcement {
        Some(announcement) => PreorderChange::update(preorder, [announcement]),
        None => Effect::ignore(reason),
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
    let attempt = fact.metadata.attempt.unwrap_or_default();
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
        return Effect::park(format!(
            "session {} of preorder {} is paid but says no amount: compare it with Stripe, then `ops event`",
            fact.session,
            fact.preorder_or_rescued()
        ));
    };
    let (mut preorder, rescued) = match stored {
        Some(preorder) => (preorder, false),
        None => match rescue(fact, at) {
            Some(preorder) => (preorder, true),
            None => {
                return Effect::park(format!(
                    "session {} is paid but names neither a preorder nor an e-mail address: refund it or find out whose it is",
                    fact.session
                ));
            }
        },
    };
    if preorder.payments().any(|payment| payment.is(fact.payment_intent.as_ref(), &fact.session)) {
        return Effect::ignore("the preorder is paid");
    }
    let attempt = fact.metadata.attempt.unwrap_or_default();
    // Of several paid sessions the newest is kept, whichever is told first.
    if preorder.payment.is_none() || attempt >= preorder.checkout_attempt {
        preorder.session = Some(match preorder.session.take() {
            Some(session) if session.id == fact.session => Session { state: SessionState::Closed, ..session },
            _ => without_url(fact, SessionState::Closed),
        });
    }
    preorder.checkout_attempt = preorder.checkout_attempt.max(attempt);
    if preorder.payments().all(|known| known.paid_at <= at) {
        given_with_payment(&mut preorder, fact);
    }
    let mut payment = Payment::new(fact.payment_intent.clone(), Some(fact.session.clone()), amount, at);
    let gone = payment.apply(known);
    let mut announcements = vec![success(&preorder, &payment, at)];
    announcements.extend(gone.then(|| refunded(&preorder, &payment, at)));
    announcements.extend(disputed(&preorder, &payment, known));
    announcements.extend(partly_refunded(&preorder, &payment, known));
    let others = preorder.payments().cloned();
    let payments = others.chain([payment]).collect();
    preorder.settle(payments);
    let write =
        if rescued { PreorderWrite::Insert(Box::new(preorder)) } else { PreorderWrite::Update(Box::new(preorder)) };
    Effect::Change(PreorderChange { write, announcements })
}

/// Takes over what was given at the checkout, and keeps what the form said beside it.
fn given_with_payment(preorder: &mut Preorder, fact: &SessionFact) {
    let given = preorder.contact.clone().then_given(fact.contact.clone());
    if given != preorder.contact {
        let before = std::mem::replace(&mut preorder.contact, given);
        preorder.form_contact.get_or_insert(before);
    }
}

/// Returns a preorder made from the payment itself: it never vanishes just because we don't know what it is for.
fn rescue(fact: &SessionFact, at: Timestamp) -> Option<Preorder> {
    Some(Preorder {
        id: fact.preorder_or_rescued(),
        user_id: fact.metadata.user.clone(),
        owner_email: None,
        email: fact.email.clone()?,
        color: fact.metadata.color.clone().unwrap_or_else(Color::unknown),
        price_id: fact.metadata.price.clone(),
        locale: fact.metadata.locale.unwrap_or(Locale::En),
        contact: fact.contact.clone(),
        form_contact: None,
        wishes: Wishes {
            customer_notes: None,
            marketing_consent: fact
                .metadata
                .agreed_to
                .clone()
                .map_or(MarketingConsent::No, MarketingConsent::Unconfirmed),
        },
        status: Status::Initiated,
        checkout_attempt: 0,
        session: None,
        payment: None,
        further_payments: Vec::new(),
        disputed_at: None,
        created_at: at,
    })
}

/// Decides what a refused try to pay does. The session stays open; the customer may try another card in it. It is
/// announced whatever else is known, once for each payment, or the order of arrival would choose.
#[must_use]
pub fn payment_failed(stored: Option<Preorder>, fact: &PaymentFailedFact, at: Timestamp) -> PreorderEffect {
    let Some(mut preorder) = stored else {
        return Effect::ignore("no preorder of ours");
    };
    let refused = refused(&preorder, &fact.payment_intent, at);
    let attempt = fact.attempt.unwrap_or(preorder.checkout_attempt);
    let further = || preorder.session.as_ref().is_some_and(|session| session.state != SessionState::Open);
    let is_news = preorder.payment.is_none()
        && match attempt.cmp(&preorder.checkout_attempt) {
            Ordering::Less => false,
            Ordering::Equal => !further(),
            Ordering::Greater => true,
        };
    if is_news {
        preorder.status = Status::Failed;
    }
    PreorderChange::update(preorder, [refused])
}

/// Decides what newly known refunds and disputes of a payment do: nothing unless it is this preorder's payment.
#[must_use]
pub fn payment_facts(
    stored: Option<Preorder>,
    intent: &PaymentIntentId,
    facts: &PaymentFacts,
    at: Timestamp,
) -> PreorderEffect {
    let Some(mut preorder) = stored else {
        return Effect::ignore("no preorder with this payment");
    };
    let mut payments = Vec::from_iter(preorder.payments().cloned());
    let Some(payment) = payments.iter_mut().find(|payment| payment.intent.as_ref() == Some(intent)) else {
        return Effect::ignore("no preorder with this payment");
    };
    let gone = payment.apply(facts);
    let mut announcements = Vec::from_iter(gone.then(|| refunded(&preorder, payment, at)));
    announcements.extend(disputed(&preorder, payment, facts));
    announcements.extend(partly_refunded(&preorder, payment, facts));
    preorder.settle(payments);
    PreorderChange::update(preorder, announcements)
}

fn properties(preorder: &Preorder) -> serde_json::Map<String, serde_json::Value> {
    let mut properties = serde_json::Map::new();
    properties.insert("color".into(), json!(preorder.color.as_str()));
    properties.insert("preorder_id".into(), json!(preorder.id));
    properties.insert("preorder_number".into(), json!(preorder.id.number()));
    properties.insert("locale".into(), json!(preorder.locale.tag()));
    properties.insert("marketing_consent".into(), json!(preorder.wishes.marketing_consent.is_given()));
    properties
}

/// Announces something about a payment that is worth its amount.
fn about_payment(
    kind: AnnouncementKind,
    subject: &str,
    preorder: &Preorder,
    payment: &Payment,
    at: Timestamp,
) -> Announcement {
    let mut properties = properties(preorder);
    properties.insert("amount".into(), json!(payment.amount.to_decimal()));
    properties.insert("currency".into(), json!(payment.amount.currency.to_iso()));
    let payload = Payload { profile: preorder.profile(), properties, value: Some(payment.amount), occurred_at: at };
    Announcement::new(kind, subject, payload)
}

/// Announces the first payment of a preorder; another one has the same key.
fn success(preorder: &Preorder, payment: &Payment, at: Timestamp) -> Announcement {
    about_payment(AnnouncementKind::PreorderSuccess, &preorder.id.to_string(), preorder, payment, at)
}

/// Announces that all of a payment went back, once for each payment: which of several is told first must not matter.
fn refunded(preorder: &Preorder, payment: &Payment, at: Timestamp) -> Announcement {
    let subject = match &payment.intent {
        Some(intent) => format!("{}:{intent}", preorder.id),
        None => preorder.id.to_string(),
    };
    about_payment(AnnouncementKind::PreorderRefunded, &subject, preorder, payment, at)
}

/// Announces the refunds that brought back a part of a payment, each once.
fn partly_refunded(preorder: &Preorder, payment: &Payment, facts: &PaymentFacts) -> Vec<Announcement> {
    let parts = facts.refunds.iter().filter(|(_, it)| it.was_gone() && it.amount < payment.amount.amount);
    let announce = |(id, refund): (&RefundId, &Refund)| {
        let back = Payment { amount: Money { amount: refund.amount, ..payment.amount }, ..payment.clone() };
        let (kind, subject) = (AnnouncementKind::PreorderPartlyRefunded, format!("{}:{id}", preorder.id));
        let mut announcement = about_payment(kind, &subject, preorder, &back, refund.created);
        announcement.payload.properties.insert("refund_id".into(), json!(id.as_str()));
        announcement
    };
    parts.map(announce).collect()
}

/// Announces that a try to pay was refused.
fn refused(preorder: &Preorder, intent: &PaymentIntentId, at: Timestamp) -> Announcement {
    let payload =
        Payload { profile: preorder.profile(), properties: properties(preorder), value: None, occurred_at: at };
    Announcement::new(AnnouncementKind::PreorderPaymentFailed, &format!("{}:{intent}", preorder.id), payload)
}

/// Announces the disputes of a payment, each once.
fn disputed(preorder: &Preorder, payment: &Payment, facts: &PaymentFacts) -> Vec<Announcement> {
    let announce = |(id, dispute): (&DisputeId, &Dispute)| {
        let at = dispute.first_heard_of().unwrap_or(payment.paid_at);
        let subject = format!("{}:{id}", preorder.id);
        let mut announcement = about_payment(AnnouncementKind::PreorderDisputed, &subject, preorder, payment, at);
        announcement.payload.properties.extend(dispute.properties(id));
        announcement
    };
    facts.disputes.iter().map(announce).collect()
}

/// Announces that a preorder was abandoned. Keyed by session: a preorder can be abandoned more than once, each time in
/// another session.
fn abandoned(preorder: &Preorder, fact: &SessionFact, at: Timestamp) -> Announcement {
    let mut properties = properties(preorder);
    properties.extend(fact.recovery_url.as_ref().map(|url| ("resume_url".to_owned(), json!(url))));
    let payload = preorder.marketing(properties, at);
    Announcement::new(AnnouncementKind::PreorderAbandoned, &format!("{}:{}", preorder.id, fact.session), payload)
}
