//! `checkout.session.*`: what happened in a Checkout session.

use crate::{
    Timestamp,
    contact::Contact,
    email::Email,
    ids::{CustomerId, PaymentIntentId, PreorderId, SessionId},
    money::Money,
    preorder_metadata::PreorderMetadata,
    stripe::{Hints, Lookup},
};

/// Which step of its life the session took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStep {
    /// `checkout.session.completed`: the customer is through; whether they paid is another question.
    Completed(CheckoutPaymentStatus),
    /// `checkout.session.async_payment_succeeded`: the money came, days later.
    AsyncPaymentSucceeded,
    /// `checkout.session.async_payment_failed`: the money didn't come.
    AsyncPaymentFailed,
    /// `checkout.session.expired`: nobody paid in time.
    Expired,
}

impl SessionStep {
    /// Returns whether it says that the preorder is paid.
    #[must_use]
    pub fn is_paid(self) -> bool {
        match self {
            Self::Completed(CheckoutPaymentStatus::Paid | CheckoutPaymentStatus::NoPaymentRequired)
            | Self::AsyncPaymentSucceeded => true,
            Self::Completed(CheckoutPaymentStatus::Unpaid) | Self::AsyncPaymentFailed | Self::Expired => false,
        }
    }
}

/// A session's `payment_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutPaymentStatus {
    /// The money is there.
    Paid,
    /// The money may come later.
    Unpaid,
    /// Nothing was to be paid.
    NoPaymentRequired,
}

/// What a session event carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFact {
    /// The session.
    pub session: SessionId,
    /// What happened.
    pub step: SessionStep,
    /// Until when one can pay in it, `expires_at`.
    pub expires_at: Option<Timestamp>,
    /// Our metadata. If they name no preorder, it is that of `client_reference_id`, if that is one of the form that we
    /// give out.
    pub metadata: PreorderMetadata,
    /// `after_expiration.recovery.url`: where an expired session can be gone on with, if the shop lets customers do that.
    pub recovery_url: Option<String>,
    /// The payment; none while nothing was tried, or if nothing had to be paid.
    pub payment_intent: Option<PaymentIntentId>,
    /// `amount_total` and `currency`.
    pub amount: Option<Money>,
    /// The address that the customer gave to Stripe, or that we gave for them.
    pub email: Option<Email>,
    /// What Stripe collected of name, telephone and address.
    pub contact: Contact,
    /// Who pays, if Stripe was told.
    pub customer: Option<CustomerId>,
}

impl SessionFact {
    /// Returns whether we opened it: it names a preorder of ours, or the colour that the flow before ours wrote. One
    /// account may serve several shops, and an endpoint gets the events of all of them.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.metadata.preorder.is_some() || self.metadata.color.is_some()
    }

    /// Returns the preorder that it names, or the one that it becomes if it names none.
    #[must_use]
    pub fn preorder_or_rescued(&self) -> PreorderId {
        self.metadata.preorder.unwrap_or_else(|| PreorderId::for_session(&self.session))
    }

    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup {
            preorder: Some(self.preorder_or_rescued()),
            session: Some(self.session.clone()),
            payment_intent: self.payment_intent.clone(),
            hints: (!self.is_ours()).then(|| Hints { customer: self.customer.clone(), prices: Vec::new() }),
            ..Lookup::default()
        }
    }
}
