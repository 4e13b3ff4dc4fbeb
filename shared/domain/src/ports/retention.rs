//! The port to the database for deleting what isn't needed any more.

use std::future::Future;

use crate::{
    Timestamp,
    ports::StoreError,
    retention::{Cleared, Cutoffs},
};

/// The store of rows that can be deleted when they aren't needed any more.
pub trait RetentionStore: Send + Sync {
    /// Clears out rows from before the cutoffs, at most `limit` of each kind, the oldest first, in one transaction, and
    /// returns how many of each kind were cleared.
    ///
    /// - A preorder is deleted if nothing was ever paid for it and nothing can be paid any more: its payment page expired
    ///   before the cutoff too, so that its link doesn't work any more, and no payment is on its way. The
    ///   payloads of its announcements are emptied with it.
    /// - An announcement's payload is emptied, and its row stays. A parked announcement is superseded, so that it is never
    ///   sent.
    /// - An event is deleted, unless it is parked.
    fn clear_out(
        &self,
        cutoffs: &Cutoffs,
        limit: i64,
        now: Timestamp,
    ) -> impl Future<Output = Result<Cleared, StoreError>> + Send;
}
