//! A reader's sign-in, and what belongs to them.

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

/// The use cases of readers' own data.
#[derive(Debug, Clone)]
pub struct Users<Store, Accounts, Queue> {
    /// Where users are kept, with what belongs to them.
    pub store: Store,
    /// Says whether an account is gone.
    pub accounts: Accounts,
    /// Tells the sender of a consent or its withdrawal.
    pub queue: Queue,
    /// How long access goes on after a paid period while its renewal is about to be charged.
    pub renewal_grace: Duration,
}

/// The result of a sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// The user as they are stored afterwards.
    pub profile: StoredProfile,
    /// The users whose belongings this user was to take over, each with whether that was done.
    pub takeovers: Vec<(UserId, Result<(), TakeoverRefusal>)>,
    /// Whether announcements were queued, if there were any. If not, the sweep finds them.
    pub queued: Option<Result<(), PublishError>>,
}

/// The reason why a sign-in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The reader says something about marketing, but their token has no address. Nothing was stored.
    #[error("the reader has no e-mail address")]
    NoAddress,
    /// The database failed. A retry is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<Store: AccountStore, Accounts: AccountStates, Queue: Publisher> Users<Store, Accounts, Queue> {
    /// Stores the profile of a reader who has just signed in, gives them the ownerless preorders of their address if
    /// Firebase has verified it, and returns the profile as it is stored afterwards. With an `answer`, stores whether the
    /// reader agrees to marketing, and queues the announcement of that.
    ///
    /// The reader takes over everything of two kinds of users: those who had proven the same address and are deleted at
    /// Firebase, and `anonymous`, the anonymous user that the reader was until now, whose ID token they have shown too.
    /// While Firebase doesn't answer who is deleted, that is left to the next sign-in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(
        &self,
        reader: &VerifiedUser,
        anonymous: Option<&UserId>,
        answer: Option<&Answer>,
        now: Timestamp,
    ) -> Result<SignedIn, SignInError> {
        let mut claims = account::signed_in(reader);
        if let Some(answer) = answer {
            claims.list.push(account::says_of_marketing(reader, answer, now).ok_or(SignInError::NoAddress)?);
        }
        let account::SignedIn { profile, had_address_before } =
            self.store.record_sign_in(&reader.id, &claims, now).await?;
        let announced = Vec::from_iter(claims.announcements());
        let queued = if announced.is_empty() { None } else { Some(self.queue.publish(&announced).await) };
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

    /// Gives everything of a user to another one, and returns why not if a rule forbids it.
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

    /// Returns the reader's preorders, newest first, at most 100.
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
                tracing::warn!(error = %ErrorChain(&error), "Firebase does not say whether a former user is deleted; the next sign-in asks again");
                false
            }
        }
    }
}
