//! Who may pay for a novel.

use pledge_domain::{
    error_chain::ErrorChain,
    ports::AccountStates,
    user::{AccountState, VerifiedUser},
};

/// Decides which readers may pay for a novel.
#[derive(Debug)]
pub struct Payers<Accounts> {
    /// Says whether an account can still be used.
    pub accounts: Accounts,
    /// Whether readers need an e-mail address that Firebase has verified.
    pub needs_proven_address: bool,
}

/// The ground on which a reader may pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// Firebase says that the account is active.
    Active,
    /// Firebase didn't say whether the account is active.
    Unchecked,
}

/// The reason why a reader may not pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayerRefusal {
    /// Firebase hasn't verified the reader's address, and a verified one is needed.
    #[error("the reader's address is not proven")]
    AddressNotProven,
    /// The account is disabled or deleted.
    #[error("the account is disabled or deleted")]
    AccountUnusable,
}

impl<Accounts: AccountStates> Payers<Accounts> {
    /// Checks that a reader may pay: their address, and that their account isn't disabled or deleted at Firebase, since an ID
    /// token stays valid for up to an hour (<https://firebase.google.com/docs/auth/admin/manage-sessions>). While Firebase
    /// doesn't answer, everybody may pay whose address suffices.
    ///
    /// # Errors
    /// [`PayerRefusal`].
    pub async fn check(&self, reader: &VerifiedUser) -> Result<Admitted, PayerRefusal> {
        if self.needs_proven_address && !reader.email_verified {
            return Err(PayerRefusal::AddressNotProven);
        }
        match self.accounts.state_of(&reader.id).await {
            Ok(AccountState::Active) => Ok(Admitted::Active),
            Ok(AccountState::Disabled | AccountState::Gone) => Err(PayerRefusal::AccountUnusable),
            Err(error) => {
                tracing::warn!(error = %ErrorChain(&error), "Firebase does not say whether an account may pay; it may");
                Ok(Admitted::Unchecked)
            }
        }
    }
}
