//! A payment that somebody else than Stripe took.

use crate::{
    champion::{ChampionAccount, ChampionWrite, PaymentRecord, announce, change::Change},
    outbox::OutboxEntry,
};

/// Books a payment that was made, whoever moved the money: the same ledger, the same support. None if it is booked
/// already or isn't paid.
#[must_use]
pub fn book(account: ChampionAccount, payment: PaymentRecord) -> Option<(ChampionWrite, Vec<OutboxEntry>)> {
    let paid_at = payment.paid_at?;
    if account.payment(payment.id).is_some_and(|known| known.paid_at.is_some()) {
        return None;
    }
    let mut change = Change::of(account);
    change.announce(announce::paid(&change.after, &payment, None));
    change.after.put_payment(payment);
    change.finish(paid_at)
}
