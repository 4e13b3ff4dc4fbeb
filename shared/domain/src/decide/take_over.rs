//! The one decision about two users of whom one may be to have everything of the other.

use crate::{
    account::{Ground, Kept, UserFacts, may_take_over},
    champion::{
        ChampionAccount, ChampionChange, ChampionKey, Moment, PaymentRecord,
        join::{JoinConflict, Joined, join},
    },
    ids::{CustomerId, NovelId},
};

/// Two users, read under the locks of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoUsers {
    /// Who may be to lose everything; none if there is no such row.
    pub former: Option<UserFacts>,
    /// Who may be to have it; none if there is no such row.
    pub successor: Option<UserFacts>,
    /// What each has of every novel that any of them began to pay for.
    pub novels: Vec<NovelOfTwo>,
}

/// What two users have of one novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NovelOfTwo {
    /// What the former user has.
    pub former: ChampionAccount,
    /// What the successor has.
    pub successor: ChampionAccount,
}

/// What is to be written for a takeover. Leaves the executor no choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeoverPlan {
    /// Why.
    pub ground: Ground,
    /// Attempts of the former user that are given up before anything else.
    pub closed: Vec<(ChampionKey, PaymentRecord)>,
    /// The former user's Stripe customer, if it becomes the successor's.
    pub customer: Option<CustomerId>,
    /// What the successor has of each novel then.
    pub novels: Vec<ChampionChange>,
}

/// Why nothing is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TakeoverRefusal {
    /// The former user keeps what is theirs.
    #[error(transparent)]
    Kept(#[from] Kept),
    /// What both have of a novel needs a person who looks at it.
    #[error("novel {}: {conflict}", .novel.get())]
    Conflict {
        /// The first such novel.
        novel: NovelId,
        /// What is in the way.
        conflict: JoinConflict,
    },
}

/// Decides whether the successor takes over everything of the former user, and what is to be written then. If one novel
/// is in the way, nothing is taken over.
///
/// # Errors
/// [`TakeoverRefusal`].
pub fn take_over(users: TwoUsers, ground: Ground, moment: Moment) -> Result<TakeoverPlan, TakeoverRefusal> {
    may_take_over(ground, users.former.as_ref(), users.successor.as_ref())?;
    let customer = |user: Option<UserFacts>| user.and_then(|user| user.customer);
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
