//! The port to the database for preorders.

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

/// The data that one transaction stores for a new preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPreorder {
    /// The preorder, whose status is `initiated`.
    pub preorder: Preorder,
    /// The announcement `preorder_started`.
    pub started: Announcement,
    /// The claims of the preorder's owner.
    pub claims: Claims,
    /// The uses of limits that the request counts.
    pub uses: Uses,
}

/// The store of preorders.
pub trait PreorderStore: Send + Sync {
    /// Stores a new preorder, without an owner, and its announcement in one transaction, and carries out the claims.
    /// Returns the preorder as it is stored afterwards.
    ///
    /// - If a preorder with this id exists, neither it nor the announcement is written. The claims are carried out all
    ///   the same, under their condition, which names the preorder.
    /// - An address is in one user row at a time: a profile is written without an address that another row has.
    /// - A preorder that isn't stored yet counts its uses by the rule of [`Limit::take`](crate::limits::Limit::take), the
    ///   first before the second.
    ///
    /// # Errors
    /// [`LimitedError`]. If a limit is used up, neither preorder nor announcement is written, and of the claims only those
    /// that don't depend on the preorder.
    fn initiate(&self, new: &NewPreorder) -> impl Future<Output = Result<Preorder, LimitedError>> + Send;

    /// Deletes counters of limits that are fully restored, and renews the secret with which counting keys are hashed once a
    /// day.
    fn forget_uses(&self, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns the preorder with this id; none if there is none.
    fn find(&self, id: PreorderId) -> impl Future<Output = Result<Option<Preorder>, StoreError>> + Send;

    /// Carries out the claims, and uses up checkout attempt `attempt` by the rule of
    /// [`use_up_attempt`](crate::preorder::checkout::use_up_attempt), in one transaction.
    ///
    /// Returns [`CheckoutSaved::LostRace`] if the rule forbids it; then nothing but the claims was written.
    fn save_checkout(
        &self,
        id: PreorderId,
        attempt: i32,
        session: Option<&OpenSession>,
        claims: &Claims,
        now: Timestamp,
    ) -> impl Future<Output = Result<CheckoutSaved, StoreError>> + Send;

    /// Returns up to `limit` preorders without an owner, oldest first, beginning after `last` if it is given.
    fn without_owner(
        &self,
        last: Option<&Preorder>,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Preorder>, StoreError>> + Send;

    /// Carries out claims in one transaction. Returns to how many preorders the last claim gave an owner; 0 if the claims'
    /// condition doesn't hold any more.
    fn claim(&self, claims: &Claims, now: Timestamp) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Returns how many preorders are in processing although their payment page expired before `before`, because Stripe's
    /// event about the expiry never came. Preorders that wait for a payment that takes days aren't counted.
    fn stuck(&self, before: Timestamp) -> impl Future<Output = Result<i64, StoreError>> + Send;
}

/// The result of storing a checkout attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutSaved {
    /// The attempt is used up, and its session stored if there is one.
    Saved,
    /// Another request or an event was first; this is the preorder as it is stored.
    LostRace(Box<Preorder>),
}
