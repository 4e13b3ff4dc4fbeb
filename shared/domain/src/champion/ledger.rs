//! The ledger: the effect of each payment, computed from the timeline of all payments.

use time::Duration;

use crate::{
    champion::{
        PaymentKind, PaymentRecord, Period, TierLevel,
        timeline::{Granted, Held, Timeline},
    },
    ids::PaymentRecordId,
};

/// The effect that a payment had for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// The payment began access, since none ran when it entered.
    New,
    /// The payment added time while access ran.
    Extend,
    /// The payment bought a higher tier than the one that ran.
    Upgrade,
    /// The payment renewed a subscription.
    Renew,
}

impl GrantType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::New, Self::Extend, Self::Upgrade, Self::Renew];

    /// Returns the name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Extend => "extend",
            Self::Upgrade => "upgrade",
            Self::Renew => "renew",
        }
    }
}

/// A row of the ledger: the effect of one payment. The row stays when the payment is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The payment.
    pub payment: PaymentRecordId,
    /// The effect of the payment.
    pub kind: GrantType,
    /// The tier that the payment bought.
    pub tier: TierLevel,
    /// The time that the payment bought, also if it was revoked later.
    pub bought: Duration,
    /// The first and the last moment of the payment's segments; none if it has none.
    pub period: Option<Period>,
    /// The reader's access when the payment entered, without it.
    pub before: Option<Held>,
    /// The reader's access when the payment entered, with it.
    pub after: Option<Held>,
}

impl Grant {
    /// Returns how many whole days the payment bought.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.bought.whole_days()
    }
}

/// Returns a ledger row for each payment that entered, except for the one that carries over the access of the former
/// system: that system's own ledger rows are kept.
#[must_use]
pub fn ledger(timeline: &Timeline, payments: &[PaymentRecord]) -> Vec<Grant> {
    let known = |granted: &Granted| payments.iter().find(|payment| payment.id == granted.payment);
    let rows = timeline.grants.iter().filter_map(|granted| Some((granted, known(granted)?)));
    rows.filter(|(_, payment)| payment.kind != PaymentKind::CarriedOver)
        .map(|(it, payment)| grant(it, payment))
        .collect()
}

fn grant(granted: &Granted, payment: &PaymentRecord) -> Grant {
    let Granted { payment: id, entered_at, bought, period, before, after } = *granted;
    let tier = payment.tier.unwrap_or(TierLevel::LOWEST);
    let kind = match before.filter(|before| entered_at < before.until) {
        _ if payment.kind == PaymentKind::Renewal => GrantType::Renew,
        None => GrantType::New,
        Some(before) if tier > before.tier => GrantType::Upgrade,
        Some(_) => GrantType::Extend,
    };
    Grant { payment: id, kind, tier, bought, period, before, after }
}
