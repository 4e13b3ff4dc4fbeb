//! Preorders.

use std::future::Future;

use crate::{
    Timestamp,
    account::Claims,
    ids::PreorderId,
    limits::Uses,
    outbox::Announcement,
    ports::{LimitedError, StoreError},
    preorder::{Preorder, checkout::OpenSession},
};

/// Everything that one transaction stores for a new preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPreorder {
    /// The preorder, `initiated`.
    pub preorder: Preorder,
    /// The announcement that the preorder has started.
    pub started: Announcement,
    /// What its owner claims.
    pub claims: Claims,
    /// Which limits it uses.
    pub uses: Uses,
}

/// Preorders.
pub trait PreorderStore: Send + Sync {
    /// Stores a new preorder, without an owner, and its announcement in one transaction, and carries out the claims.
    /// Returns the preorder as it is stored then.
    ///
    /// - If a preorder with this id exists, neither it nor the announcement is written. The claims are carried out all
    ///   the same: their condition says which preorder they are about.
    /// - One address stands in one user row: a profile goes without an address that another row has.
    /// - A preorder that isn't stored yet uses its limits by the rule of [`Limit::take`](crate::limits::Limit::take), the
    ///   first before the second.
    ///
    /// # Errors
    /// [`LimitedError`]. If there have been too many, neither preorder nor announcement is written, and of the claims only
    /// those that hold whatever becomes of the preorder.
    fn initiate(&self, new: &NewPreorder) -> impl Future<Output = Result<Preorder, LimitedError>> + Send;

    /// Forgets what limits nobody any more, and makes what is counted from the next day on another secret.
    fn forget_uses(&self, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns the preorder, or none.
    fn find(&self, id: PreorderId) -> impl Future<Output = Result<Option<Preorder>, StoreError>> + Send;

    /// Carries out the claims, and uses up checkout attempt `attempt` by the rule of
    /// [`use_up_attempt`](crate::preorder::checkout::use_up_attempt), in one transaction.
    ///
    /// Returns [`CheckoutSaved::LostRace`] if the rule forbids it: nothing but the claims was written.
    fn save_checkout(
        &self,
        id: PreorderId,
        attempt: i32,
        session: Option<&OpenSession>,
        claims: &Claims,
        now: Timestamp,
    ) -> impl Future<Output = Result<CheckoutSaved, StoreError>> + Send;

    /// Preorders without an owner for linking: `limit` of them, oldest first, and of those only what comes after
    /// `last`.
    fn without_owner(
        &self,
        last: Option<&Preorder>,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Preorder>, StoreError>> + Send;

    /// Carries out claims in one transaction. Returns how many preorders the last of them gave away: 0 if their
    /// condition doesn't hold any more.
    fn claim(&self, claims: &Claims, now: Timestamp) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Returns how many preorders are in processing although their pay page expired before `before`: Stripe's event
    /// about it never came. One that waits for a payment isn't counted.
    fn stuck(&self, before: Timestamp) -> impl Future<Output = Result<i64, StoreError>> + Send;
}

/// What storing a checkout attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutSaved {
    /// The session is stored with its attempt.
    Saved,
    /// Somebody else was first.
    LostRace(Box<Preorder>),
}
