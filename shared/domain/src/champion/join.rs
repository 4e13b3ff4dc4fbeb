//! Joins what two users have of one novel.

use crate::champion::{ChampionAccount, ChampionChange, PaymentKind, PaymentRecord, PaymentStatus, change::Change};

/// Why what two users have of a novel can't become one user's without a person who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinConflict {
    /// Both users have a live subscription; one of them must end first.
    #[error("both have a live subscription")]
    BothSubscribed,
    /// Both users were carried over from the system before this one, with time of their own.
    #[error("both were carried over from the system before")]
    BothCarriedOver,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The former user's attempt to subscribe that is given up, because the successor has one too. It is written first:
    /// there may be one reservation.
    pub closed: Option<PaymentRecord>,
    /// What the successor has then.
    pub change: ChampionChange,
}

/// Joins everything of `former` to what `successor` has of the same novel; both are looked at in the same moment. Nothing
/// is announced: of what happened Klaviyo has heard.
///
/// # Errors
/// [`JoinConflict`].
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

/// Returns the reservation of a subscription that waits for its payment.
fn reservation(account: &ChampionAccount) -> Option<&PaymentRecord> {
    let mut payments = account.payments.iter();
    payments.find(|it| it.kind == PaymentKind::Subscription && it.status() == PaymentStatus::Pending)
}
