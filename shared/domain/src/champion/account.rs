//! Everything about one reader and one novel.

use std::collections::BTreeSet;

use crate::{
    Timestamp,
    champion::{
        ChampionKey, Grant, InvoicePeriod, Moment, PaymentKind, PaymentRecord, Subscription, Support, Tier, TierLevel,
        entering,
        ledger::ledger,
        timeline::{self, Segment, Timeline},
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
    /// Whether nobody has proven that the address is the reader's.
    pub email_is_unproven: bool,
    /// Whether the reader has consented to marketing.
    pub marketing_consent: bool,
    /// The reader's Stripe customer, if one was made.
    pub customer: Option<CustomerId>,
    /// Whether the address has changed since Stripe was told the customer's.
    pub customer_is_outdated: bool,
    /// The novel's tiers; none if there is no such novel.
    pub tiers: Vec<Tier>,
    /// All payments, in any order, but for those that the system before this one settled.
    pub payments: Vec<PaymentRecord>,
    /// All subscriptions that Stripe ever had, in any order.
    pub subscriptions: Vec<Subscription>,
    /// What is known of Stripe's payments: those of `payments`, and those that are linked to an invoice of `payments` or
    /// of the event.
    pub intents: Vec<(PaymentIntentId, PaymentFacts)>,
    /// Until when the ends of runs are announced; none while there is no row for everybody else.
    pub ends_announced_until: Option<Timestamp>,
    /// The moment for which everything that depends on the clock is computed.
    pub moment: Moment,
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
    /// The whole timeline, in order, each segment with the end of the stretch at its tier. It replaces what is stored.
    pub segments: Vec<(Segment, Timestamp)>,
}

impl ChampionAccount {
    /// Returns an account of which nothing is stored.
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

    /// Returns the account as it is looked at in this moment.
    #[must_use]
    pub fn at(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }

    /// Computes what the reader may read and when, from all payments.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        timeline::fold(&entering::entries(&self.payments))
    }

    /// Returns the subscription that counts: a live one before one that is over, then the one that was paid last. One
    /// that never got past its first payment doesn't count.
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

    /// Returns the live subscription, if there is one.
    #[must_use]
    pub fn live_subscription(&self) -> Option<&Subscription> {
        self.current_subscription().filter(|it| it.status.is_live())
    }

    /// Returns the tier of a subscription: its price's, or that of its last payment.
    #[must_use]
    pub fn tier_of(&self, subscription: &Subscription) -> Option<TierLevel> {
        let payments = self.payments.iter().filter(|payment| payment.subscription.as_ref() == Some(&subscription.id));
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

    /// Returns the level of the tier with this Stripe price.
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
        let taken_over_at = entering::taken_over_at(&self.payments);
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
                } else if payment.is_settled_by(taken_over_at) {
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

    /// Returns what to write so that `before` becomes this account.
    pub(super) fn changes_since(&self, before: &Self) -> ChampionWrite {
        let timeline = self.timeline();
        let stretches = timeline.segments.iter().enumerate();
        ChampionWrite {
            key: self.key.clone(),
            payments: new_or_changed(&before.payments, &self.payments),
            subscriptions: new_or_changed(&before.subscriptions, &self.subscriptions),
            support: self.support_of(&timeline),
            ledger: ledger(&timeline, &self.payments),
            segments: stretches.map(|(index, segment)| (*segment, timeline.stretch_end(index))).collect(),
        }
    }

    /// Returns the tier that may be read at the account's moment, grace included.
    #[must_use]
    pub fn readable(&self) -> Option<TierLevel> {
        self.support()?.readable(self.moment.now)
    }
}

/// Returns Stripe's payment of this invoice. Should there ever be two, everybody picks the same one.
pub(super) fn linked<'a>(
    intents: &'a [(PaymentIntentId, PaymentFacts)],
    invoice: &InvoiceId,
) -> Option<&'a PaymentIntentId> {
    intents.iter().filter(|(_, facts)| facts.invoice.as_ref() == Some(invoice)).map(|(intent, _)| intent).min()
}

/// Returns the period that a payment's subscription was in when its invoice was the newest one.
fn period_of(subscriptions: &[Subscription], payment: &PaymentRecord) -> Option<InvoicePeriod> {
    let theirs = subscriptions.iter().find(|it| payment.subscription.as_ref() == Some(&it.id))?;
    theirs.periods.get(payment.invoice.as_ref()?).copied()
}

fn new_or_changed<T: Clone + PartialEq>(before: &[T], after: &[T]) -> Vec<T> {
    after.iter().filter(|it| !before.contains(it)).cloned().collect()
}
