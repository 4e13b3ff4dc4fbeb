//! Everything that happens by itself when time passes.

use super::account::Account;
use super::billing::lifecycle;
use super::checkout;
use super::objects::Fields;
use super::payment::refund_progress;

/// Something that becomes due.
enum Due {
    SessionExpires(String),
    Billing(lifecycle::Due),
    RefundEnds(String),
}

/// Does everything that is due until `now`, in the order of time.
pub(crate) fn run_until(account: &mut Account, now: i64) {
    while let Some((at, due)) = next(account).filter(|(at, _)| *at <= now) {
        account.now = account.now.max(at);
        match due {
            Due::SessionExpires(session) => checkout::expire(account, &session),
            Due::Billing(due) => lifecycle::run(account, &due),
            Due::RefundEnds(refund) => refund_progress::end(account, &refund),
        }
    }
}

/// Returns whether anything is due at `now`.
pub(crate) fn is_due(account: &Account, now: i64) -> bool {
    next(account).is_some_and(|(at, _)| at <= now)
}

fn next(account: &Account) -> Option<(i64, Due)> {
    let sessions = account
        .objects
        .newest_first("checkout.session")
        .filter(|session| session.text("status") == "open")
        .map(|session| (session.int("expires_at"), Due::SessionExpires(session.text("id").to_owned())));
    let billing = lifecycle::next(account).map(|(at, due)| (at, Due::Billing(due)));
    let refunds = account.refund_outcomes.iter().map(|(id, (at, _))| (*at, Due::RefundEnds(id.clone())));
    sessions.chain(billing).chain(refunds).min_by_key(|(at, _)| *at)
}
