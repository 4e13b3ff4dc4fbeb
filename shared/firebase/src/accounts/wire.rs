//! The requests and responses of the Identity Toolkit API, with the fields that this project uses.

use pledge_domain::{
    ids::UserId,
    user::{Account, AccountState},
};
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::error::FirebaseError;

#[derive(Serialize)]
pub(super) struct LookupRequest {
    pub(super) email: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StateRequest<'a> {
    pub(super) local_id: [&'a str; 1],
}

/// The response to a lookup. It has no `users` if no account matches.
#[derive(Deserialize)]
pub(super) struct LookupResponse {
    #[serde(default)]
    pub(super) users: Vec<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    local_id: String,
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    provider_user_info: Vec<IgnoredAny>,
    password_hash: Option<IgnoredAny>,
}

impl User {
    pub(super) fn into_account(self) -> Result<Account, FirebaseError> {
        let id = UserId::parse(self.local_id).map_err(|_| FirebaseError::Unexpected { what: "accounts:lookup" })?;
        let claimed = !self.provider_user_info.is_empty() || self.password_hash.is_some();
        Ok(Account { id, email_verified: self.email_verified, claimed })
    }

    pub(super) fn state(&self) -> AccountState {
        if self.disabled { AccountState::Disabled } else { AccountState::Active }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRequest {
    pub(super) email: String,
    pub(super) email_verified: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteRequest<'a> {
    pub(super) local_id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateResponse {
    pub(super) local_id: String,
}

/// The body of an error, `{"error":{"code":400,"message":"EMAIL_EXISTS"}}`. The message may have ` : ` and a text after the
/// code.
#[derive(Deserialize)]
pub(super) struct ErrorResponse {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    message: String,
}

impl ErrorResponse {
    /// Returns the error's code without the text after it, which may quote the request; empty if there is none.
    pub(super) fn code(body: &[u8]) -> String {
        let message = serde_json::from_slice(body).map(|Self { error }| error.message).unwrap_or_default();
        message.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').take(60).collect()
    }
}
