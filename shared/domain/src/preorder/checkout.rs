//! The rules of checkout: a preorder has one open session at a time.

use crate::{
    Timestamp,
    ids::SessionId,
    preorder::{Preorder, Session, SessionState, Status},
};

/// The decision about a request to pay for a preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutDecision {
    /// A session is open already, and the customer is sent there.
    Reuse(OpenSession),
    /// A session is to be opened as this attempt. The attempt's number is part of Stripe's idempotency key, so a repeat
    /// after a crash gets the same session.
    Open {
        /// The attempt's number: one more than the attempts that are used up.
        attempt: i32,
        /// The session of the attempt before, if it isn't known how it ended. Stripe must be asked first, since the event
        /// that it was paid may be late, or never come.
        before: Option<SessionId>,
    },
    /// The customer paid with a method that takes days; a second session could charge them twice.
    PaymentPending,
    /// The preorder is paid.
    AlreadyCompleted,
}

/// A session in which the preorder can be paid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Stripe's id.
    pub id: SessionId,
    /// The address of the session's payment page.
    pub url: String,
    /// When the session expires.
    pub expires_at: Timestamp,
}

/// The time that must be left of a session to offer it again; with less, a customer couldn't finish in it.
const LEAST_REMAINING: time::Duration = time::Duration::minutes(2);

/// Decides about a request to pay for a preorder.
#[must_use]
pub fn decide(preorder: &Preorder, now: Timestamp) -> CheckoutDecision {
    if preorder.payment.is_some() || matches!(preorder.status, Status::Completed | Status::Refunded) {
        return CheckoutDecision::AlreadyCompleted;
    }
    match &preorder.session {
        Some(Session { state: SessionState::AwaitingPayment, .. }) => CheckoutDecision::PaymentPending,
        Some(Session { id, url: Some(url), expires_at: Some(expires_at), state: SessionState::Open })
            if now + LEAST_REMAINING < *expires_at =>
        {
            CheckoutDecision::Reuse(OpenSession { id: id.clone(), url: url.clone(), expires_at: *expires_at })
        }
        session => {
            let unended = session.as_ref().filter(|session| session.state == SessionState::Open);
            let before = unended.map(|session| session.id.clone());
            CheckoutDecision::Open { attempt: preorder.checkout_attempt + 1, before }
        }
    }
}

/// Returns the preorder after checkout attempt `attempt`: with the session that was opened, or with its session unchanged
/// if none was opened. Returns none if the attempt is used up already, the preorder is paid, or a payment is on its way; then
/// nothing may change. A payment can be on its way since the request was decided, in a copy of an expired session.
///
/// A store may carry this out as one compare-and-set, so that a checkout takes a single round trip.
#[must_use]
pub fn use_up_attempt(preorder: Preorder, attempt: i32, session: Option<&OpenSession>) -> Option<Preorder> {
    let is_awaited = preorder.session.as_ref().is_some_and(|session| session.state == SessionState::AwaitingPayment);
    if preorder.checkout_attempt >= attempt || preorder.payment.is_some() || is_awaited {
        return None;
    }
    let mut preorder = Preorder { checkout_attempt: attempt, ..preorder };
    if let Some(open) = session {
        preorder.status = Status::Processing;
        preorder.session = Some(Session {
            id: open.id.clone(),
            url: Some(open.url.clone()),
            expires_at: Some(open.expires_at),
            state: SessionState::Open,
        });
    }
    Some(preorder)
}
