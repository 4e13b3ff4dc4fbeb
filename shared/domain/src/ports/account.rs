//! The database: people, and what is theirs.

use std::future::Future;

use crate::{
    Timestamp,
    account::{Claims, SignedIn},
    decide::{TakeoverPlan, TwoUsers},
    ids::UserId,
    ports::StoreError,
    preorder::Preorder,
};

/// People and what is theirs.
pub trait AccountStore: Send + Sync {
    /// Carries out a reader's claims in one transaction and returns their row as it stands then. The claims must include
    /// the reader's profile, or the row must be there already. For a user whose things have become another's, that one
    /// signs in.
    fn record_sign_in(
        &self,
        user: &UserId,
        claims: &Claims,
        now: Timestamp,
    ) -> impl Future<Output = Result<SignedIn, StoreError>> + Send;

    /// Returns the preorders of a user, newest first, `limit` at most.
    fn preorders_of(&self, user: &UserId, limit: i64)
    -> impl Future<Output = Result<Vec<Preorder>, StoreError>> + Send;

    /// Gives everything of a user to another one, if `decide` says so, in one transaction: locks both users and all that
    /// they support, reads it, and writes what the plan says. From then on the former uid stands for the successor's, in
    /// events too, and in events that arrive meanwhile. A refusal changes nothing, and neither does a failure. May call
    /// `decide` again if nothing was written.
    fn take_over<Refusal: Send>(
        &self,
        former: &UserId,
        successor: &UserId,
        now: Timestamp,
        decide: impl Fn(TwoUsers) -> Result<TakeoverPlan, Refusal> + Send + Sync,
    ) -> impl Future<Output = Result<Result<(), Refusal>, StoreError>> + Send;
}
