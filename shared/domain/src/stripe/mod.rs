//! What Stripe tells us, in our own words: one file for each fact, with the keys by which it names what it is about.

mod adopted;
mod charge_refunded;
mod checkout_session;
mod dispute;
mod invoice;
mod invoice_payment;
mod lookup;
mod payment_facts;
mod payment_failed;
mod purchase;
mod refund;
mod status_history;
mod subscription;

use std::collections::BTreeSet;

use crate::{Timestamp, ids::EventId};
pub use adopted::Adopter;
pub use charge_refunded::ChargeRefundedFact;
pub use checkout_session::{CheckoutPaymentStatus, SessionFact, SessionStep};
pub use dispute::{Dispute, DisputeFact, DisputeStatus};
pub use invoice::{BillingReason, InvoiceFact, InvoiceLine};
pub use invoice_payment::InvoicePaymentFact;
pub use lookup::{Hints, Lookup};
pub use payment_facts::{PaymentFacts, RefundedSum, gone_over_time, revocations};
pub use payment_failed::PaymentFailedFact;
pub use purchase::PurchaseFact;
pub use refund::{Refund, RefundFact, RefundStatus};
pub use status_history::StatusHistory;
pub use subscription::{SubscriptionFact, SubscriptionItem, SubscriptionStatus};

/// A verified Stripe event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEvent {
    /// Stripe's id: the same in every delivery of the event.
    pub id: EventId,
    /// Stripe's type, such as `checkout.session.completed`.
    pub kind: String,
    /// The API version that shaped the payload.
    pub api_version: Option<String>,
    /// When it happened, to the second. Events of the same second have no order.
    pub created: Timestamp,
    /// Whether real money moved.
    pub livemode: bool,
    /// The id of the object that it is about, if that has one.
    pub object: Option<String>,
    /// The deployment that marked what the event is about, if one did (`metadata.deployment`).
    pub deployment: Option<String>,
    /// What it says.
    pub fact: Fact,
}

impl StripeEvent {
    /// Returns every id by which somebody may ask for the event: that of its object, and those by which it names what it is
    /// about. None is an address or a name.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        // A reader is found through what they have at Stripe.
        let Lookup { preorder, session, payment_intent, champion: _, payment_record, subscription, invoice, hints } =
            self.fact.lookup();
        let customer = hints.and_then(|hints| hints.customer);
        [
            self.object.clone(),
            preorder.map(|id| id.to_string()),
            session.map(String::from),
            payment_intent.map(String::from),
            payment_record.map(|id| id.to_string()),
            subscription.map(String::from),
            invoice.map(String::from),
            customer.map(String::from),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// `checkout.session.*`
    Session(Box<SessionFact>),
    /// `payment_intent.payment_failed`, unless it has champion metadata
    PaymentFailed(PaymentFailedFact),
    /// `invoice.paid` and `invoice.payment_succeeded`: two events about one payment
    InvoicePaid(Box<InvoiceFact>),
    /// `invoice.payment_failed`
    InvoiceFailed(Box<InvoiceFact>),
    /// `invoice.payment_action_required`
    InvoiceActionRequired(Box<InvoiceFact>),
    /// `invoice_payment.paid`
    InvoicePaymentLinked(InvoicePaymentFact),
    /// `payment_intent.succeeded`, unless it is a preorder's
    PurchaseSucceeded(Box<PurchaseFact>),
    /// `payment_intent.payment_failed` with champion metadata
    PurchaseFailed(Box<PurchaseFact>),
    /// `customer.subscription.*`
    SubscriptionChanged(Box<SubscriptionFact>),
    /// `charge.refunded`
    ChargeRefunded(ChargeRefundedFact),
    /// `refund.*` and `charge.refund.updated`
    Refund(RefundFact),
    /// `charge.dispute.*`
    Dispute(DisputeFact),
    /// Nothing that changes anything here.
    Ignored {
        /// Why not.
        reason: &'static str,
    },
    /// Something that should matter, but can't be understood. A person must look.
    Malformed {
        /// What is wrong, without personal data.
        reason: String,
    },
}

impl Fact {
    /// Returns the keys to look state up by, and to lock.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        match self {
            Self::Session(fact) => fact.lookup(),
            Self::PaymentFailed(fact) => fact.lookup(),
            Self::InvoicePaid(fact) | Self::InvoiceFailed(fact) | Self::InvoiceActionRequired(fact) => fact.lookup(),
            Self::InvoicePaymentLinked(fact) => fact.lookup(),
            Self::PurchaseSucceeded(fact) | Self::PurchaseFailed(fact) => fact.lookup(),
            Self::SubscriptionChanged(fact) => fact.lookup(),
            Self::ChargeRefunded(fact) => fact.lookup(),
            Self::Refund(fact) => fact.lookup(),
            Self::Dispute(fact) => fact.lookup(),
            Self::Ignored { .. } | Self::Malformed { .. } => Lookup::default(),
        }
    }

    /// Returns whose slice of what is stored a decision about it can look at. The others needn't be read.
    #[must_use]
    pub fn concerns(&self) -> Concerns {
        match self {
            Self::Session(_) => Concerns { preorder: true, champion: false },
            Self::PaymentFailed(_)
            | Self::InvoicePaymentLinked(_)
            | Self::ChargeRefunded(_)
            | Self::Refund(_)
            | Self::Dispute(_) => Concerns { preorder: true, champion: true },
            Self::InvoicePaid(_)
            | Self::InvoiceFailed(_)
            | Self::InvoiceActionRequired(_)
            | Self::PurchaseSucceeded(_)
            | Self::PurchaseFailed(_)
            | Self::SubscriptionChanged(_) => Concerns { preorder: false, champion: true },
            Self::Ignored { .. } | Self::Malformed { .. } => Concerns { preorder: false, champion: false },
        }
    }
}

/// Whose slice of what is stored can matter for a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concerns {
    /// A preorder's.
    pub preorder: bool,
    /// A reader's and a novel's.
    pub champion: bool,
}
