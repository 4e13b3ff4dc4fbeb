//! Everything about one reader and one novel, and what follows from it.

use crate::{
    Timestamp,
    champion::{
        ChampionKey, PaymentKind, PaymentMethod, PaymentRecord, Period, Subscription, Tier, TierLevel,
        entitlement::{self, Grant, Ledger},
    },
    email::Email,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId},
    stripe::PaymentFacts,
};

/// What is stored about a reader and a novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChampionAccount {
    /// Who supports what.
    pub key: ChampionKey,
    /// The reader's address, if we have one.
    pub email: Option<Email>,
    /// The reader's Stripe customer, if one was made.
    pub customer: Option<CustomerId>,
    /// The novel's tiers; none if there is no such novel.
    pub tiers: Vec<Tier>,
    /// All payments, in any order, but for those that the system before this one settled.
    pub payments: Vec<PaymentRecord>,
    /// All subscriptions that Stripe ever had, in any order.
    pub subscriptions: Vec<Subscription>,
    /// What is known of Stripe's payments: those of `payments`, and those that are linked to an invoice of `payments` or
    /// of the event.
    pub intents: Vec<(PaymentIntentId, PaymentFacts)>,
}

/// The support as everybody else reads it: one row for each reader and novel, from the first paid payment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// The tier of the newest payment.
    pub tier: TierLevel,
    /// When the unbroken run of payments began and when it ends; empty if everything went back.
    pub period: Period,
    /// Whether anything is bought. Whoever asks whether it still runs compares the end with the time.
    pub is_active: bool,
    /// Whether a subscription will charge the reader again.
    pub auto_renew: bool,
    /// Whether a live subscription is going to end.
    pub cancel_at_period_end: bool,
    /// The subscription that counts: the live one, else the last one.
    pub subscription: Option<SubscriptionId>,
    /// Who pays.
    pub customer: Option<CustomerId>,
    /// Through whom the newest payment was made.
    pub method: PaymentMethod,
}

/// What to write about a reader and a novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChampionWrite {
    /// Who supports what.
    pub key: ChampionKey,
    /// The payments that are new or changed.
    pub payments: Vec<PaymentRecord>,
    /// The subscriptions that are new or changed.
    pub subscriptions: Vec<Subscription>,
    /// The row for everybody else; none until something is paid.
    pub support: Option<Support>,
    /// The whole ledger; each row replaces the one of the same payment.
    pub ledger: Vec<Grant>,
}

impl ChampionAccount {
    /// An account of which nothing is stored.
    #[must_use]
    pub fn new(key: ChampionKey) -> Self {
        Self {
            key,
            email: None,
            customer: None,
            tiers: Vec::new(),
            payments: Vec::new(),
            subscriptions: Vec::new(),
            intents: Vec::new(),
        }
    }

