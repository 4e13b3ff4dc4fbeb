//! The port to the database for users and their belongings.

use std::future::Future;

use crate::{
    Timestamp,
    account::{Claims, SignedIn},
    decide::{TakeoverPlan, TwoUsers},
    ids::UserId,
    ports::StoreError,
    preorder::Preorder,
};

/// The store of users and their belongings.
pub trait AccountStore: Send + Sync {
    /// Carries out a reader's claims in one transaction and returns their row as it is afterwards. The claims must include
    /// the reader's profile, or the row must exist already. If the user was taken over, the successor's row is used.
    fn record_sign_in(
        &self,
        user: &UserId,
        claims: &Claims,
        now: Timestamp,
    ) -> impl Future<Output = Result<SignedIn, StoreError>> + Send;

    /// Returns the preorders of a user, newest first, `limit` at most.
    fn preorders_of(&self, user: &UserId, limit: i64)
    -> impl Future<Output = Result<Vec<Preorder>, StoreError>> + Send;

    /// Gives everything of a user to another one, in one transaction: locks both users and their support of novels, reads
    /// it, and writes the plan that `decide` returns. From then on the former uid stands for the successor's, also in
    /// events that arrive meanwhile. A refusal of `decide` is returned in the inner `Err`. A refusal or a failure changes
    /// nothing. May call `decide` again if nothing was written.
    fn take_over<Refusal: Send>(
        &self,
        former: &UserId,
        successor: &UserId,
        now: Timestamp,
        decide: impl Fn(TwoUsers) -> Result<TakeoverPlan, Refusal> + Send + Sync,
    ) -> impl Future<Output = Result<Result<(), Refusal>, StoreError>> + Send;
}
