//! A reader's sign-in, and the data that belongs to them.

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

/// The most preorders that a reader is shown.
const MAX_PREORDERS: i64 = 100;

/// The use cases of readers' own data.
#[derive(Debug, Clone)]
pub struct Users<Store, Accounts, Queue> {
    /// The store of users and their belongings.
    pub store: Store,
    /// Says whether an account is gone.
    pub accounts: Accounts,
    /// Tells the sender about a consent or its withdrawal.
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
    /// Whether announcements were queued; none if there were none. Announcements that weren't queued are found by the
    /// sweep.
    pub queued: Option<Result<(), PublishError>>,
}

/// The reason why a sign-in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The reader agrees to marketing or declines it, but their token has no address. Nothing was stored.
    #[error("the reader has no e-mail address")]
    NoAddress,
    /// The database failed. A retry is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<Store: AccountStore, Accounts: AccountStates, Queue: Publisher> Users<Store, Accounts, Queue> {
    /// Stores the profile of a reader who has just signed in, gives them the ownerless preorders of their address if
    /// Firebase has verified it, and returns the profile as it is stored afterwards. With an `answer`, stores whether the
    /// reader agrees to marketing, and queues the announcement of that answer.
    ///
    /// The reader takes over everything of two kinds of users: of those who had proven the same address and are deleted at
    /// Firebase, and of `anonymous`, the anonymous user as whom the reader acted until now, whose ID token they have shown
    /// too. If Firebase doesn't say whether a former user is deleted, that takeover is left to the next sign-in.
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

    /// Gives everything of a user to another one. Returns the refusal in the inner `Err` if a rule forbids it.
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
