//! How facts of Stripe's events change a preorder.
//!
//! The rules that make the order of arrival irrelevant:
//! - A payment wins over every state before it, and no late event undoes it.
//! - Within one session, closed beats awaiting beats open; of several sessions one counts, and the others change nothing
//!   unless they were paid.
//! - Refunds and disputes are stored for a payment at Stripe ([`PaymentFacts`]) and applied whenever both they and the
//!   payment are known, so the result doesn't depend on which came first.
//! - A second payment is kept beside the first one.
//! - An expired session is announced whatever else is known; the sender leaves out announcements that aren't true any more.

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
    property,
    stripe::{CheckoutPaymentStatus, Dispute, PaymentFacts, PaymentFailedFact, Refund, SessionFact, SessionStep},
};

/// The effect of an event on a preorder.
type PreorderEffect = Effect<PreorderChange>;

/// Returns the effect of a Checkout session's step on the stored preorder, if there is one. A paid session without a stored
/// preorder makes one. `known` are the refunds and disputes of the session's payment.
#[must_use]
pub fn session(stored: Option<Preorder>, known: &PaymentFacts, fact: &SessionFact, at: Timestamp) -> PreorderEffect {
    if fact.step.is_paid() {
        return paid(stored, known, fact, at);
    }
    let Some(preorder) = stored.map(|preorder| with_attempt_used_up(preorder, fact)) else {
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

/// Returns the effect of an event that only announces something; without an announcement, the event is ignored.
fn only_announced(preorder: Preorder, announcement: Option<Announcement>, reason: &'static str) -> PreorderEffect {
    match announcement {
        Some(announcement) => PreorderChange::update(preorder, [announcement]),
        None => Effect::ignore(reason),
    }
}

/// Returns the preorder with the attempt of an event's session used up. A session that Stripe opened just before our process
/// died isn't stored, and the next checkout must not get it again.
fn with_attempt_used_up(preorder: Preorder, fact: &SessionFact) -> Preorder {
    let attempt = fact.metadata.attempt.unwrap_or_default();
    Preorder { checkout_attempt: preorder.checkout_attempt.max(attempt), ..preorder }
}

/// Returns the preorder with the event's session as the one that counts; none if another one does.
///
/// A session that isn't stored is one that Stripe opened just before our process died, or a copy that the customer opened
/// by the link of an expired session.
fn adopt(mut preorder: Preorder, fact: &SessionFact) -> Option<Preorder> {
    match &preorder.session {
        Some(stored) if stored.id == fact.session => return Some(preorder),
        Some(stored) if !counts_instead(fact, stored, &preorder) => return None,
        Some(_) | None => {}
    }
    preorder.session = Some(without_url(fact, SessionState::Open));
    Some(preorder)
}

/// Returns whether an unpaid session counts instead of another one, which is stored with the preorder. The order in which
/// their events arrive plays no part.
///
/// The link of an expired session works for 30 days, and each time that it is followed, Stripe opens another copy with the
/// same metadata, also the attempt's number (<https://docs.stripe.com/payments/checkout/abandoned-carts>). No event tells
/// that. So a copy can be older or newer than sessions of any attempt:
/// - A session that the customer completed counts instead of those that were left, because its payment may be on its way.
/// - Otherwise the newer session counts. A session that expires in the same second and has the same attempt is a copy.
/// - A session that a request opened is stored only after what came before was over, so nothing older counts instead.
fn counts_instead(fact: &SessionFact, stored: &Session, preorder: &Preorder) -> bool {
    let stored_was_completed = match stored.state {
        SessionState::Open => false,
        SessionState::AwaitingPayment => true,
        SessionState::Closed => preorder.status == Status::Failed,
    };
    let was_opened_by_a_request = stored.url.is_some();
    let is_copy = fact.expires_at == stored.expires_at && fact.metadata.attempt == Some(preorder.checkout_attempt);
    match (fact.step != SessionStep::Expired, stored_was_completed) {
        (true, false) => is_newer(fact, stored) || is_copy || !was_opened_by_a_request,
        (false, true) => false,
        (true, true) | (false, false) => is_newer(fact, stored),
    }
}

/// Returns whether an event's session is newer than another one. No request sets a session's `expires_at`, so all last
/// equally long, and the newer one expires later.
fn is_newer(fact: &SessionFact, stored: &Session) -> bool {
    (fact.expires_at, &fact.session) > (stored.expires_at, &stored.id)
}

/// Returns the event's session, without the address of its payment page, which only the answer that opened it has.
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
    // Of several paid sessions the newest is kept, in whatever order their events arrive.
    let is_newest = preorder.session.as_ref().is_none_or(|stored| stored.id == fact.session || is_newer(fact, stored));
    if preorder.payment.is_none() || is_newest {
        preorder.session = Some(match preorder.session.take() {
            Some(session) if session.id == fact.session => Session { state: SessionState::Closed, ..session },
            _ => without_url(fact, SessionState::Closed),
        });
    }
    preorder = with_attempt_used_up(preorder, fact);
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

/// Updates the contact with the one that the customer gave at the checkout, and keeps the form's contact in `form_contact`.
fn given_with_payment(preorder: &mut Preorder, fact: &SessionFact) {
    let given = preorder.contact.clone().then_given(fact.contact.clone());
    if given != preorder.contact {
        let before = std::mem::replace(&mut preorder.contact, given);
        preorder.form_contact.get_or_insert(before);
    }
}

/// Returns a preorder made from the paid session alone, so that no payment is lost because its preorder was lost; none if
/// the session has no e-mail address.
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
            marketing_consent: fact
                .metadata
                .agreed_to
                .clone()
                .map_or(MarketingConsent::No, MarketingConsent::Unconfirmed),
            ..Wishes::default()
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

/// Returns the effect of a refused attempt to pay. The session stays open, and the customer may try another card in it. The
/// refusal is announced once for each payment, whatever else is known, so that the order of arrival doesn't matter.
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

/// Returns the effect of newly known refunds and disputes of a payment at Stripe. They are ignored if the payment isn't one
/// of this preorder's.
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
    properties.insert(property::PREORDER.into(), json!(preorder.id));
    properties.insert("preorder_number".into(), json!(preorder.id.number()));
    properties.insert(property::LOCALE.into(), json!(preorder.locale.tag()));
    properties.insert(property::MARKETING_CONSENT.into(), json!(preorder.wishes.marketing_consent.is_given()));
    properties
}

/// Returns an announcement about a payment, whose value is the payment's amount.
fn about_payment(
    kind: AnnouncementKind,
    subject: &str,
    preorder: &Preorder,
    payment: &Payment,
    at: Timestamp,
) -> Announcement {
    let mut properties = properties(preorder);
    properties.insert(property::AMOUNT.into(), json!(payment.amount.to_decimal()));
    properties.insert("currency".into(), json!(payment.amount.currency.to_iso()));
    let payload = Payload { profile: preorder.profile(), properties, value: Some(payment.amount), occurred_at: at };
    Announcement::new(kind, subject, payload)
}

/// Returns the announcement that a preorder is paid. All payments of a preorder give the same key, so only the first one is
/// announced.
fn success(preorder: &Preorder, payment: &Payment, at: Timestamp) -> Announcement {
    about_payment(AnnouncementKind::PreorderSuccess, &preorder.id.to_string(), preorder, payment, at)
}

/// Returns the announcement that all the money of a payment went back. It is made once for each payment, so that the order
/// of payments doesn't matter.
fn refunded(preorder: &Preorder, payment: &Payment, at: Timestamp) -> Announcement {
    let subject = match &payment.intent {
        Some(intent) => format!("{}:{intent}", preorder.id),
        None => preorder.id.to_string(),
    };
    about_payment(AnnouncementKind::PreorderRefunded, &subject, preorder, payment, at)
}

/// Returns an announcement for each refund of a part of a payment.
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

/// Returns the announcement that an attempt to pay was refused.
fn refused(preorder: &Preorder, intent: &PaymentIntentId, at: Timestamp) -> Announcement {
    let payload =
        Payload { profile: preorder.profile(), properties: properties(preorder), value: None, occurred_at: at };
    Announcement::new(AnnouncementKind::PreorderPaymentFailed, &format!("{}:{intent}", preorder.id), payload)
}

/// Returns an announcement for each dispute of a payment.
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

/// Returns the announcement that a preorder was abandoned, which is made once for each session that expires.
fn abandoned(preorder: &Preorder, fact: &SessionFact, at: Timestamp) -> Announcement {
    let mut properties = properties(preorder);
    properties.extend(fact.recovery_url.as_ref().map(|url| (property::RESUME_URL.to_owned(), json!(url))));
    let payload = preorder.marketing(properties, at);
    Announcement::new(AnnouncementKind::PreorderAbandoned, &format!("{}:{}", preorder.id, fact.session), payload)
}
