//! Joining the accounts of two users with one novel, when one takes over the other.

use crate::champion::{ChampionAccount, ChampionChange, PaymentKind, PaymentRecord, PaymentStatus, change::Change};

/// The reason why an operator must decide before two users' data of a novel can be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinConflict {
    /// Both users have a live subscription; one of them must end first.
    #[error("both have a live subscription")]
    BothSubscribed,
    /// Both users were carried over from the system before this one, with time of their own.
    #[error("both were carried over from the system before")]
    BothCarriedOver,
}

/// The rows to write after joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The former user's attempt to subscribe, closed because the successor has one too. It must be written first, since
    /// the database allows one open attempt for each user and novel.
    pub closed: Option<PaymentRecord>,
    /// The successor's data after joining.
    pub change: ChampionChange,
}

/// Adds everything of `former` to the account of `successor` with the same novel. Both accounts must have the same moment.
/// Nothing is announced, since every payment was announced when it was recorded.
///
/// # Errors
/// [`JoinConflict`] if an operator must decide first.
pub fn join(former: ChampionAccount, successor: ChampionAccount) -> Result<Joined, JoinConflict> {
    if former.live_subscription().is_some() && successor.live_subscription().is_some() {
        return Err(JoinConflict::BothSubscribed);
    }
    let carried_over = |it: &ChampionAccount| it.payments.iter().any(|payment| payment.carried_over_at.is_some());
    if carried_over(&former) && carried_over(&successor) {
        return Err(JoinConflict::BothCarriedOver);
    }
    let closed = reservation(&successor).and(reservation(&former)).cloned();
    let closed = closed.map(|payment| PaymentRecord { closed: true, ..payment });
    let ChampionAccount { payments, subscriptions, intents, ends_announced_until, customer, .. } = former;
    let mut account = successor;
    account.payments.extend(payments);
    if let Some(closed) = &closed {
        account.put_payment(closed.clone());
    }
    account.subscriptions.extend(subscriptions);
    for (intent, facts) in intents {
        account.put_intent(&intent, &facts);
    }
    account.customer = account.customer.or(customer);
    account.ends_announced_until = account.ends_announced_until.max(ends_announced_until);
    Ok(Joined { closed, change: Change::of(account).anew() })
}

/// Returns the open attempt to subscribe, if there is one.
fn reservation(account: &ChampionAccount) -> Option<&PaymentRecord> {
    let mut payments = account.payments.iter();
    payments.find(|it| it.kind == PaymentKind::Subscription && it.status() == PaymentStatus::Pending)
}
