//! Everything that is stored about one reader and one novel.

use std::collections::BTreeSet;

use crate::{
    Timestamp,
    champion::{
        ChampionKey, InvoicePeriod, Moment, PaymentKind, PaymentRecord, Subscription, Tier, TierLevel, Version,
        entering,
        timeline::{self, Timeline},
    },
    email::Email,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId},
    stripe::PaymentFacts,
};

/// The stored data about a reader and a novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChampionAccount {
    /// The reader and the novel.
    pub key: ChampionKey,
    /// The reader's address, if we have one.
    pub email: Option<Email>,
    /// Whether nobody has proven that the address is the reader's.
    pub email_is_unproven: bool,
    /// Whether the reader has consented to marketing.
    pub marketing_consent: bool,
    /// The reader's Stripe customer, if one was made.
    pub customer: Option<CustomerId>,
    /// Whether Stripe must still be told the reader's verified address.
    pub customer_is_outdated: bool,
    /// The novel's tiers; none if there is no such novel.
    pub tiers: Vec<Tier>,
    /// The payments, in any order, without the former system's rows that have no kind: those are history and buy nothing.
    pub payments: Vec<PaymentRecord>,
    /// All subscriptions that Stripe ever had, in any order.
    pub subscriptions: Vec<Subscription>,
    /// The refunds and disputes of payments at Stripe: of those that `payments` name, and of those that are linked to an
    /// invoice of `payments` or of the event.
    pub intents: Vec<(PaymentIntentId, PaymentFacts)>,
    /// The time up to which ends of unbroken access are announced; none while no [`Support`](crate::champion::Support) is
    /// stored.
    pub ends_announced_until: Option<Timestamp>,
    /// The moment for which everything that depends on the clock is computed.
    pub moment: Moment,
}

impl ChampionAccount {
    /// Returns the account of a reader and novel about which nothing is stored.
    #[must_use]
    pub fn new(key: ChampionKey) -> Self {
        Self {
            key,
            email: None,
            email_is_unproven: false,
            marketing_consent: false,
            customer: None,
            customer_is_outdated: false,
            tiers: Vec::new(),
            payments: Vec::new(),
            subscriptions: Vec::new(),
            intents: Vec::new(),
            ends_announced_until: None,
            moment: Moment::new(Timestamp::UNIX_EPOCH),
        }
    }

    /// Returns the account with another moment, at which everything that depends on the clock is computed.
    #[must_use]
    pub fn at(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }

