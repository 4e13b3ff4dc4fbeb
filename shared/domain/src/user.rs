//! Users, Firebase accounts, and the owners of preorders.

use crate::{
    Timestamp,
    consent::TextVersion,
    email::Email,
    ids::{PreorderId, UserId},
};

/// A user who has shown a valid Firebase ID token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedUser {
    /// The Firebase uid, the `sub` of the token.
    pub id: UserId,
    /// The address in the token, if it has one.
    pub email: Option<Email>,
    /// Whether Firebase has verified that the address is the user's. Only then may the address give access to anything.
    pub email_verified: bool,
    /// The name in the token.
    pub display_name: Option<String>,
    /// The address of the picture in the token.
    pub photo_url: Option<String>,
    /// The telephone number in the token, which Firebase has verified.
    pub phone: Option<String>,
    /// Whether the account is anonymous: it can be used only in the browser that made it.
    pub is_anonymous: bool,
}

impl VerifiedUser {
    /// Returns whether Firebase has verified that this address is the user's.
    #[must_use]
    pub fn has_proven(&self, address: &Email) -> bool {
        self.email_verified && self.email.as_ref().is_some_and(|own| own.key() == address.key())
    }
}

/// The state of a Firebase account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// The account can be used.
    Active,
    /// An administrator has disabled the account.
    Disabled,
    /// There is no account with this uid, or not any more. A uid is never given to another account.
    Gone,
}

/// The Firebase account that belongs to an e-mail address, found or created for somebody who didn't sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's uid.
    pub id: UserId,
    /// Whether Firebase has verified that the account's owner owns the address.
    pub email_verified: bool,
    /// Whether somebody can sign in to the account: it has a password or an identity provider. An account that we made for
    /// a preorder has neither until its owner claims it.
    pub claimed: bool,
}

impl Account {
    /// Returns whether something that was ordered under the address may be given to this account.
    ///
    /// Anyone can sign up any address without proving it; such an account must not receive other people's preorders.
    #[must_use]
    pub fn may_own_by_email(&self) -> bool {
        self.email_verified || !self.claimed
    }
}

/// The part of a preorder on which its owner's claims depend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The preorder.
    pub preorder: PreorderId,
    /// The address in the form.
    pub email: Email,
    /// The telephone number in the form.
    pub phone: Option<String>,
    /// The version of the marketing text that the customer agreed to, if they did.
    pub agreed_to: Option<TextVersion>,
    /// When the form was sent.
    pub at: Timestamp,
}

/// The owner of a preorder, by how they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The owner is signed in; their profile may be updated from the token.
    SignedIn(VerifiedUser),
    /// The owner is known by the e-mail address alone: a user row is made if there is none, and an existing row stays as it
    /// is.
    ByEmail(Account),
    /// The owner is unknown for now, because Firebase didn't answer, or because the address's account isn't proven to be
    /// theirs. The preorder is linked to its owner later.
    Unknown,
}

impl Owner {
    /// Returns the uid, if the owner is known.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::SignedIn(user) => Some(&user.id),
            Self::ByEmail(account) => Some(&account.id),
            Self::Unknown => None,
        }
    }

    /// Returns the address of the owner's account: of an owner who is signed in, the token's if it is verified; of one who
    /// is known by the address alone, `ordered_under`; none if the owner is unknown.
    #[must_use]
    pub fn address<'a>(&'a self, ordered_under: &'a Email) -> Option<&'a Email> {
        match self {
            Self::SignedIn(user) => user.email.as_ref().filter(|_| user.email_verified),
            Self::ByEmail(_) => Some(ordered_under),
            Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unproven_account_that_somebody_can_sign_in_to_owns_nothing_by_email() {
        let account = |email_verified, claimed| Account { id: UserId::parse("u").unwrap(), email_verified, claimed };
        assert!(!account(false, true).may_own_by_email());
        assert!(account(false, false).may_own_by_email());
        assert!(account(true, true).may_own_by_email());
    }
}
