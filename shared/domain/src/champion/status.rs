//! The state of a reader's support of a novel: access, subscription, open payments and the next renewal.

use time::Duration;

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, ChampionKey, Moment, PaymentKind, PaymentRecord, Period, Subscription, Support, TierLevel,
        timeline::Timeline,
    },
    email::Email,
    ids::{CustomerId, InvoiceId, PriceId},
    money::Money,
};

/// The state of a reader's support of a novel, as the reader is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The reader and the novel.
    pub key: ChampionKey,
    /// The reader's address as it is stored.
    pub email: Option<Email>,
    /// Whether nobody has proven that the address is the reader's.
    pub email_is_unproven: bool,
    /// The reader's Stripe customer.
    pub customer: Option<CustomerId>,
    /// Whether Stripe must still be told the reader's verified address.
    pub customer_is_outdated: bool,
    /// The reader's access; none if nothing was ever paid.
    pub support: Option<Support>,
    /// The current subscription, by [`ChampionAccount::current_subscription`].
    pub subscription: Option<Subscription>,
    /// A subscription that waits for its first payment.
    pub pending: Option<PaymentRecord>,
    /// The subscription's failed invoice, as long as it can be paid.
    pub open: Option<OpenPayment>,
    /// The next charge, unless the subscription is cancelled before.
    pub next_renewal: Option<NextRenewal>,
    /// The access that ran, runs and will run, in order.
    pub stretches: Vec<Stretch>,
}

/// An invoice that Stripe couldn't collect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPayment {
    /// The invoice.
    pub invoice: InvoiceId,
    /// The tier that the invoice is for.
    pub tier: Option<TierLevel>,
    /// The amount of the invoice.
    pub amount: Money,
    /// When an attempt to pay the invoice was last refused.
    pub failed_at: Option<Timestamp>,
}

/// The next renewal of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextRenewal {
    /// When the renewed period begins. Stripe charges about an hour later.
    pub at: Timestamp,
    /// The tier at which the support is renewed.
    pub tier: TierLevel,
    /// The price, as far as it is known. Coupons, and credits that the reader has at Stripe, aren't subtracted. The price of
    /// the subscription itself isn't stored: who changes to another tier and back within one paid month is shown the older
    /// price that they had before.
    pub amount: Money,
}

/// Access at one tier without a gap, from one segment or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The tier.
    pub tier: TierLevel,
    /// The time from the start of the access to its end, half-open.
    pub period: Period,
}

impl Standing {
    /// Returns whether the reader ever supported the novel, or is about to: something was paid, or waits to be paid.
    #[must_use]
    pub fn is_something(&self) -> bool {
        self.support.is_some() || self.pending.is_some()
    }
}

/// Returns the state of the account at this moment.
#[must_use]
pub fn standing(account: ChampionAccount, moment: Moment) -> Standing {
    let account = account.at(moment);
    let timeline = account.timeline();
    Standing {
        support: account.support_of(&timeline),
        subscription: account.current_subscription().cloned(),
        pending: account.open_attempt().cloned(),
        open: account.live_subscription().and_then(|live| open_payment(&account, live)),
        next_renewal: account.live_subscription().and_then(|live| next_renewal(&account, live)),
        stretches: stretches(&timeline),
        email: account.email,
        email_is_unproven: account.email_is_unproven,
        customer: account.customer,
        customer_is_outdated: account.customer_is_outdated,
        key: account.key,
    }
}

/// Returns the newest unpaid invoice of a subscription that is `past_due` or `unpaid`; none otherwise. A subscription has
/// one of these statuses only as long as its newest invoice is unpaid and not void.
fn open_payment(account: &ChampionAccount, live: &Subscription) -> Option<OpenPayment> {
    let unpaid = account.payments_of(&live.id).filter(|it| it.is_open() && it.invoice.is_some());
    let newest = unpaid.max_by_key(|it| (it.created_at, it.id))?;
    let (invoice, tier, amount) = (newest.invoice.clone()?, newest.tier, newest.amount);
    live.status.is_in_arrears().then_some(OpenPayment { invoice, tier, amount, failed_at: newest.failed_at })
}

/// Returns the renewal at the end of the running period.
fn next_renewal(account: &ChampionAccount, live: &Subscription) -> Option<NextRenewal> {
    let (at, level) = (live.period_end.filter(|_| live.renews())?, account.tier_of(live)?);
    let tier = account.tiers.iter().find(|it| it.level == level);
    let present = tier.and_then(|tier| tier.stripe_price.as_ref());
    let amount = older_price(account, live, level, present).or_else(|| Some(tier?.price))?;
    Some(NextRenewal { at, tier: level, amount })
}

/// Returns what a subscription costs if it isn't at its tier's present price, as far as its invoices say: an older price
/// stays until the tier is changed. A coupon or a credit makes a month cheaper and never dearer, so of the months at one
/// price the dearest counts.
///
/// None if the newest invoice is for another tier or for a change within a month, since a change is made at the present
/// price.
fn older_price(
    account: &ChampionAccount,
    live: &Subscription,
    level: TierLevel,
    present: Option<&PriceId>,
) -> Option<Money> {
    use PaymentKind::{PlanChange, Renewal, Subscription as First};
    let paid = account.payments_of(&live.id).filter(|it| it.paid_at.is_some());
    // An invoice that was made by hand is for no time.
    let is_regular = |it: &&PaymentRecord| match it.kind {
        First | Renewal => it.length() > Duration::ZERO,
        kind => kind == PlanChange,
    };
    let invoices: Vec<_> = paid.filter(is_regular).collect();
    let is_month = |it: &PaymentRecord| it.kind != PlanChange && it.tier == Some(level) && it.lines.is_none();
    let newest = invoices.iter().max_by_key(|it| (it.paid_at, it.id)).filter(|it| is_month(it))?;
    if newest.price.is_some() && newest.price.as_ref() == present {
        return None;
    }
    let is_alike = |it: &PaymentRecord| it.id == newest.id || it.price.is_some() && it.price == newest.price;
    let alike = invoices.iter().filter(|it| is_month(it) && is_alike(it)).map(|it| it.amount);
    alike.max_by_key(|amount| amount.amount).filter(|amount| amount.amount > 0)
}

fn stretches(timeline: &Timeline) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for segment in &timeline.segments {
        match stretches.last_mut() {
            Some(last) if last.tier == segment.tier && last.period.end == segment.period.start => {
                last.period.end = segment.period.end;
            }
            _ => stretches.push(Stretch { tier: segment.tier, period: segment.period }),
        }
    }
    stretches
}
