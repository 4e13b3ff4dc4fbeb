//! A preorder: from the form to the paid order.
//!
//! ```text
//! initiated ─checkout→ processing ─paid→ completed ─refunded in full→ refunded
//!                       │  ↑ ↑ └─payment failed→ failed ──┐
//!                       │  │ └──────────checkout──────────┤
//!                       └──┼─session expired→ cancelled ──┘
//! ```
//! A payment wins over everything that came before it, and an event that arrives late doesn't undo it. A preorder that was
//! paid twice is refunded when both payments went back. A lost dispute is like a refund.

pub mod catalogue;
mod change;
pub mod checkout;
pub mod form;
pub mod fulfilment;
pub mod initiate;
pub mod on_event;
mod payment;
pub mod policy;
mod unpaid;

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
pub use form::{PreorderForm, Wishes};
pub use payment::Payment;
pub use policy::{CheckoutPolicy, ReturnPath};

/// The status of a preorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The form was sent.
    Initiated,
    /// A checkout session is open, or a payment that takes days is on its way.
    Processing,
    /// The preorder is paid.
    Completed,
    /// An attempt to pay was refused; another may follow.
    Failed,
    /// The checkout session expired; a new one may be opened.
    Cancelled,
    /// The preorder was paid, and all the money went back.
    Refunded,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Initiated, Self::Processing, Self::Completed, Self::Failed, Self::Cancelled, Self::Refunded];

    /// Returns the name in the database and in responses.
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

/// The state of a checkout session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// The customer can pay in the session until it expires.
    Open,
    /// The customer has completed it with a method whose money comes days later.
    AwaitingPayment,
    /// The session is paid, failed or expired, and nothing more happens in it.
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

/// The checkout session of a preorder that counts: the newest one, or a completed one whose payment is on its way or failed,
/// if the newer ones are copies that were opened by the link of an expired session and left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Stripe's id.
    pub id: SessionId,
    /// The address of the session's payment page; none if the session is known from an event alone.
    pub url: Option<String>,
    /// When the session expires.
    pub expires_at: Option<Timestamp>,
    /// The session's state.
    pub state: SessionState,
}

/// A preorder as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preorder {
    /// The preorder's id, which Stripe's metadata carry too.
    pub id: PreorderId,
    /// The owner; none while it isn't known.
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
    /// The name, telephone number and address that the customer gave last.
    pub contact: Contact,
    /// The form's contact, once a checkout has replaced a part of it.
    pub form_contact: Option<Contact>,
    /// The message and the marketing consent in the form.
    pub wishes: Wishes,
    /// The preorder's status.
    pub status: Status,
    /// How many checkout attempts are used up. The next attempt's number is one more.
    pub checkout_attempt: i32,
    /// The session that counts.
    pub session: Option<Session>,
    /// The payment that counts, once there is one: of several the earliest whose money hasn't gone back, or the earliest if
    /// the money of all went back.
    pub payment: Option<Payment>,
    /// Other payments for the same preorder, in the order of [`Payment::place`].
    pub further_payments: Vec<Payment>,
    /// When the earliest open dispute of a payment began; none if no dispute is open. Until it is closed, the goods aren't
    /// sent.
    pub disputed_at: Option<Timestamp>,
    /// When the form was sent.
    pub created_at: Timestamp,
}

impl Preorder {
    /// Returns the part of the preorder on which its owner's claims depend.
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

    /// Returns the Klaviyo profile for announcements about this preorder. It has the owner's uid only if the preorder's
    /// address is the owner's, since somebody may order with a friend's address.
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

    /// Returns the payload of an announcement for marketing: all of it if the customer has consented to marketing, else the
    /// address and the preorder's id only.
    pub(super) fn marketing(&self, properties: Map<String, Value>, at: Timestamp) -> Payload {
        let mut payload = Payload { profile: self.profile(), properties, value: None, occurred_at: at };
        payload.limit_to_consent(true, self.wishes.marketing_consent.is_given());
        payload
    }
}
