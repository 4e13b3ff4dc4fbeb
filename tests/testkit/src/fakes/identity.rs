//! A fake of Firebase's accounts.

use std::{collections::BTreeMap, sync::Mutex};

use pledge_domain::{
    email::Email,
    ids::UserId,
    ports::{AccountStates, IdentityError, IdentityProvider},
    user::{Account, AccountState},
};

use crate::fakes::{on_purpose, script::Script};

/// A fake with the accounts that a test adds. It makes an unclaimed account for every other address.
#[derive(Debug, Default)]
pub struct FakeIdentity {
    script: Script<Email, IdentityError>,
    accounts: Mutex<BTreeMap<String, Account>>,
    states: Mutex<BTreeMap<UserId, AccountState>>,
    state_script: Script<UserId, IdentityError>,
}

impl FakeIdentity {
    /// Adds an existing account.
    #[must_use]
    pub fn with(self, email: &Email, account: Account) -> Self {
        self.accounts.lock().unwrap().insert(email.key(), account);
        self
    }

    /// Sets the state of the account with this uid. All others are active.
    pub fn set_state(&self, user: &UserId, state: AccountState) {
        self.states.lock().unwrap().insert(user.clone(), state);
    }

    /// Makes the next call fail.
    pub fn fail_next(&self) {
        self.script.put(IdentityError(on_purpose()));
    }

    /// Makes the next request for the state of an account fail.
    pub fn fail_next_state(&self) {
        self.state_script.put(IdentityError(on_purpose()));
    }

    /// Returns every uid whose state was requested.
    #[must_use]
    pub fn states_asked_for(&self) -> Vec<UserId> {
        self.state_script.calls()
    }

    /// Returns every address for which an account was requested.
    #[must_use]
    pub fn requests(&self) -> Vec<Email> {
        self.script.calls()
    }
}

impl IdentityProvider for FakeIdentity {
    async fn find_or_create(&self, email: &Email) -> Result<Account, IdentityError> {
        if let Some(error) = self.script.called(email.clone()) {
            return Err(error);
        }
        let mut accounts = self.accounts.lock().unwrap();
        let uid = UserId::parse(format!("uid-{}", accounts.len() + 1)).unwrap();
        let new = Account { id: uid, email_verified: false, claimed: false };
        Ok(accounts.entry(email.key()).or_insert(new).clone())
    }
}

impl AccountStates for FakeIdentity {
    async fn state_of(&self, user: &UserId) -> Result<AccountState, IdentityError> {
        if let Some(error) = self.state_script.called(user.clone()) {
            return Err(error);
        }
        Ok(self.states.lock().unwrap().get(user).copied().unwrap_or(AccountState::Active))
    }
}
