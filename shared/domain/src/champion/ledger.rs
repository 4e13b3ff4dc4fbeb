//! The ledger: what each payment changed, as the timeline of all payments says.

use time::Duration;

use crate::{
    champion::{
        PaymentKind, PaymentRecord, Period, TierLevel,
        timeline::{Granted, Held, Timeline},
    },
    ids::PaymentRecordId,
};

/// What a payment meant to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// There was nothing to extend.
    New,
    /// More time.
    Extend,
    /// A higher tier.
    Upgrade,
    /// A subscription went on.
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

/// A row of the ledger: what one payment changed. A ledger forgets nothing: the row of a payment that went back stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The payment.
    pub payment: PaymentRecordId,
    /// What it meant.
    pub kind: GrantType,
    /// The tier that the payment bought.
    pub tier: TierLevel,
    /// The time that it bought, whatever became of it.
    pub bought: Duration,
    /// The first and the last moment of its segments; none if nothing of it ever runs.
    pub period: Option<Period>,
    /// What the reader had when it entered, without it.
    pub before: Option<Held>,
    /// What the reader had when it entered, with it.
    pub after: Option<Held>,
}

impl Grant {
    /// Returns how many whole days it bought.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.bought.whole_days()
    }
}

/// Returns a row for each payment that entered. What was carried over has none: its rows were written before.
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
