//! Finding a preorder by its id.

use pledge_domain::{
    ids::PreorderId,
    ports::{PreorderStore, StoreError},
    preorder::Preorder,
};

/// Finds preorders by their ids. Anybody who has an id may see the preorder's state and pay for it.
#[derive(Debug)]
pub struct FindPreorder<Store> {
    /// Where preorders are kept.
    pub store: Store,
}

/// The reason why no preorder is returned.
#[derive(Debug, thiserror::Error)]
pub enum FindPreorderError {
    /// No preorder has this id.
    #[error("there is no preorder with this id")]
    Unknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<Store: PreorderStore> FindPreorder<Store> {
    /// Returns the preorder with this id.
    ///
    /// # Errors
    /// [`FindPreorderError`].
    pub async fn run(&self, id: PreorderId) -> Result<Preorder, FindPreorderError> {
        self.store.find(id).await?.ok_or(FindPreorderError::Unknown)
    }
}
