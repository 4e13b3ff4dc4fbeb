//! Stripe's events about a preorder: one session, one payment, 19.99 US dollars.

use pledge_domain::{
    ids::{DisputeId, EventId, PaymentIntentId, SessionId},
    money::{Currency, Money},
    preorder::{Contact, Preorder, PreorderMetadata},
    stripe::{
        ChargeRefundedFact, CheckoutPaymentStatus, DisputeFact, DisputeStatus, Fact, PaymentFailedFact, SessionFact,
        SessionStep, StripeEvent,
    },
};

use crate::time::t;

/// The amount of the payment, in cents.
const AMOUNT: i64 = 1999;

/// Returns the session in which a preorder is paid.
#[must_use]
pub fn session_of(preorder: &Preorder) -> SessionId {
    SessionId::parse(format!("cs_test_{}", preorder.id.as_uuid().simple())).unwrap()
}

/// Returns the payment of a preorder.
#[must_use]
pub fn intent_of(preorder: &Preorder) -> PaymentIntentId {
    PaymentIntentId::parse(format!("pi_{}", preorder.id.as_uuid().simple())).unwrap()
}

/// Returns an event created at [`t`]`(60)`.
#[must_use]
pub fn event(id: &str, kind: &str, fact: Fact) -> StripeEvent {
    StripeEvent {
        id: EventId::parse(id).unwrap(),
        kind: kind.to_owned(),
        api_version: Some("2026-09-30.endive".to_owned()),
        created: t(60),
        livemode: false,
        object: None,
        deployment: None,
        fact,
    }
}

/// Returns the fact of a preorder's first session at a step.
#[must_use]
pub fn a_session(preorder: &Preorder, step: SessionStep) -> SessionFact {
    SessionFact {
        session: session_of(preorder),
        step,
        expires_at: Some(t(86_400)),
        metadata: PreorderMetadata {
            preorder: Some(preorder.id),
            attempt: Some(1),
            user: preorder.user_id.clone(),
            color: Some(preorder.color.clone()),
            locale: Some(preorder.locale),
            price: preorder.price_id.clone(),
            agreed_to: None,
        },
        recovery_url: None,
        payment_intent: Some(intent_of(preorder)),
        amount: Some(Money::new(AMOUNT, Currency::USD)),
        email: Some(preorder.email.clone()),
        contact: Contact::default(),
        customer: None,
    }
}

fn session(id: &str, kind: &str, preorder: &Preorder, step: SessionStep) -> StripeEvent {
    event(id, kind, Fact::Session(Box::new(a_session(preorder, step))))
}

/// Returns the event that the session completed and is paid.
#[must_use]
pub fn session_paid(id: &str, preorder: &Preorder) -> StripeEvent {
    session(id, "checkout.session.completed", preorder, SessionStep::Completed(CheckoutPaymentStatus::Paid))
}

/// Returns the event that the session completed with a method that pays days later.
#[must_use]
pub fn session_unpaid(id: &str, preorder: &Preorder) -> StripeEvent {
    session(id, "checkout.session.completed", preorder, SessionStep::Completed(CheckoutPaymentStatus::Unpaid))
}

/// Returns the event that the delayed payment arrived.
#[must_use]
pub fn session_succeeded_later(id: &str, preorder: &Preorder) -> StripeEvent {
    session(id, "checkout.session.async_payment_succeeded", preorder, SessionStep::AsyncPaymentSucceeded)
}

/// Returns the event that the delayed payment failed.
#[must_use]
pub fn session_failed_later(id: &str, preorder: &Preorder) -> StripeEvent {
    session(id, "checkout.session.async_payment_failed", preorder, SessionStep::AsyncPaymentFailed)
}

/// Returns the event that the session expired.
#[must_use]
pub fn session_expired(id: &str, preorder: &Preorder) -> StripeEvent {
    session(id, "checkout.session.expired", preorder, SessionStep::Expired)
}

/// Returns the event that a card was refused in the first session.
#[must_use]
pub fn card_refused(id: &str, preorder: &Preorder) -> StripeEvent {
    let payment_intent = intent_of(preorder);
    let fact = PaymentFailedFact { payment_intent, preorder: Some(preorder.id), attempt: Some(1) };
    event(id, "payment_intent.payment_failed", Fact::PaymentFailed(fact))
}

/// Returns the event with the sum of a preorder's refunds. It doesn't name the preorder, which is found by the payment.
#[must_use]
pub fn refund(id: &str, preorder: &Preorder, amount: i64) -> StripeEvent {
    let refunded = Money::new(amount, Currency::USD);
    let fact = ChargeRefundedFact { payment_intent: intent_of(preorder), preorder: None, refunded };
    event(id, "charge.refunded", Fact::ChargeRefunded(fact))
}

/// Returns the event that the customer's bank disputes the payment.
#[must_use]
pub fn dispute(id: &str, preorder: &Preorder, status: &str) -> StripeEvent {
    event(id, "charge.dispute.updated", Fact::Dispute(a_dispute("dp_1", intent_of(preorder), status)))
}

/// Returns the fact of a dispute of 19.99 US dollars at [`t`]`(60)`.
#[must_use]
pub fn a_dispute(id: &str, payment_intent: PaymentIntentId, status: &str) -> DisputeFact {
    DisputeFact {
        dispute: DisputeId::parse(id).unwrap(),
        payment_intent,
        amount: Money::new(AMOUNT, Currency::USD),
        status: DisputeStatus::from_name(status),
        evidence_due: Some(t(7 * 86_400)),
        funds_withdrawn: false,
        at: t(60),
    }
}
