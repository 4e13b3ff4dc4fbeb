//! The database: people, and what is theirs.

use std::future::Future;

use crate::{
    Timestamp,
    account::{Claims, StoredProfile},
    ids::UserId,
    ports::StoreError,
    preorder::Preorder,
};

/// People and what is theirs.
pub trait AccountStore: Send + Sync {
    /// Carries out a reader's claims in one transaction and returns their row as it stands then. The claims must include
    /// the reader's profile, or the row must be there already.
    fn record_sign_in(
        &self,
        user: &UserId,
        claims: &Claims,
        now: Timestamp,
    ) -> impl Future<Output = Result<StoredProfile, StoreError>> + Send;

    /// Returns the preorders of a user, newest first, `limit` at most.
    fn preorders_of(&self, user: &UserId, limit: i64)
    -> impl Future<Output = Result<Vec<Preorder>, StoreError>> + Send;
}
