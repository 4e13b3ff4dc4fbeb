//! The database: one business fact, one transaction, one method.

use std::future::Future;

use crate::{
    Timestamp,
    account::Claims,
    decide::{Plan, Recorded, Snapshot},
    ids::PreorderId,
    limits::{TooMany, Uses},
    outbox::Announcement,
    ports::Cause,
    preorder::{Preorder, checkout::OpenSession},
    stripe::StripeEvent,
};

/// Why the database didn't do it. Nothing was written; only if the connection broke during the commit, all of it may
/// have been. Every method is safe to repeat either way.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, is overloaded or was restarted: the same call may succeed later.
    #[error("the database is unavailable")]
    Unavailable(#[source] Cause),
    /// The database refused, or holds something that it must not hold: the same call fails again.
    #[error("the database refused")]
    Internal(#[source] Cause),
    /// What was to be written breaks a rule of the database, such as a constraint or a type's range: the same values
    /// are refused again. The cause says which rule, without personal data.
    #[error("the database does not take the values")]
    Rejected(#[source] Cause),
}

/// Why a call that is limited didn't do it. Nothing was written but what its contract says.
#[derive(Debug, thiserror::Error)]
pub enum LimitedError {
    /// There have been too many.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The database didn't do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

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

/// What is to become of an event whose id is stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownEvent {
    /// The event stays as it was recorded, as any repeated delivery wants it.
    Stays,
    /// If it changed nothing when it was recorded, it is decided as if it were new: for an operator who has mended what
    /// it was parked or ignored for.
    DecidedAnew,
}

/// Stripe's events and everything that they change.
pub trait StripeEventStore: Send + Sync {
    /// Records an event in one transaction: locks what it names ([`crate::stripe::Fact::lookup`]), reads that, calls
    /// `decide` with it, and writes the plan, the outbox rows and the event's id. Calls `decide` again only if nothing
    /// was written.
    ///
    /// - Returns [`Recorded::Before`] if the event's id is stored already, unless `known` says otherwise. Two
    ///   deliveries at once take effect one after the other, so the second is `Before`.
    /// - An owner that metadata name but that has no user row is left out of a new preorder, to be linked later.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written. [`StoreError::Rejected`] if the plan itself can't be written.
    fn record(
        &self,
        event: &StripeEvent,
        known: KnownEvent,
        now: Timestamp,
        decide: impl Fn(Snapshot) -> Plan + Send + Sync,
    ) -> impl Future<Output = Result<Recorded, StoreError>> + Send;
}
