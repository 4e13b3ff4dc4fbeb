//! A reader and what is theirs.

use pledge_domain::{
    Timestamp,
    account::{self, StoredProfile},
    ids::UserId,
    ports::{AccountStore, StoreError},
    preorder::Preorder,
    user::VerifiedUser,
};

/// How many preorders a reader is shown at most.
const MAX_PREORDERS: i64 = 100;

/// What readers can ask about themselves.
#[derive(Debug, Clone)]
pub struct Users<Store> {
    /// People and what is theirs.
    pub store: Store,
}

impl<Store: AccountStore> Users<Store> {
    /// Stores the profile of somebody who has just signed in, gives them the preorders of their address that have no owner
    /// if Firebase has verified that address, and returns the profile as it is stored then.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was stored then.
    pub async fn sign_in(&self, reader: &VerifiedUser, now: Timestamp) -> Result<StoredProfile, StoreError> {
        self.store.record_sign_in(&reader.id, &account::signed_in(reader), now).await
    }

    /// Returns the reader's preorders, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn preorders(&self, reader: &UserId) -> Result<Vec<Preorder>, StoreError> {
        self.store.preorders_of(reader, MAX_PREORDERS).await
    }
}
