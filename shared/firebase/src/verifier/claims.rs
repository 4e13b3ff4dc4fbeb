//! The claims of an ID token, and the rules that they have to meet.

use pledge_domain::{Timestamp, email::Email, ids::UserId, ports::TokenError, user::VerifiedUser};
use serde::Deserialize;

/// The number of seconds by which the issuer's clock may be ahead of ours. A token's expiry is not extended.
pub(super) const CLOCK_SKEW_SECONDS: i64 = 60;

/// The claims of a token that are used. Times are seconds since the epoch.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    aud: String,
    iss: String,
    sub: String,
    exp: i64,
    iat: i64,
    auth_time: i64,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    name: Option<String>,
    picture: Option<String>,
    phone_number: Option<String>,
    #[serde(default)]
    firebase: SignIn,
}

/// The way in which the user signed in
/// (<https://firebase.google.com/docs/reference/admin/node/firebase-admin.auth.decodedidtoken>).
#[derive(Debug, Default, Deserialize)]
struct SignIn {
    #[serde(default)]
    sign_in_provider: String,
}

/// The `sign_in_provider` of anonymous users.
const ANONYMOUS: &str = "anonymous";

impl Claims {
    /// Checks that the token is for this project, of its issuer, and valid at `now`.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] with the first rule that it breaks.
    pub(super) fn check(&self, project: &str, now: Timestamp) -> Result<(), TokenError> {
        let now = now.unix_timestamp();
        let rules = [
            (self.aud == project, "it is meant for another project"),
            (self.iss.strip_prefix("https://securetoken.google.com/") == Some(project), "it is from another issuer"),
            (now < self.exp, "it has expired"),
            (self.iat <= now + CLOCK_SKEW_SECONDS, "it was issued in the future"),
            (self.auth_time <= now + CLOCK_SKEW_SECONDS, "its sign-in lies in the future"),
        ];
        match rules.into_iter().find(|(met, _)| !met) {
            Some((_, broken)) => Err(TokenError::Invalid(broken)),
            None => Ok(()),
        }
    }

    /// Returns the user of the token. A malformed address is left out, whether or not it is verified.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] if the subject isn't a uid.
    pub(super) fn into_user(self) -> Result<VerifiedUser, TokenError> {
        let id = UserId::parse(self.sub).map_err(|_| TokenError::Invalid("its subject is not a uid"))?;
        let email = self.email.and_then(|email| Email::parse(&email).ok());
        let email_verified = self.email_verified && email.is_some();
        Ok(VerifiedUser {
            id,
            email,
            email_verified,
            display_name: self.name,
            photo_url: self.picture,
            phone: self.phone_number,
            is_anonymous: self.firebase.sign_in_provider == ANONYMOUS,
        })
    }
}
