//! Booking a payment that wasn't made at Stripe, and time that an operator gives free of charge.

use time::Duration;

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, PaymentKind, PaymentMethod, PaymentRecord, Period, TierLevel, announce,
        change::{Change, Step},
        purchase::purchase_type,
    },
    ids::PaymentRecordId,
    money::Money,
};

/// Books a payment that wasn't made at Stripe and announces it; it counts like one that was made there. Answers true; or
/// false, without a change, if the payment is booked already or isn't paid.
#[must_use]
pub fn step(account: ChampionAccount, payment: PaymentRecord) -> Step<bool> {
    let known = account.payment(payment.id).is_some_and(|known| known.paid_at.is_some());
    let Some(paid_at) = payment.paid_at.filter(|_| !known) else {
        return Step::only(false);
    };
    // The change is computed for the account's moment, however long ago the payment was made.
    let now = account.moment.now.max(paid_at);
    let mut change = Change::of(account);
    change.announce(announce::paid(&change.after, &payment, false, None));
    change.after.put_payment(payment);
    change.step(true, now)
}

/// A single purchase that wasn't paid at Stripe, but for example through PayPal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidElsewhere {
    /// The tier whose time the payment bought, for thirty days.
    pub tier: TierLevel,
    /// The provider through whom the payment was made.
    pub method: PaymentMethod,
    /// The provider's id of the payment, under which it is booked once.
    pub reference: String,
    /// The amount that was paid.
    pub amount: Money,
    /// When the payment was made.
    pub paid_at: Timestamp,
}

impl PaidElsewhere {
    /// Returns the id under which the purchase is booked, derived from method and reference.
    #[must_use]
    pub fn id(&self) -> PaymentRecordId {
        PaymentRecordId::for_reference(self.method.name(), &self.reference)
    }

    /// Returns the purchase as a payment of this reader for this novel.
    #[must_use]
    pub fn payment(&self, account: &ChampionAccount) -> PaymentRecord {
        let Self { tier, method, reference, amount, paid_at } = self;
        let new = PaymentRecord::new(self.id(), PaymentKind::Purchase, method.clone(), *amount, *paid_at);
        PaymentRecord {
            tier: Some(*tier),
            purchase: Some(purchase_type(account, *tier, *paid_at)),
            description: Some(format!("{} {reference}, 30 days, novel {}", method.name(), account.key.novel)),
            paid_at: Some(*paid_at),
            ..new
        }
    }
}

/// Time that an operator gives a reader free of charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goodwill {
    /// The tier of the time that is given.
    pub tier: TierLevel,
    /// How much time is given.
    pub length: Duration,
    /// The reason for the time, such as a payment that was recorded only after its time had passed. Time is given once for
    /// each reference.
    pub reference: String,
}

impl Goodwill {
    /// Returns the id under which the time is booked, derived from reader, novel and reference.
    #[must_use]
    pub fn id(&self, account: &ChampionAccount) -> PaymentRecordId {
        let (user, novel) = (&account.key.user, account.key.novel);
        PaymentRecordId::for_reference(PaymentKind::Goodwill.name(), &format!("{user}:{novel}:{}", self.reference))
    }

    /// Returns the time as a payment of amount 0 that is made `now`, and is queued at its tier like any other.
    #[must_use]
    pub fn payment(
        &self,
        account: &ChampionAccount,
        currency: crate::money::Currency,
        now: Timestamp,
    ) -> PaymentRecord {
        let method = PaymentMethod::Other(PaymentKind::Goodwill.name().to_owned());
        let new = PaymentRecord::new(self.id(account), PaymentKind::Goodwill, method, Money::new(0, currency), now);
        PaymentRecord {
            tier: Some(self.tier),
            description: Some(self.reference.clone()),
            period: Some(Period { start: now, end: now.saturating_add(self.length) }),
            paid_at: Some(now),
            ..new
        }
    }
}
