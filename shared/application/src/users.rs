//! A reader and what is theirs.

use pledge_domain::{
    Timestamp,
    account::{self, Ground, StoredProfile},
    champion::Moment,
    consent::Answer,
    decide::{self, TakeoverRefusal},
    error_chain::ErrorChain,
    ids::UserId,
    ports::{AccountStates, AccountStore, PublishError, Publisher, StoreError},
    preorder::Preorder,
    user::{AccountState, VerifiedUser},
};
use time::Duration;

/// How many preorders a reader is shown at most.
const MAX_PREORDERS: i64 = 100;

/// What readers can ask about themselves.
#[derive(Debug, Clone)]
pub struct Users<Store, Accounts> {
    /// People and what is theirs.
    pub store: Store,
    /// Says whether an account is gone.
    pub accounts: Accounts,
    /// How long access goes on after a paid period while its renewal is about to be charged.
    pub renewal_grace: Duration,
}

/// What a sign-in came to.
#[derive(Debug)]
pub struct SignedIn {
    /// The user as they are stored then.
    pub profile: StoredProfile,
    /// Users whose things were to become this one's, and what came of it.
    pub takeovers: Vec<(UserId, Result<(), TakeoverRefusal>)>,
    /// Whether the sender was told, if there was something to tell. If not, the sweep finds it.
    pub queued: Option<Result<(), PublishError>>,
}

/// Why a sign-in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Whoever has no address can't agree to be written to. Nothing was stored.
    #[error("the reader has no e-mail address")]
    NoAddress,
    /// The database didn't do it. A repeat is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<Store: AccountStore, Accounts: AccountStates> Users<Store, Accounts> {
    /// Stores the profile of somebody who has just signed in, gives them the preorders of their address that have no owner
    /// if Firebase has verified that address, and returns the profile as it is stored then. With an answer, it stores whether
    /// they agree to marketing, and tells the sender through `queue`.
    ///
    /// They take over everything of whoever had proven the address before them and is gone at Firebase, and of
    /// `anonymous`, the anonymous user that they were until now, whose ID token they have shown too. While Firebase doesn't
    /// say who is gone, the next sign-in takes over.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(
        &self,
        reader: &VerifiedUser,
        anonymous: Option<&UserId>,
        answer: Option<&Answer>,
        queue: &impl Publisher,
        now: Timestamp,
    ) -> Result<SignedIn, SignInError> {
        let mut claims = account::signed_in(reader);
        if let Some(answer) = answer {
            claims.list.push(account::says_of_marketing(reader, answer, now).ok_or(SignInError::NoAddress)?);
        }
        let account::SignedIn { profile, had_address_before } =
            self.store.record_sign_in(&reader.id, &claims, now).await?;
        let announced = Vec::from_iter(claims.announcements());
        let queued = if announced.is_empty() { None } else { Some(queue.publish(&announced).await) };
        let mut takeovers = Vec::new();
        for former in had_address_before {
            if self.is_gone(&former).await {
                let taken = self.take_over(&former, &profile.user, Ground::CameBack, now).await?;
                takeovers.push((former, taken));
            }
        }
        if let Some(anonymous) = anonymous.filter(|anonymous| **anonymous != profile.user) {
            let taken = self.take_over(anonymous, &profile.user, Ground::HandedOver, now).await?;
            takeovers.push((anonymous.clone(), taken));
        }
        Ok(SignedIn { profile, takeovers, queued })
    }

    /// Gives everything of a user to another one, unless something is in the way.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was changed then.
    pub async fn take_over(
        &self,
        former: &UserId,
        successor: &UserId,
        ground: Ground,
        now: Timestamp,
    ) -> Result<Result<(), TakeoverRefusal>, StoreError> {
        let moment = Moment { now, renewal_grace: self.renewal_grace };
        self.store.take_over(former, successor, now, |users| decide::take_over(users, ground, moment)).await
    }

    /// Returns the reader's preorders, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn preorders(&self, reader: &UserId) -> Result<Vec<Preorder>, StoreError> {
        self.store.preorders_of(reader, MAX_PREORDERS).await
    }

    async fn is_gone(&self, user: &UserId) -> bool {
        match self.accounts.state_of(user).await {
            Ok(state) => state == AccountState::Gone,
            Err(error) => {
                tracing::warn!(error = %ErrorChain(&error), "whether an account is gone is looked up at the next sign-in");
                false
            }
        }
    }
}
