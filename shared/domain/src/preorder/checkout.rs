//! Sending a preorder to Stripe: one open session at a time.

use crate::{
    Timestamp,
    preorder::{Preorder, Session, SessionState, Status},
};

/// What to do when somebody wants to pay for a preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutDecision {
    /// A session is open already: send them there.
    Reuse(OpenSession),
    /// Open a session as this attempt. The number makes Stripe's idempotency key, so a repeat after a crash gets the
    /// same session.
    Open {
        /// One more than the attempts that are used up.
        attempt: i32,
    },
    /// They paid with a method that takes days; a second session could charge them twice.
    PaymentPending,
    /// It is paid.
    AlreadyCompleted,
}

/// A session in which one can pay now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Stripe's id.
    pub id: crate::ids::SessionId,
    /// Where to pay.
    pub url: String,
    /// When Stripe closes it.
    pub expires_at: Timestamp,
}

/// A session with less time than this isn't offered again: nobody could finish in it.
const LEAST_REMAINING: time::Duration = time::Duration::minutes(2);

/// Decides what a checkout request leads to.
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
        _ => CheckoutDecision::Open { attempt: preorder.checkout_attempt + 1 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preorder::on_event::tests::{initiated, paid_by, t};

    fn with_session(state: SessionState, expires_at: Timestamp) -> Preorder {
        let id = crate::ids::SessionId::parse("cs_1").unwrap();
        let session = Session { id, url: Some("https://pay".into()), expires_at: Some(expires_at), state };
        Preorder { status: Status::Processing, checkout_attempt: 1, session: Some(session), ..initiated() }
    }

    #[test]
    fn the_first_checkout_is_attempt_one() {
        assert_eq!(decide(&initiated(), t(0)), CheckoutDecision::Open { attempt: 1 });
    }

    #[test]
    fn an_open_session_is_used_again_until_shortly_before_it_expires() {
        let preorder = with_session(SessionState::Open, t(3600));
        assert!(matches!(decide(&preorder, t(10)), CheckoutDecision::Reuse(_)));
        assert_eq!(decide(&preorder, t(3599)), CheckoutDecision::Open { attempt: 2 });
    }

    #[test]
    fn nobody_pays_twice() {
        assert_eq!(decide(&with_session(SessionState::AwaitingPayment, t(0)), t(10)), CheckoutDecision::PaymentPending);
        assert_eq!(decide(&with_session(SessionState::Closed, t(3600)), t(10)), CheckoutDecision::Open { attempt: 2 });
        assert_eq!(decide(&paid_by("cs_1"), t(10)), CheckoutDecision::AlreadyCompleted);
    }
}
