//! People.

use pledge_domain::{
    email::Email,
    ids::UserId,
    user::{Account, VerifiedUser},
};

/// Returns a uid.
#[must_use]
pub fn uid(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

/// Returns an address.
#[must_use]
pub fn an_email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// Returns a signed-in user whose address is verified.
#[must_use]
pub fn signed_in(id: &str, email: &str) -> VerifiedUser {
    VerifiedUser {
        id: uid(id),
        email: Some(an_email(email)),
        email_verified: true,
        display_name: Some(format!("Reader {id}")),
        photo_url: Some(format!("https://photos.example/{id}")),
        phone: None,
        is_anonymous: false,
    }
}

/// Returns an anonymous signed-in user.
#[must_use]
pub fn anonymous(id: &str) -> VerifiedUser {
    VerifiedUser {
        id: uid(id),
        email: None,
        email_verified: false,
        display_name: None,
        photo_url: None,
        phone: None,
        is_anonymous: true,
    }
}

/// Returns an account that was made for an address and that nobody has claimed.
#[must_use]
pub fn an_account(id: &str) -> Account {
    Account { id: uid(id), email_verified: false, claimed: false }
}
