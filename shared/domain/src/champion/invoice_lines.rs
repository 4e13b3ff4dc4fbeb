//! Finding the lines of an invoice that are ours, and what they bought.
//!
//! A subscription may have items of other products, and an invoice lines for anything that the customer bought. Ours are
//! the lines whose price is or was that of one of the novel's tiers.

use crate::{
    champion::{ChampionAccount, LineKind, PaidLine, PaymentRecord, Period, TierLevel},
    ids::PriceId,
    stripe::{BillingReason, InvoiceFact, InvoiceLine},
};

/// The result of looking for our lines in an invoice.
pub(super) enum Lines<'a> {
    /// Lines of ours were found, or the invoice as a whole is taken for ours.
    Ours {
        /// The price of the newest line of ours.
        price: Option<&'a PriceId>,
        /// The tier of that price, if it is known.
        tier: Option<TierLevel>,
        /// The period of the subscription; none if all lines are prorations.
        period: Option<Period>,
        /// Every line of ours; none if there is only one and `period` says what it bought.
        lines: Option<Vec<PaidLine>>,
    },
    /// None of the lines that the event embeds is ours, and the invoice has more.
    Elsewhere,
    /// The invoice has a price, and it was never one of ours.
    UnknownPrice(&'a PriceId),
}

/// Finds the lines of an invoice whose price is or was one of the account's tiers'.
pub(super) fn read<'a>(account: &ChampionAccount, fact: &'a InvoiceFact) -> Lines<'a> {
    let tier = |line: &'a InvoiceLine| Some((line, account.tier_of_price(line.price.as_ref())?));
    let ours: Vec<_> = fact.lines.iter().filter_map(tier).collect();
    if !ours.is_empty() {
        return of(&ours);
    }
    if fact.has_more_lines {
        return Lines::Elsewhere;
    }
    let price = fact.price.as_ref();
    let tier = account.tier_of_price(price);
    match price {
        // A subscription's first invoice names the tier in metadata, so its price needn't be known.
        Some(price) if tier.is_none() && fact.billing_reason != BillingReason::SubscriptionCreate => {
            Lines::UnknownPrice(price)
        }
        _ => Lines::Ours { price, tier, period: fact.period, lines: None },
    }
}

fn of<'a>(ours: &[(&'a InvoiceLine, TierLevel)]) -> Lines<'a> {
    let end = |line: &InvoiceLine| line.period.map(|period| period.end);
    let main = ours.iter().filter(|(line, _)| !line.is_proration).max_by_key(|(line, _)| end(line));
    let newest = main.or_else(|| ours.iter().max_by_key(|(line, _)| (!line.is_credit, end(line))));
    let lines: Vec<_> = ours.iter().filter_map(|(line, tier)| paid_line(line, *tier)).collect();
    let one_period = matches!(lines.as_slice(), [line] if line.kind == LineKind::Period);
    Lines::Ours {
        price: newest.and_then(|(line, _)| line.price.as_ref()),
        tier: newest.map(|(_, tier)| *tier),
        period: main.and_then(|(line, _)| line.period),
        lines: (!one_period && !lines.is_empty()).then_some(lines),
    }
}

fn paid_line(line: &InvoiceLine, tier: TierLevel) -> Option<PaidLine> {
    let kind = match (line.is_proration, line.is_credit) {
        (false, _) => LineKind::Period,
        (true, false) => LineKind::Charge,
        (true, true) => LineKind::Credit,
    };
    Some(PaidLine { tier, period: line.period?, kind })
}

impl PaymentRecord {
    /// Takes price, tier, period and lines from the payment's invoice. A period and lines that are known already are kept.
    pub(super) fn take_lines(&mut self, lines: &Lines<'_>) {
        match lines {
            Lines::Ours { price, tier, period, lines } => {
                self.price = self.price.take().or_else(|| price.cloned());
                self.tier = tier.or(self.tier);
                if self.period.is_none() && self.lines.as_ref().is_none_or(Vec::is_empty) {
                    self.period = *period;
                    self.lines.clone_from(lines);
                }
            }
            Lines::Elsewhere if self.period.is_none() && self.lines.is_none() => self.lines = Some(Vec::new()),
            Lines::Elsewhere | Lines::UnknownPrice(_) => {}
        }
    }

    /// Returns whether it isn't known yet what the payment bought, because the event didn't embed the lines that are ours.
    #[must_use]
    pub fn waits_for_its_lines(&self) -> bool {
        self.lines.as_ref().is_some_and(Vec::is_empty)
    }
}
