//! The keys of an event.

use crate::{
    champion_key::ChampionKey,
    champion_metadata::ChampionMetadata,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentRecordId, PreorderId, PriceId, SessionId, SubscriptionId},
};

/// The keys by which an event names what it is about. What shares a key is decided one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The preorder, from our own metadata.
    pub preorder: Option<PreorderId>,
    /// The Checkout session.
    pub session: Option<SessionId>,
    /// The payment.
    pub payment_intent: Option<PaymentIntentId>,
    /// The reader and the novel, from our own metadata. Where it is missing they are found through the ids below, or
    /// through the payment, in what is stored.
    pub champion: Option<ChampionKey>,
    /// The record of a champion's payment, from our own metadata.
    pub payment_record: Option<PaymentRecordId>,
    /// The subscription.
    pub subscription: Option<SubscriptionId>,
    /// The invoice.
    pub invoice: Option<InvoiceId>,
    /// What may be ours although nobody marked it: only of events about something that isn't marked.
    pub hints: Option<Hints>,
}

/// What an event about something unmarked names, and may be ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Who pays.
    pub customer: Option<CustomerId>,
    /// What they pay for.
    pub prices: Vec<PriceId>,
}

impl Lookup {
    pub(super) fn by_metadata(metadata: Option<&ChampionMetadata>) -> Self {
        Self {
            champion: metadata.map(|metadata| metadata.champion.clone()),
            payment_record: metadata.and_then(|metadata| metadata.payment),
            ..Self::default()
        }
    }
}