    /// Computes at which tier the reader has access, and when, from all payments.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        timeline::fold(&entering::entries(&self.payments))
    }

    /// Returns the current subscription: a live one before one that is over, then one that renews, then the one that was
    /// paid last. None if no subscription ever got past its first payment.
    #[must_use]
    pub fn current_subscription(&self) -> Option<&Subscription> {
        let last_paid = |id: &SubscriptionId| self.payments_of(id).filter_map(|payment| payment.paid_at).max();
        self.subscriptions
            .iter()
            .filter(|it| it.started)
            .max_by_key(|it| (it.status.is_live(), it.renews(), last_paid(&it.id), it.id.clone()))
    }

    /// Returns the payments of a subscription.
    pub(super) fn payments_of(&self, subscription: &SubscriptionId) -> impl Iterator<Item = &PaymentRecord> {
        self.payments.iter().filter(move |payment| payment.subscription.as_ref() == Some(subscription))
    }

    /// Returns the current subscription if it is live.
    #[must_use]
    pub fn live_subscription(&self) -> Option<&Subscription> {
        self.current_subscription().filter(|it| it.status.is_live())
    }

    /// Returns the event from which a subscription's state is; none if no event about it is stored.
    #[must_use]
    pub fn version_of(&self, subscription: &SubscriptionId) -> Option<Version> {
        self.subscriptions.iter().find(|it| it.id == *subscription)?.version.clone()
    }

    /// Returns the tier of a subscription: that of its price, else that of its last payment.
    #[must_use]
    pub fn tier_of(&self, subscription: &Subscription) -> Option<TierLevel> {
        let payments = self.payments_of(&subscription.id);
        subscription.tier.or_else(|| payments.max_by_key(|payment| (payment.paid_at, payment.id))?.tier)
    }

    /// Returns the subscription attempt that may still be paid, if there is one.
    #[must_use]
    pub fn open_attempt(&self) -> Option<&PaymentRecord> {
        self.payments
            .iter()
            .filter(|payment| payment.kind == PaymentKind::Subscription && payment.is_open())
            .max_by_key(|payment| (payment.created_at, payment.id))
    }

    /// Returns the tier at this level that is on sale.
    #[must_use]
    pub fn tier_on_sale(&self, level: TierLevel) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.level == level && tier.active)
    }

    /// Returns the level of the tier that has or had this Stripe price.
    pub(super) fn tier_of_price(&self, price: Option<&PriceId>) -> Option<TierLevel> {
        let price = price?;
        let ever = |tier: &&Tier| tier.stripe_price.as_ref() == Some(price) || tier.prices.contains(price);
        self.tiers.iter().find(ever).map(|tier| tier.level)
    }

    /// Returns the payment with this id.
    #[must_use]
    pub fn payment(&self, id: PaymentRecordId) -> Option<&PaymentRecord> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    /// Adds a payment, or puts it in place of the one with its id.
    pub(super) fn put_payment(&mut self, payment: PaymentRecord) {
        match self.payments.iter_mut().find(|known| known.id == payment.id) {
            Some(known) => *known = payment,
            None => self.payments.push(payment),
        }
    }

    /// Merges an event's state of a subscription with the known one.
    pub(super) fn merge_subscription(&mut self, news: Subscription) {
        match self.subscriptions.iter_mut().find(|known| known.id == news.id) {
            Some(known) => *known = known.clone().merge(news),
            None => self.subscriptions.push(news),
        }
    }

    /// Replaces the known state of a subscription by the one in an answer of Stripe's API to a request that was made while
    /// `seen` was its version, if the answer counts ([`Subscription::observed`]).
    pub(super) fn observe_subscription(&mut self, answer: Subscription, seen: Option<&Version>) {
        match self.subscriptions.iter_mut().find(|known| known.id == answer.id) {
            Some(known) => *known = known.clone().observed(answer, seen),
            None => self.subscriptions.push(answer),
        }
    }

    /// Adds or replaces the refunds and disputes of a payment at Stripe.
    pub(crate) fn put_intent(&mut self, intent: &PaymentIntentId, facts: &PaymentFacts) {
        match self.intents.iter_mut().find(|(known, _)| known == intent) {
            Some((_, known)) => known.clone_from(facts),
            None => self.intents.push((intent.clone(), facts.clone())),
        }
    }

    /// Derives what follows from all known facts: what waiting payments bought, which payment at Stripe belongs to which
    /// record, which unpaid payments are closed, and what was refunded or disputed.
    pub(super) fn settle(&mut self) {
        let carried_over_at = entering::carried_over_at(&self.payments);
        let theirs: BTreeSet<_> = self.payments.iter().filter_map(|payment| payment.payment_intent.clone()).collect();
        for payment in &mut self.payments {
            if payment.waits_for_its_lines()
                && let Some(known) = period_of(&self.subscriptions, payment)
            {
                payment.lines = None;
                payment.period = Some(known.period);
                payment.tier = known.tier.or(payment.tier);
            }
            if let (None, Some(invoice)) = (&payment.payment_intent, &payment.invoice)
                && let Some(intent) = linked(&self.intents, invoice)
            {
                if !theirs.contains(intent) {
                    payment.payment_intent = Some(intent.clone());
                } else if payment.is_settled_by(carried_over_at) {
                    // The system before this one knew the payment without its invoice: that record stands for both.
                    payment.period = None;
                }
            }
            let over = self
                .subscriptions
                .iter()
                .any(|it| payment.subscription.as_ref() == Some(&it.id) && it.status.is_terminal());
            payment.closed = payment.paid_at.is_none() && (payment.closed || over);
        }
        self.apply_facts();
    }
}

/// Returns the payment at Stripe of this invoice. If there are several, it is always the one with the smallest id.
pub(super) fn linked<'a>(
    intents: &'a [(PaymentIntentId, PaymentFacts)],
    invoice: &InvoiceId,
) -> Option<&'a PaymentIntentId> {
    intents.iter().filter(|(_, facts)| facts.invoice.as_ref() == Some(invoice)).map(|(intent, _)| intent).min()
}

/// Returns the period in which a payment's subscription was while the payment's invoice was its newest one.
fn period_of(subscriptions: &[Subscription], payment: &PaymentRecord) -> Option<InvoicePeriod> {
    let theirs = subscriptions.iter().find(|it| payment.subscription.as_ref() == Some(&it.id))?;
    theirs.periods.get(payment.invoice.as_ref()?).copied()
}
