//! A payment that somebody else than Stripe took.

use crate::champion::{
    ChampionAccount, PaymentRecord, announce,
    change::{Change, Step},
};

/// Books a payment that was made, whoever moved the money: the same ledger, the same support. False if it is booked
/// already or isn't paid.
#[must_use]
pub fn step(account: ChampionAccount, payment: PaymentRecord) -> Step<bool> {
    let known = account.payment(payment.id).is_some_and(|known| known.paid_at.is_some());
    let Some(paid_at) = payment.paid_at.filter(|_| !known) else {
        return Step::only(false);
    };
    let mut change = Change::of(account);
    change.announce(announce::paid(&change.after, &payment, false, None));
    change.after.put_payment(payment);
    change.step(true, paid_at)
}
