//! The facts in Stripe's events, as types of our own: one file for each type that [`Fact`] holds, with the keys that it
//! names. Other files have what these types are made of.

mod adopted;
mod cancellation;
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
pub use cancellation::Cancellation;
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
    /// Stripe's id, which every delivery of the event has.
    pub id: EventId,
    /// Stripe's type, such as `checkout.session.completed`.
    pub kind: String,
    /// The API version of the event's content.
    pub api_version: Option<String>,
    /// When the event happened, to the second. Events of the same second have no order.
    pub created: Timestamp,
    /// Whether real money moved.
    pub livemode: bool,
    /// The id of the object that the event is about, if the object has one.
    pub object: Option<String>,
    /// The deployment that made the object (`metadata.deployment`), if one of ours did.
    pub deployment: Option<String>,
    /// The fact that the event reports.
    pub fact: Fact,
}

impl StripeEvent {
    /// Returns every id by which an operator may search for the event: that of its object, and those of its lookup keys.
    /// None of them is an e-mail address or a name.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        // The reader's key is left out: a reader's events are found by the ids of their objects at Stripe.
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

/// A fact that an event reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// `checkout.session.*`: a Checkout session took a step.
    Session(Box<SessionFact>),
    /// `payment_intent.payment_failed` without champion metadata: an attempt to pay was refused.
    PaymentFailed(PaymentFailedFact),
    /// `invoice.paid` and `invoice.payment_succeeded`, two events about one payment: an invoice was paid.
    InvoicePaid(Box<InvoiceFact>),
    /// `invoice.payment_failed`: an attempt to pay an invoice was refused.
    InvoiceFailed(Box<InvoiceFact>),
    /// `invoice.payment_action_required`: the cardholder must confirm an invoice's payment.
    InvoiceActionRequired(Box<InvoiceFact>),
    /// `invoice_payment.paid`: a payment belongs to an invoice.
    InvoicePaymentLinked(InvoicePaymentFact),
    /// `payment_intent.succeeded`, unless the payment is a preorder's: a single purchase was paid.
    PurchaseSucceeded(Box<PurchaseFact>),
    /// `payment_intent.payment_failed` with champion metadata: an attempt to pay a single purchase was refused.
    PurchaseFailed(Box<PurchaseFact>),
    /// `customer.subscription.*`: a subscription has a new state.
    SubscriptionChanged(Box<SubscriptionFact>),
    /// `charge.refunded`: a sum was refunded of a payment.
    ChargeRefunded(ChargeRefundedFact),
    /// `refund.*` and `charge.refund.updated`: a refund has a new status.
    Refund(RefundFact),
    /// `charge.dispute.*`: a dispute has a new status.
    Dispute(DisputeFact),
    /// The event changes nothing here.
    Ignored {
        /// The reason why not.
        reason: &'static str,
    },
    /// The event should change something but can't be understood; an operator must look at it.
    Malformed {
        /// The reason, without personal data.
        reason: String,
    },
}

impl Fact {
    /// Returns the keys by which stored rows are found and locked.
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

    /// Returns which parts of the stored state a decision about this fact can depend on. The others needn't be read.
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

/// The parts of the stored state on which a decision about a fact can depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concerns {
    /// Whether the fact can depend on a preorder.
    pub preorder: bool,
    /// Whether the fact can depend on a reader's account with a novel.
    pub champion: bool,
}
