//! What a reader may read, and the ledger that says why: a fold of the payments.
//!
//! The payments that were made are put in the order in which they were paid. Each buys its own length of time, from the
//! end of what was bought before or from its payment, whichever is later; the tier is that of the newest. A payment
//! that went back buys nothing. Since everything is computed anew from all payments at each change, the order in which
//! they became known plays no part, and a refund simply drops out.

use crate::{
    Timestamp,
    champion::{PaymentKind, PaymentRecord, Period, TierLevel},
    ids::PaymentRecordId,
};

/// What a reader has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitlement {
    /// The tier of the newest payment.
    pub tier: TierLevel,
    /// From the start of the unbroken run of payments to the end of the last one.
    pub period: Period,
}

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

    /// The name in the database.
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

/// A row of the ledger: what one payment changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The payment.
    pub payment: PaymentRecordId,
    /// What it meant.
    pub kind: GrantType,
    /// Its tier.
    pub tier: TierLevel,
    /// The time that it buys; empty once the money went back.
    pub period: Period,
    /// Whether the money went back. The row stays: a ledger forgets nothing.
    pub revoked: bool,
    /// What the reader had before.
    pub before: Option<Entitlement>,
    /// What the reader has after it; the same as before if it is revoked.
    pub after: Option<Entitlement>,
}

impl Grant {
    /// Whole days that it buys.
    #[must_use]
    pub fn days(&self) -> i64 {
        (self.period.end - self.period.start).whole_days()
    }
}

/// The ledger and what it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// One row for each payment that was ever made, in the order of payment. What was carried over has none: its rows
    /// were written by the system before this one.
    pub grants: Vec<Grant>,
    /// What the reader has; none if nothing is paid, or everything went back.
    pub entitlement: Option<Entitlement>,
}

/// Computes the ledger from all payments of one reader for one novel.
#[must_use]
pub fn fold(payments: &[PaymentRecord]) -> Ledger {
    let mut paid: Vec<_> = payments.iter().filter_map(|payment| Some((payment.paid_at?, payment))).collect();
    paid.sort_by_key(|(paid_at, payment)| (*paid_at, payment.id));
    let mut ledger = Ledger::default();
    for (paid_at, payment) in paid {
        let grant = grant(ledger.entitlement, payment, paid_at);
        ledger.entitlement = grant.after;
        if payment.kind != PaymentKind::CarriedOver {
            ledger.grants.push(grant);
        }
    }
    ledger
}

fn grant(before: Option<Entitlement>, payment: &PaymentRecord, paid_at: Timestamp) -> Grant {
    let start = before.map_or(paid_at, |before| before.period.end.max(paid_at));
    let running = before.filter(|before| paid_at < before.period.end);
    // A payment that doesn't say its tier must not take any away.
    let tier = payment.tier.or(before.map(|before| before.tier)).unwrap_or(TierLevel::LOWEST);
    let kind = match running {
        _ if payment.kind == PaymentKind::Renewal => GrantType::Renew,
        None => GrantType::New,
        Some(running) if tier > running.tier => GrantType::Upgrade,
        Some(_) => GrantType::Extend,
    };
    let revoked = payment.is_revoked();
    let end = if revoked { start } else { start.saturating_add(payment.length()) };
    // Back to back with what was bought before is one run: only a gap starts a new one.
    let since = before.filter(|before| paid_at <= before.period.end).map_or(start, |before| before.period.start);
    let after = if revoked { before } else { Some(Entitlement { tier, period: Period { start: since, end } }) };
    Grant { payment: payment.id, kind, tier, period: Period { start, end }, revoked, before, after }
}
