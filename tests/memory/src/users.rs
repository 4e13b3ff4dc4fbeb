//! The user rows.

use pledge_domain::{
    Timestamp,
    email::Email,
    ids::UserId,
    preorder::Preorder,
    user::{Account, VerifiedUser},
};

use crate::Tables;

/// A user row, as far as the ports' contracts speak of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRow {
    /// Their address, unless somebody else's row has it.
    pub email: Option<Email>,
    /// Whether the address is known to be theirs.
    pub email_verified: bool,
    /// Their name.
    pub display_name: Option<String>,
    /// Their picture.
    pub photo_url: Option<String>,
    /// Their telephone number, from a form that they sent while signed in.
    pub phone: Option<String>,
    /// Whether they agreed to marketing in such a form.
    pub marketing_consent: bool,
    /// When they last signed in.
    pub last_login_at: Option<Timestamp>,
}

impl Tables {
    /// Inserts or updates the profile of somebody who signed in, perhaps to send this preorder.
    pub(crate) fn sign_in(&mut self, user: &VerifiedUser, preorder: Option<&Preorder>, now: Timestamp) {
        let address = user.email.clone().map(|email| self.claim(&user.id, email, user.email_verified));
        let kept = self.users.get(&user.id).cloned().unwrap_or_default();
        let (email, email_verified) = match address {
            Some(email) => (email.clone(), email.is_some() && user.email_verified),
            None => (kept.email, kept.email_verified),
        };
        let row = UserRow {
            email,
            email_verified,
            display_name: user.display_name.clone().or(kept.display_name),
            photo_url: user.photo_url.clone().or(kept.photo_url),
            phone: kept.phone.or_else(|| preorder?.contact.phone.clone()),
            marketing_consent: kept.marketing_consent || preorder.is_some_and(|preorder| preorder.marketing_consent),
            last_login_at: Some(now),
        };
        self.users.insert(user.id.clone(), row);
    }

    /// Makes a row for the account of this address, if it has none.
    pub(crate) fn ensure_account(&mut self, account: &Account, email: &Email) {
        if self.users.contains_key(&account.id) {
            return;
        }
        let email = self.claim(&account.id, email.clone(), account.email_verified);
        let email_verified = email.is_some() && account.email_verified;
        let row = UserRow { email, email_verified, ..UserRow::default() };
        self.users.insert(account.id.clone(), row);
    }

    /// The address, if this user may have it: a verified owner takes it from any other row.
    fn claim(&mut self, id: &UserId, email: Email, verified: bool) -> Option<Email> {
        let key = email.key();
        let mut others = self
            .users
            .iter_mut()
            .filter(|(other, row)| *other != id && row.email.as_ref().is_some_and(|email| email.key() == key));
        match others.next() {
            Some(_) if !verified => None,
            Some((_, row)) => {
                row.email = None;
                row.email_verified = false;
                Some(email)
            }
            None => Some(email),
        }
    }
}
