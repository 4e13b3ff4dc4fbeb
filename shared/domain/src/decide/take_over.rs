//! The one decision about a takeover, in which one user gets everything of another.

use crate::{
    account::{Ground, Kept, UserState, may_take_over},
    champion::{
        ChampionAccount, ChampionChange, ChampionKey, Moment, PaymentRecord,
        join::{JoinConflict, Joined, join},
    },
    ids::{CustomerId, NovelId},
};

/// Two users, read under the locks of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoUsers {
    /// The user who would lose everything; none if there is no such row.
    pub former: Option<UserState>,
    /// The user who would get everything; none if there is no such row.
    pub successor: Option<UserState>,
    /// Every novel for which one of the two ever began to pay.
    pub novels: Vec<NovelOfTwo>,
}

/// The accounts of two users with one novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NovelOfTwo {
    /// The former user's account.
    pub former: ChampionAccount,
    /// The successor's account.
    pub successor: ChampionAccount,
}

/// The rows to write for a takeover. A store writes them and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeoverPlan {
    /// The reason for the takeover.
    pub ground: Ground,
    /// The former user's attempts to subscribe that are closed, which must be written before anything else.
    pub closed: Vec<(ChampionKey, PaymentRecord)>,
    /// The former user's Stripe customer, if it becomes the successor's.
    pub customer: Option<CustomerId>,
    /// The successor's rows of each novel after the takeover.
    pub novels: Vec<ChampionChange>,
}

/// The reason why nothing is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TakeoverRefusal {
    /// A rule about the two users forbids it.
    #[error(transparent)]
    Kept(#[from] Kept),
    /// An operator must first decide about a novel that both users have.
    #[error("novel {}: {conflict}", .novel.get())]
    Conflict {
        /// The first such novel.
        novel: NovelId,
        /// The reason why the two accounts can't be joined.
        conflict: JoinConflict,
    },
}

/// Decides whether the successor takes over everything of the former user, and returns what is to be written. If the
/// accounts of one novel can't be joined, nothing is taken over.
///
/// # Errors
/// [`TakeoverRefusal`].
pub fn take_over(users: TwoUsers, ground: Ground, moment: Moment) -> Result<TakeoverPlan, TakeoverRefusal> {
    may_take_over(ground, users.former.as_ref(), users.successor.as_ref())?;
    let customer = |user: Option<UserState>| user.and_then(|user| user.customer);
    let (former, successor) = (customer(users.former), customer(users.successor));
    let customer = if successor.is_some() { None } else { former };
    let mut plan = TakeoverPlan { ground, closed: Vec::new(), customer, novels: Vec::new() };
    for NovelOfTwo { former, successor } in users.novels {
        let key = former.key.clone();
        let joined = join(former.at(moment), successor.at(moment));
        let Joined { closed, change } =
            joined.map_err(|conflict| TakeoverRefusal::Conflict { novel: key.novel, conflict })?;
        plan.closed.extend(closed.map(|payment| (key, payment)));
        plan.novels.push(change);
    }
    Ok(plan)
}
