//! A preorder: from the form to the paid order.
//!
//! ```text
//! initiated ─checkout→ processing ─paid→ completed ─refunded in full→ refunded
//!                       │  ↑ ↑ └─payment failed→ failed ──┐
//!                       │  │ └──────────checkout──────────┤
//!                       └──┼─session expired→ cancelled ──┘
//! ```
//! A payment wins over everything that came before it; nothing that arrives late takes a payment back. A preorder that
//! was paid twice is refunded when both payments went back, and a lost dispute is like a refund.

pub mod catalogue;
mod change;
pub mod checkout;
pub mod form;
pub mod fulfilment;
pub mod initiate;
pub mod on_event;
mod payment;
pub mod policy;

use serde_json::{Map, Value};

use crate::{
    Timestamp,
    email::Email,
    ids::{PreorderId, PriceId, SessionId, UserId},
    locale::Locale,
    outbox::{Payload, Profile, e164},
    user::Ordered,
};
pub use crate::{color::Color, contact::Contact, preorder_metadata::PreorderMetadata};
pub use catalogue::Catalogue;
pub use change::{PreorderChange, PreorderWrite};
pub use form::{FormFields, PreorderForm, Wishes};
pub use payment::Payment;
pub use policy::{CheckoutPolicy, ReturnPath};

/// Where a preorder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The form was sent.
    Initiated,
    /// Sent to Stripe to pay, or waiting for a payment that takes days.
    Processing,
    /// Paid.
    Completed,
    /// A payment was tried and refused; it may be tried again.
    Failed,
    /// The checkout session ran out; a new one may be opened.
    Cancelled,
    /// Paid, and all the money went back.
    Refunded,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Initiated, Self::Processing, Self::Completed, Self::Failed, Self::Cancelled, Self::Refunded];

    /// Returns the name in the database and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// Returns the status with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// What can still happen in a checkout session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// The customer can pay in it until it expires.
    Open,
    /// The customer is through, with a method that pays days later.
    AwaitingPayment,
    /// Paid, failed or expired: nothing more comes of it.
    Closed,
}

impl SessionState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::AwaitingPayment, Self::Closed];

    /// Returns the name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::AwaitingPayment => "awaiting_payment",
            Self::Closed => "closed",
        }
    }

    /// Returns the state with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The newest checkout session of a preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Stripe's id.
    pub id: SessionId,
    /// Where the customer pays. Known only of sessions that we opened ourselves.
    pub url: Option<String>,
    /// When Stripe closes it.
    pub expires_at: Option<Timestamp>,
    /// What can still happen in it.
    pub state: SessionState,
}

/// A preorder as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preorder {
    /// The preorder's id, which goes through Stripe's metadata and comes back.
    pub id: PreorderId,
    /// Whose it is; none until Firebase has told us.
    pub user_id: Option<UserId>,
    /// The address of the owner's account; none if there is no owner, or if somebody who can sign in to the account hasn't
    /// proven that address.
    pub owner_email: Option<Email>,
    /// The address in the form.
    pub email: Email,
    /// The colour.
    pub color: Color,
    /// The Stripe price of that colour when the preorder was made.
    pub price_id: Option<PriceId>,
    /// The language of the form.
    pub locale: Locale,
    /// Name, telephone and address, as they were given last.
    pub contact: Contact,
    /// What the form said of them, once something else was given with a payment.
    pub form_contact: Option<Contact>,
    /// What else the customer said in the form.
    pub wishes: Wishes,
    /// Where it stands.
    pub status: Status,
    /// How many checkout attempts are used up. The next attempt's number is one more.
    pub checkout_attempt: i32,
    /// The newest session.
    pub session: Option<Session>,
    /// The payment that counts, once there is one: of several the earliest that didn't go back.
    pub payment: Option<Payment>,
    /// Other payments for the same preorder, the earliest first.
    pub further_payments: Vec<Payment>,
    /// Since when somebody disputes a payment; none if nobody does. Nothing is sent to the customer meanwhile.
    pub disputed_at: Option<Timestamp>,
    /// When the form came in.
    pub created_at: Timestamp,
}

impl Preorder {
    /// Returns what it says about whoever ordered it.
    #[must_use]
    pub fn ordered(&self) -> Ordered {
        Ordered {
            preorder: self.id,
            email: self.email.clone(),
            phone: self.contact.phone.clone(),
            agreed_to: self.wishes.marketing_consent.text_version().cloned(),
            at: self.created_at,
        }
    }

    /// Returns whom announcements about this preorder are about. The owner is named under their own address only: who
    /// orders for a friend isn't that friend.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile {
            email: self.email.clone(),
            external_id: self.user_id.clone().filter(|_| self.is_owners_address()),
            phone_number: self.contact.phone.as_deref().and_then(e164),
            first_name: self.contact.first_name.clone(),
            last_name: self.contact.last_name.clone(),
        }
    }

    fn is_owners_address(&self) -> bool {
        self.owner_email.as_ref().is_some_and(|own| own.key() == self.email.key())
    }

    /// Returns what an announcement says that is there for marketing: all of it if the customer has consented to that,
    /// otherwise the address and the preorder's id only.
    pub(super) fn marketing(&self, properties: Map<String, Value>, at: Timestamp) -> Payload {
        let mut payload = Payload { profile: self.profile(), properties, value: None, occurred_at: at };
        payload.limit_to_consent(true, self.wishes.marketing_consent.is_given());
        payload
    }
}
