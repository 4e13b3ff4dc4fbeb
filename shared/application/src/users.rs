//! A reader and what is theirs.

use pledge_domain::{
    Timestamp,
    account::{self, Ground, StoredProfile},
    champion::Moment,
    decide::{self, TakeoverRefusal},
    error_chain::ErrorChain,
    ids::UserId,
    ports::{AccountStates, AccountStore, StoreError},
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The user as they are stored then.
    pub profile: StoredProfile,
    /// Users whose things were to become this one's, and what came of it.
    pub takeovers: Vec<(UserId, Result<(), TakeoverRefusal>)>,
}

impl<Store: AccountStore, Accounts: AccountStates> Users<Store, Accounts> {
    /// Stores the profile of somebody who has just signed in, gives them the preorders of their address that have no owner
    /// if Firebase has verified that address, and returns the profile as it is stored then.
    ///
    /// They take over everything of whoever had proven the address before them and is gone at Firebase, and of
    /// `anonymous`, the anonymous user that they were until now, whose ID token they have shown too. While Firebase doesn't
    /// say who is gone, the next sign-in takes over.
    ///
    /// # Errors
    /// [`StoreError`]. A repeat is safe.
    pub async fn sign_in(
        &self,
        reader: &VerifiedUser,
        anonymous: Option<&UserId>,
        now: Timestamp,
    ) -> Result<SignedIn, StoreError> {
        let account::SignedIn { profile, had_address_before } =
            self.store.record_sign_in(&reader.id, &account::signed_in(reader), now).await?;
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
        Ok(SignedIn { profile, takeovers })
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