    /// The ledger and what it comes to.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        entitlement::fold(&self.payments)
    }

    /// The support as everybody else reads it.
    #[must_use]
    pub fn support(&self) -> Option<Support> {
        let newest = self
            .payments
            .iter()
            .filter_map(|payment| Some((payment.paid_at?, payment.id, payment)))
            .max_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)))?;
        let (paid_at, _, newest) = newest;
        let entitlement = self.ledger().entitlement;
        let subscription = self.current_subscription();
        Some(Support {
            tier: entitlement.map(|held| held.tier).or(newest.tier).unwrap_or(TierLevel::LOWEST),
            period: entitlement.map_or(Period { start: paid_at, end: paid_at }, |held| held.period),
            is_active: entitlement.is_some(),
            auto_renew: subscription.is_some_and(Subscription::renews),
            cancel_at_period_end: subscription.is_some_and(|it| it.status.is_live() && it.cancel_at_period_end),
            subscription: subscription.map(|it| it.id.clone()),
            customer: subscription.and_then(|it| it.customer.clone()).or_else(|| newest.customer.clone()),
            method: newest.method.clone(),
        })
    }

    /// The subscription that counts: a live one before one that is over, then the one that was paid last. One that never
    /// got past its first payment doesn't count.
    #[must_use]
    pub fn current_subscription(&self) -> Option<&Subscription> {
        let last_paid = |id: &SubscriptionId| {
            self.payments
                .iter()
                .filter(|payment| payment.subscription.as_ref() == Some(id))
                .filter_map(|p| p.paid_at)
                .max()
        };
        self.subscriptions
            .iter()
            .filter(|it| it.started)
            .max_by_key(|it| (it.status.is_live(), it.renews(), last_paid(&it.id), it.id.clone()))
    }

    /// The live subscription, if there is one.
    #[must_use]
    pub fn live_subscription(&self) -> Option<&Subscription> {
        self.current_subscription().filter(|it| it.status.is_live())
    }

    /// The tier of a subscription: its price's, or that of its last payment.
    #[must_use]
    pub fn tier_of(&self, subscription: &Subscription) -> Option<TierLevel> {
        let payments = self.payments.iter().filter(|payment| payment.subscription.as_ref() == Some(&subscription.id));
        subscription.tier.or_else(|| payments.max_by_key(|payment| (payment.paid_at, payment.id))?.tier)
    }

    /// The subscription attempt that may still be paid, if there is one.
    #[must_use]
    pub fn open_attempt(&self) -> Option<&PaymentRecord> {
        self.payments
            .iter()
            .filter(|payment| payment.kind == PaymentKind::Subscription && payment.is_open())
            .max_by_key(|payment| (payment.created_at, payment.id))
    }

    /// The tier at this level that is on sale.
    #[must_use]
    pub fn tier_on_sale(&self, level: TierLevel) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.level == level && tier.active)
    }

    /// The level of the tier with this Stripe price.
    pub(super) fn tier_of_price(&self, price: Option<&PriceId>) -> Option<TierLevel> {
        self.tiers.iter().find(|tier| price.is_some() && tier.stripe_price.as_ref() == price).map(|tier| tier.level)
    }

    /// The payment with this id.
    #[must_use]
    pub fn payment(&self, id: PaymentRecordId) -> Option<&PaymentRecord> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    /// Stores a payment in place of the one with its id.
    pub(super) fn put_payment(&mut self, payment: PaymentRecord) {
        match self.payments.iter_mut().find(|known| known.id == payment.id) {
            Some(known) => *known = payment,
            None => self.payments.push(payment),
        }
    }

    /// Merges a description of a subscription with what is known of it.
    pub(super) fn merge_subscription(&mut self, news: Subscription) {
        match self.subscriptions.iter_mut().find(|known| known.id == news.id) {
            Some(known) => *known = known.clone().merge(news),
            None => self.subscriptions.push(news),
        }
    }

    /// Takes over an answer of Stripe's API.
    pub(super) fn observe_subscription(&mut self, answer: Subscription) {
        match self.subscriptions.iter_mut().find(|known| known.id == answer.id) {
            Some(known) => *known = known.clone().observed(answer),
            None => self.subscriptions.push(answer),
        }
    }

    /// Replaces what is known of a Stripe payment.
    pub(crate) fn put_intent(&mut self, intent: &PaymentIntentId, facts: &PaymentFacts) {
        match self.intents.iter_mut().find(|(known, _)| known == intent) {
            Some((_, known)) => known.clone_from(facts),
            None => self.intents.push((intent.clone(), facts.clone())),
        }
    }

    /// Draws the conclusions: which Stripe payment belongs to which of ours, what went back, what was given up.
    pub(super) fn settle(&mut self) {
        for payment in &mut self.payments {
            if let (None, Some(invoice)) = (&payment.payment_intent, &payment.invoice) {
                payment.payment_intent = linked(&self.intents, invoice).cloned();
            }
            let facts = self.intents.iter().find(|(intent, _)| payment.payment_intent.as_ref() == Some(intent));
            if let Some((_, facts)) = facts {
                payment.apply(facts);
            }
            let over = self
                .subscriptions
                .iter()
                .any(|it| payment.subscription.as_ref() == Some(&it.id) && it.status.is_terminal());
            payment.closed = payment.paid_at.is_none() && (payment.closed || over);
        }
    }

    /// What to write so that `before` becomes this.
    pub(super) fn changes_since(&self, before: &Self) -> ChampionWrite {
        ChampionWrite {
            key: self.key.clone(),
            payments: new_or_changed(&before.payments, &self.payments),
            subscriptions: new_or_changed(&before.subscriptions, &self.subscriptions),
            support: self.support(),
            ledger: self.ledger().grants,
        }
    }

    /// Whether what is bought still runs.
    #[must_use]
    pub fn runs_at(&self, now: Timestamp) -> bool {
        self.ledger().entitlement.is_some_and(|held| now < held.period.end)
    }
}

/// Stripe's payment of this invoice. Should there ever be two, everybody picks the same one.
fn linked<'a>(intents: &'a [(PaymentIntentId, PaymentFacts)], invoice: &InvoiceId) -> Option<&'a PaymentIntentId> {
    intents.iter().filter(|(_, facts)| facts.invoice.as_ref() == Some(invoice)).map(|(intent, _)| intent).min()
}

fn new_or_changed<T: Clone + PartialEq>(before: &[T], after: &[T]) -> Vec<T> {
    after.iter().filter(|it| !before.contains(it)).cloned().collect()
}
