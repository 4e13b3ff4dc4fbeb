//! What isn't needed any more.

use std::future::Future;

use crate::{
    Timestamp,
    ports::StoreError,
    retention::{Cleared, Cutoffs},
};

/// The store, as far as it forgets.
pub trait RetentionStore: Send + Sync {
    /// Clears out what lies before the cutoffs, at most `limit` of each kind, the oldest first, in one transaction, and
    /// returns how many of each kind there were.
    ///
    /// - A preorder goes if nothing was ever paid for it and nothing can be any more: its pay page is closed, and no payment
    ///   is on its way. What its announcements say goes with it.
    /// - Of announcements what they say goes; that they were sent stays. One that was parked is left out for good.
    /// - An event stays while it is parked.
    fn clear_out(
        &self,
        cutoffs: &Cutoffs,
        limit: i64,
        now: Timestamp,
    ) -> impl Future<Output = Result<Cleared, StoreError>> + Send;
}
