//! Conditions of unpaid preorders that statements carry out: whether one is stuck, and whether it can be deleted.

use crate::{
    Timestamp,
    preorder::{Preorder, Session, SessionState, Status},
};

impl Preorder {
    /// Returns whether the preorder is in processing although its Checkout session expired before `before`, because Stripe's
    /// event about the expiry never came. A preorder that waits for a payment that takes days isn't stuck.
    ///
    /// `stuck_preorders.sql` has the same condition, in the store and in the operators' program.
    #[must_use]
    pub fn is_stuck(&self, before: Timestamp) -> bool {
        let has_expired = |session: &Session| {
            session.state == SessionState::Open && session.expires_at.is_some_and(|expires_at| expires_at < before)
        };
        self.status == Status::Processing && self.session.as_ref().is_some_and(has_expired)
    }

    /// Returns whether the preorder can be deleted: it was made before `cutoff`, nothing was ever paid for it, and nothing
    /// can be paid any more. A session that expired before `cutoff` can't be paid any more, not by its link either.
    ///
    /// `clear_unpaid_preorders.sql` has the same condition.
    #[must_use]
    pub fn can_be_deleted(&self, cutoff: Timestamp) -> bool {
        let may_be_paid = |session: &Session| {
            let is_recent = session.expires_at.map(|expires_at| expires_at >= cutoff);
            match session.state {
                SessionState::Open => is_recent.unwrap_or(true),
                SessionState::AwaitingPayment => true,
                SessionState::Closed => is_recent.unwrap_or(false),
            }
        };
        self.payment.is_none()
            && self.created_at < cutoff
            && matches!(self.status, Status::Initiated | Status::Failed | Status::Cancelled)
            && !self.session.as_ref().is_some_and(may_be_paid)
    }
}
