//! The form becomes a preorder, whether or not anything but the database answers.

use pledge_domain::{
    Timestamp, account,
    email::Email,
    error_chain::ErrorChain,
    ids::PreorderId,
    ports::{IdentityProvider, NewPreorder, PreorderStore, PublishError, Publisher, StoreError},
    preorder::{Preorder, PreorderForm, initiate},
    user::{Owner, VerifiedUser},
};
use uuid::Uuid;

/// Stores preorders.
#[derive(Debug)]
pub struct InitiatePreorder<Store, Identity, Queue> {
    /// Where preorders are kept.
    pub store: Store,
    /// Finds or makes the account of somebody who didn't sign in.
    pub identity: Identity,
    /// Tells the sender about `preorder_started`.
    pub queue: Queue,
}

/// One sending of the form.
#[derive(Debug, Clone)]
pub struct Request {
    /// The form, checked.
    pub form: PreorderForm,
    /// Who is signed in, if anybody is.
    pub signed_in: Option<VerifiedUser>,
    /// The `Idempotency-Key`, if the client sent one.
    pub idempotency_key: Option<String>,
}

/// A preorder that is stored.
#[derive(Debug)]
pub struct Initiated {
    /// The preorder as it is stored. For a repeated request that is what the first one left, or what it has become since.
    pub preorder: Preorder,
    /// Whether the sender was told. If not, the sweep finds the event.
    pub queued: Result<(), PublishError>,
}

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum InitiateError {
    /// The key was used for another form.
    #[error("the idempotency key was used with another form")]
    IdempotencyKeyReused,
    /// The database didn't do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<Store: PreorderStore, Identity: IdentityProvider, Queue: Publisher> InitiatePreorder<Store, Identity, Queue> {
    /// Stores the preorder with its `preorder_started` event. `fresh_id` names it unless an idempotency key does.
    ///
    /// # Errors
    /// [`InitiateError`]; nothing was stored then.
    pub async fn run(&self, request: Request, fresh_id: Uuid, now: Timestamp) -> Result<Initiated, InitiateError> {
        let id = match &request.idempotency_key {
            Some(key) => PreorderId::for_idempotency_key(key, &request.form.email),
            None => PreorderId::new(fresh_id),
        };
        let owner = match request.signed_in {
            Some(user) => Owner::SignedIn(user),
            None => owner_by_email(&self.identity, &request.form.email).await,
        };
        let form = request.form.clone();
        let (preorder, started) = initiate::plan(id, request.form, owner.user_id().cloned(), now);
        let claims = account::of_new_preorder(&preorder.ordered(), &owner);
        let new = NewPreorder { preorder, started, claims };
        let preorder = self.store.initiate(&new).await?;
        if !same_order(&preorder, &form) {
            return Err(InitiateError::IdempotencyKeyReused);
        }
        let queued = self.queue.publish(&[new.started.id]).await;
        Ok(Initiated { preorder, queued })
    }
}

/// Returns whether the stored preorder is what this form orders; if not, its key was used for something else. The address is
/// a part of the id already, but may have become another since.
fn same_order(preorder: &Preorder, form: &PreorderForm) -> bool {
    preorder.email.key() == form.email.key() && preorder.color == form.color
}

/// Returns the owner by the address alone; unknown if Firebase doesn't answer, or if the account isn't proven to be
/// theirs.
pub(crate) async fn owner_by_email(identity: &impl IdentityProvider, email: &Email) -> Owner {
    match identity.find_or_create(email).await {
        Ok(account) if account.may_own_by_email() => Owner::ByEmail(account),
        Ok(_) => Owner::Unknown,
        Err(error) => {
            tracing::warn!(error = %ErrorChain(&error), "no account now: the preorder is linked later");
            Owner::Unknown
        }
    }
}
