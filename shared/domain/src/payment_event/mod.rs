//! What Stripe tells us, in our own words, and the one decision about it.
//!
//! Stripe delivers at least once and in no order. [`decide`] is a pure function of what is stored and one event; run
//! over the same events in any order, any number of times, it ends in the same state and the same set of facts.

pub mod decide;
pub mod invoice;
pub mod payment;
pub mod purchase;
pub mod session;
pub mod subscription;

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionKey, ChampionMetadata, ChampionWrite},
    ids::{EventId, InvoiceId, OutboxId, PaymentIntentId, PaymentRecordId, PreorderId, SessionId, SubscriptionId},
    outbox::{Metric, OutboxEntry},
    preorder::Preorder,
};
pub use decide::decide;
pub use invoice::{BillingReason, InvoiceFact, InvoicePaymentFact};
pub use payment::{DisputeFact, PaymentFacts, PaymentFailedFact, RefundFact};
pub use purchase::PurchaseFact;
pub use session::{PaymentStatus, SessionFact, SessionStep};
pub use subscription::{SubscriptionFact, SubscriptionStatus};

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
    /// What it says.
    pub fact: Fact,
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
    /// `invoice_payment.paid`
    InvoicePaymentLinked(InvoicePaymentFact),
    /// `payment_intent.succeeded`, unless it is a preorder's
    PurchaseSucceeded(Box<PurchaseFact>),
    /// `payment_intent.payment_failed` with champion metadata
    PurchaseFailed(Box<PurchaseFact>),
    /// `customer.subscription.*`
    SubscriptionChanged(Box<SubscriptionFact>),
    /// `charge.refunded`
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

/// The keys by which an event names what it is about. What shares a key is decided one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    /// From our own metadata.
    pub preorder: Option<PreorderId>,
    /// The Checkout session.
    pub session: Option<SessionId>,
    /// The payment.
    pub payment_intent: Option<PaymentIntentId>,
    /// The reader and the novel, from our own metadata. Where it is missing they are found through the ids below, or
    /// through the payment, in what is stored.
    pub champion: Option<ChampionKey>,
    /// From our own metadata.
    pub payment_record: Option<PaymentRecordId>,
    /// The subscription.
    pub subscription: Option<SubscriptionId>,
    /// The invoice.
    pub invoice: Option<InvoiceId>,
}

impl Lookup {
    fn by_metadata(metadata: Option<&ChampionMetadata>) -> Self {
        Self {
            champion: metadata.map(|metadata| metadata.champion.clone()),
            payment_record: metadata.and_then(|metadata| metadata.payment),
            ..Self::default()
        }
    }
}

impl Fact {
    /// The keys to look state up by, and to lock.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        match self {
            Self::Session(fact) => Lookup {
                preorder: Some(fact.preorder_or_rescued()),
                session: Some(fact.session.clone()),
                payment_intent: fact.payment_intent.clone(),
                ..Lookup::default()
            },
            Self::PaymentFailed(fact) => Lookup {
                preorder: fact.preorder,
                payment_intent: Some(fact.payment_intent.clone()),
                ..Lookup::default()
            },
            Self::Refund(fact) => Lookup {
                preorder: fact.preorder,
                payment_intent: Some(fact.payment_intent.clone()),
                ..Lookup::default()
            },
            Self::Dispute(fact) => Lookup { payment_intent: Some(fact.payment_intent.clone()), ..Lookup::default() },
            Self::InvoicePaid(fact) | Self::InvoiceFailed(fact) => Lookup {
                payment_intent: fact.payment_intent.clone(),
                subscription: Some(fact.subscription.clone()),
                invoice: Some(fact.invoice.clone()),
                ..Lookup::by_metadata(fact.metadata.as_ref())
            },
            Self::InvoicePaymentLinked(fact) => Lookup {
                payment_intent: Some(fact.payment_intent.clone()),
                invoice: Some(fact.invoice.clone()),
                ..Lookup::default()
            },
            Self::PurchaseSucceeded(fact) | Self::PurchaseFailed(fact) => Lookup {
                payment_intent: Some(fact.payment_intent.clone()),
                ..Lookup::by_metadata(fact.metadata.as_ref())
            },
            Self::SubscriptionChanged(fact) => {
                Lookup { subscription: Some(fact.subscription.clone()), ..Lookup::by_metadata(fact.metadata.as_ref()) }
            }
            Self::Ignored { .. } | Self::Malformed { .. } => Lookup::default(),
        }
    }
}

/// What is stored about the things that an event names, read under their locks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The preorder with one of the keys.
    pub preorder: Option<Preorder>,
    /// What is known of the payment, also if nobody has claimed it yet.
    pub payment: PaymentFacts,
    /// Everything about the reader and the novel that the event is about; none if it names none, directly or through
    /// anything that is stored. A pair of which nothing is stored is [`ChampionAccount::new`] with the novel's tiers.
    pub champion: Option<ChampionAccount>,
}

/// What to write. Leaves the executor no choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The preorder to insert or to replace.
    pub preorder: Option<PreorderWrite>,
    /// The new state of what is known of the payment.
    pub payment: Option<(PaymentIntentId, PaymentFacts)>,
    /// What changes about a reader and a novel.
    pub champion: Option<Box<ChampionWrite>>,
    /// Facts for the outbox. One whose key is there already is not written again.
    pub outbox: Vec<OutboxEntry>,
    /// What became of the event.
    pub outcome: Outcome,
}

impl Plan {
    /// Nothing to write but the event's outcome.
    #[must_use]
    pub fn nothing(outcome: Outcome) -> Self {
        Self { preorder: None, payment: None, champion: None, outbox: Vec::new(), outcome }
    }

    /// Nothing to do about the event.
    #[must_use]
    pub fn ignore(reason: &'static str) -> Self {
        Self::nothing(Outcome::Ignored { reason })
    }

    /// A person must look at the event.
    #[must_use]
    pub fn park(reason: impl Into<String>) -> Self {
        Self::nothing(Outcome::Parked { reason: reason.into() })
    }
}

/// A write of one preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreorderWrite {
    /// It wasn't there.
    Insert(Box<Preorder>),
    /// It was, and is locked by this transaction.
    Update(Box<Preorder>),
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// State changed.
    Applied,
    /// Rightly nothing changed.
    Ignored {
        /// Why not.
        reason: &'static str,
    },
    /// It should have changed something but can't: a person must look. Retrying doesn't help.
    Parked {
        /// What is wrong, without personal data.
        reason: String,
    },
}

impl Outcome {
    /// The name in the database and in metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored { .. } => "ignored",
            Self::Parked { .. } => "parked",
        }
    }

    /// Why, unless it was applied.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Applied => None,
            Self::Ignored { reason } => Some(reason),
            Self::Parked { reason } => Some(reason),
        }
    }
}

/// What recording an event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// The event was new: it is decided, and its effects are committed together with its id.
    Now {
        /// What became of it.
        outcome: Outcome,
        /// The facts that are new: rows of the outbox that want sending.
        facts: Vec<NewFact>,
    },
    /// An earlier delivery has been recorded; nothing was done.
    Before,
}

/// A fact that an event brought: a row of the outbox that wasn't there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewFact {
    /// The row.
    pub id: OutboxId,
    /// What kind of fact it is.
    pub metric: Metric,
}
