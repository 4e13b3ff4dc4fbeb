//! The fact of `checkout.session.*`: what happened in a Checkout session.

use crate::{
    Timestamp,
    contact::Contact,
    email::Email,
    ids::{CustomerId, PaymentIntentId, PreorderId, SessionId},
    money::Money,
    preorder_metadata::PreorderMetadata,
    stripe::{Hints, Lookup},
};

/// The step that a session took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStep {
    /// `checkout.session.completed`: the customer has completed it; the payment status says whether it is paid.
    Completed(CheckoutPaymentStatus),
    /// `checkout.session.async_payment_succeeded`: a payment that takes days succeeded.
    AsyncPaymentSucceeded,
    /// `checkout.session.async_payment_failed`: a payment that takes days failed.
    AsyncPaymentFailed,
    /// `checkout.session.expired`: the session expired unpaid.
    Expired,
}

impl SessionStep {
    /// Returns whether the step means that the preorder is paid.
    #[must_use]
    pub fn is_paid(self) -> bool {
        match self {
            Self::Completed(CheckoutPaymentStatus::Paid | CheckoutPaymentStatus::NoPaymentRequired)
            | Self::AsyncPaymentSucceeded => true,
            Self::Completed(CheckoutPaymentStatus::Unpaid) | Self::AsyncPaymentFailed | Self::Expired => false,
        }
    }
}

/// A session's `payment_status`
/// (<https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_status>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutPaymentStatus {
    /// `paid`: the money has come.
    Paid,
    /// `unpaid`: the money may come later.
    Unpaid,
    /// `no_payment_required`: the session costs nothing.
    NoPaymentRequired,
}

/// The content of an event about a Checkout session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFact {
    /// The session.
    pub session: SessionId,
    /// The step that the session took.
    pub step: SessionStep,
    /// `expires_at`: when the session expires.
    pub expires_at: Option<Timestamp>,
    /// Our metadata. If they name no preorder, the preorder is that of `client_reference_id`, if it has the form of our
    /// ids.
    pub metadata: PreorderMetadata,
    /// `after_expiration.recovery.url`: a link that recovers the expired session, if the shop's policy allows that.
    pub recovery_url: Option<String>,
    /// The payment; none while nobody has tried to pay, or if nothing had to be paid.
    pub payment_intent: Option<PaymentIntentId>,
    /// `amount_total` and `currency`.
    pub amount: Option<Money>,
    /// The address that the customer gave to Stripe, or that we gave for them.
    pub email: Option<Email>,
    /// The name, telephone and address that Stripe collected.
    pub contact: Contact,
    /// The Stripe customer who pays, if the session has one.
    pub customer: Option<CustomerId>,
}

impl SessionFact {
    /// Returns whether the session is ours: its metadata name a preorder, or a colour, which the system before this one
    /// wrote. One Stripe account may serve several shops, and an endpoint gets the events of all of them.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.metadata.preorder.is_some() || self.metadata.color.is_some()
    }

    /// Returns the id of the preorder that the session names, or of the one that is made for it if it names none.
    #[must_use]
    pub fn preorder_or_rescued(&self) -> PreorderId {
        self.metadata.preorder.unwrap_or_else(|| PreorderId::for_session(&self.session))
    }

    /// Returns the keys that the fact names.
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
