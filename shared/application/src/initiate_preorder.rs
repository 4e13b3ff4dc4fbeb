//! Storing the form as a preorder. Only the database is needed for that: Firebase, SQS and Klaviyo may be down.

use pledge_domain::{
    Timestamp, account,
    email::Email,
    error_chain::ErrorChain,
    ids::PreorderId,
    limits::{PreorderLimits, Source, TooMany},
    ports::{IdentityProvider, LimitedError, NewPreorder, PreorderStore, PublishError, Publisher, StoreError},
    preorder::{Preorder, PreorderForm, initiate},
    user::{Owner, VerifiedUser},
};
use uuid::Uuid;

use crate::recent_refusals::RecentRefusals;

/// Stores preorders.
#[derive(Debug)]
pub struct InitiatePreorder<Store, Identity, Queue> {
    /// Where preorders are kept.
    pub store: Store,
    /// Finds or makes the account of somebody who didn't sign in.
    pub identity: Identity,
    /// Tells the sender about `preorder_started`.
    pub queue: Queue,
    /// The limits of preorders from one source, and with one address, in an hour.
    pub limits: PreorderLimits,
    /// The sources and addresses that this process has refused lately because they made too many preorders.
    pub refused: RecentRefusals,
}

/// One submission of the form.
#[derive(Debug, Clone)]
pub struct Request {
    /// The checked form.
    pub form: PreorderForm,
    /// The signed-in user, if there is one.
    pub signed_in: Option<VerifiedUser>,
    /// The `Idempotency-Key`, if the client sent one.
    pub idempotency_key: Option<String>,
    /// Whether the request comes from a plain HTML form, which can't make idempotency keys. Without a key, a repeat of the
    /// same form from the same source within ten minutes is the same preorder, unless that preorder is paid.
    pub is_plain_form: bool,
    /// The network source of the request, for which preorders are counted, if it is known.
    pub source: Option<Source>,
}

/// The stored preorder of a submission.
#[derive(Debug)]
pub struct Initiated {
    /// The preorder as it is stored. After a repeated request it is the preorder of the first request, in its present
    /// state.
    pub preorder: Preorder,
    /// Whether the announcements were queued. If they weren't, the sweep finds them.
    pub queued: Result<(), PublishError>,
}

/// The reason why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum InitiateError {
    /// The key was used for another form.
    #[error("the idempotency key was used with another form")]
    IdempotencyKeyReused,
    /// The source or the address has made too many preorders.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The time for which a repeat of a plain HTML form from the same source is the same preorder.
const SAME_FORM: time::Duration = time::Duration::minutes(10);

impl From<LimitedError> for InitiateError {
    fn from(error: LimitedError) -> Self {
        match error {
            LimitedError::TooMany(refusal) => Self::TooMany(refusal),
            LimitedError::Store(error) => Self::Store(error),
        }
    }
}

impl<Store: PreorderStore, Identity: IdentityProvider, Queue: Publisher> InitiatePreorder<Store, Identity, Queue> {
    /// Stores the preorder with its announcements and its owner's claims, and queues the announcements. The preorder's id
    /// is derived from the idempotency key or, for a plain HTML form without a key, from the form and its source. Otherwise
    /// it is `fresh_id`.
    ///
    /// # Errors
    /// [`InitiateError`]. No preorder was stored then. If the key was reused, the claims may have been carried out on the
    /// preorder that has the key.
    pub async fn run(&self, request: Request, fresh_id: Uuid, now: Timestamp) -> Result<Initiated, InitiateError> {
        let fresh = PreorderId::new(fresh_id);
        let id = match (&request.idempotency_key, &request.source) {
            (Some(key), _) => PreorderId::for_idempotency_key(key, &request.form.email),
            (None, Some(source)) if request.is_plain_form => {
                self.repeated(&request.form, source, now).await?.unwrap_or(fresh)
            }
            (None, _) => fresh,
        };
        let email = &request.form.email;
        let proven = request.signed_in.as_ref().is_some_and(|user| user.has_proven(email));
        let uses = self.limits.uses(request.source.as_ref(), email, proven);
        self.refused.check(&uses, now)?;
        let owner = match request.signed_in {
            Some(user) => Owner::SignedIn(user),
            None => owner_by_email(&self.identity, &request.form.email).await,
        };
        let form = request.form.clone();
        let (preorder, started) = initiate::plan(id, request.form, &owner, now);
        let claims = account::of_new_preorder(&preorder.ordered(), &owner);
        let new = NewPreorder { preorder, started, claims, uses };
        let stored = self.store.initiate(&new).await;
        if let Err(LimitedError::TooMany(refusal)) = &stored {
            self.refused.remember(refusal, now);
        }
        let preorder = stored?;
        if !initiate::is_same_form(&preorder, &form) {
            return Err(InitiateError::IdempotencyKeyReused);
        }
        let announced = Vec::from_iter([new.started.id].into_iter().chain(new.claims.announcements()));
        let queued = self.queue.publish(&announced).await;
        Ok(Initiated { preorder, queued })
    }

    /// Returns the id for a plain HTML form: that of an unpaid preorder of the same form and source from the last ten
    /// minutes, else one that is derived from form, source and time. `None` if the preorder with the derived id is paid.
    async fn repeated(
        &self,
        form: &PreorderForm,
        source: &Source,
        now: Timestamp,
    ) -> Result<Option<PreorderId>, StoreError> {
        let window = now.unix_timestamp().div_euclid(SAME_FORM.whole_seconds());
        let id = |window: i64| PreorderId::for_idempotency_key(&form.key(source, window), &form.email);
        let before = self.store.find(id(window - 1)).await?;
        if before.is_some_and(|preorder| preorder.payment.is_none() && now - preorder.created_at < SAME_FORM) {
            return Ok(Some(id(window - 1)));
        }
        let current = self.store.find(id(window)).await?;
        Ok(Some(id(window)).filter(|_| current.is_none_or(|preorder| preorder.payment.is_none())))
    }
}

/// Returns the owner of a preorder by its address alone: the Firebase account of that address, which is made if there is
/// none. The owner is unknown if Firebase doesn't answer, or if the account may not own by an address alone.
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
