//! The rules of when a payment enters the timeline, and of what it bought.

use time::Duration;

use crate::{
    Timestamp,
    champion::{
        LineKind, PaymentKind, PaymentRecord, TierLevel,
        timeline::{Entry, EntryKind, Line},
    },
};

/// Returns an entry for the timeline for each payment that was made.
#[must_use]
pub fn entries(payments: &[PaymentRecord]) -> Vec<Entry> {
    let carried_over_at = carried_over_at(payments);
    payments.iter().filter_map(|payment| payment.entry(carried_over_at)).collect()
}

/// Returns when the reader was carried over from an older system; none if they weren't.
#[must_use]
pub fn carried_over_at(payments: &[PaymentRecord]) -> Option<Timestamp> {
    payments.iter().filter_map(|payment| payment.carried_over_at).max()
}

impl PaymentRecord {
    /// Returns when a payment enters the timeline: at the start of its period if it is a renewal that was paid by then or
    /// within its grace, else when it was paid. None until it is paid.
    #[must_use]
    pub fn enters_at(&self) -> Option<Timestamp> {
        let paid_at = self.paid_at?;
        let in_time = |start: Timestamp| paid_at <= start.saturating_add(self.grace.unwrap_or_default());
        let start = self.period.map(|period| period.start).filter(|_| self.kind == PaymentKind::Renewal);
        Some(start.filter(|start| in_time(*start)).unwrap_or(paid_at))
    }

    /// Returns whether the payment was made before the reader was carried over at this time. What it bought is then part
    /// of the access that was carried over.
    #[must_use]
    pub fn is_settled_by(&self, carried_over_at: Option<Timestamp>) -> bool {
        self.carried_over_at.is_none() && self.paid_at.is_some_and(|paid_at| Some(paid_at) < carried_over_at)
    }

    fn entry(&self, carried_over_at: Option<Timestamp>) -> Option<Entry> {
        let enters_at = self.enters_at()?;
        let settled = self.is_settled_by(carried_over_at);
        let kind = match self.kind {
            _ if settled => EntryKind::Settled(self.period),
            PaymentKind::CarriedOver => EntryKind::CarriedOver,
            _ => EntryKind::Bought,
        };
        let mut revocations = self.revocation_history();
        if settled {
            // A payment that had gone back before the reader was carried over wasn't part of what they were shown.
            let gone = revocations.iter().rfind(|(at, _)| Some(*at) <= carried_over_at).is_some_and(|(_, gone)| *gone);
            revocations.retain(|(at, _)| Some(*at) > carried_over_at && !gone);
        }
        Some(Entry {
            payment: self.id,
            rank: self.gateway_id(),
            enters_at,
            subscription: self.subscription.clone(),
            kind,
            lines: if settled { Vec::new() } else { self.bought() },
            revocations,
        })
    }

    /// Returns the id that Stripe gave the payment's invoice or the payment, or our own id if it wasn't made at Stripe.
    /// Unlike our own, Stripe's ids don't depend on the order in which events arrive.
    fn gateway_id(&self) -> String {
        let invoice = self.invoice.as_ref().map(ToString::to_string);
        invoice.or_else(|| Some(self.payment_intent.as_ref()?.to_string())).unwrap_or_else(|| self.id.to_string())
    }

    /// Returns the lengths of time that a payment bought, each with its tier. A credit has a negative length.
    fn bought(&self) -> Vec<Line> {
        // A payment whose tier isn't known counts at the lowest.
        let tier = self.tier.unwrap_or(TierLevel::LOWEST);
        let Some(lines) = &self.lines else {
            return Vec::from_iter(
                Some(Line { tier, length: self.length() }).filter(|line| line.length > Duration::ZERO),
            );
        };
        let line = |it: &crate::champion::PaidLine| {
            let length = (it.period.end - it.period.start).max(Duration::ZERO);
            Line { tier: it.tier, length: if it.kind == LineKind::Credit { -length } else { length } }
        };
        lines.iter().map(line).collect()
    }

    /// Returns the end, as Stripe has it, of the period that an invoice paid for, and the tier of its line that ends last.
    /// None for payments that aren't invoices.
    pub(super) fn paid_period(&self) -> Option<(Timestamp, TierLevel)> {
        if matches!(self.kind, PaymentKind::Purchase | PaymentKind::CarriedOver | PaymentKind::Goodwill) {
            return None;
        }
        let Some(lines) = &self.lines else {
            return Some((self.period?.end, self.tier.unwrap_or(TierLevel::LOWEST)));
        };
        let paid = lines.iter().filter(|line| line.kind != LineKind::Credit);
        paid.map(|line| (line.period.end, line.tier)).max_by_key(|(end, _)| *end)
    }
}
