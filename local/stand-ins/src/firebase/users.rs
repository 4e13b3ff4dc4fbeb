//! The users of the project.

use serde::Serialize;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::ids::Ids;

/// The length of the shortest password that Firebase accepts.
const PASSWORD: usize = 6;

/// A user, in the shape that `accounts:lookup` returns.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The UID.
    pub local_id: String,
    /// The e-mail address, in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address was verified.
    pub email_verified: bool,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_url: Option<String>,
    /// The phone number, in E.164 form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether the user is kept from signing in.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// The providers with which the user can sign in.
    pub provider_user_info: Vec<Value>,
    /// The creation time, in milliseconds since the epoch, as text.
    pub created_at: String,
    /// The last sign-in, in milliseconds since the epoch, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<String>,
    #[serde(skip)]
    pub(crate) password: Option<String>,
    /// The time before which sessions have ended, in seconds since the epoch.
    #[serde(skip)]
    pub(crate) valid_since: i64,
}

impl User {
    /// Returns the id by which a provider (`google.com`) knows the user.
    pub(crate) fn raw_id(&self, provider: &str) -> Option<&str> {
        let mut infos = self.provider_user_info.iter();
        infos.find(|info| info.get("providerId").is_some_and(|id| id == provider))?.get("rawId")?.as_str()
    }

    /// Links a provider, replacing what was known of it.
    pub(crate) fn link(&mut self, provider: &str, raw_id: &str) {
        let other = |info: &Value| info.get("providerId").is_none_or(|id| id != provider);
        self.provider_user_info.retain(other);
        self.provider_user_info.push(json!({
            "providerId": provider,
            "rawId": raw_id,
            "federatedId": raw_id,
            "email": self.email,
            "displayName": self.display_name,
            "photoUrl": self.photo_url,
        }));
    }

    /// Returns the providers with which the user can sign in.
    pub(crate) fn sign_in_methods(&self) -> Vec<&str> {
        self.provider_user_info.iter().filter_map(|info| info.get("providerId")?.as_str()).collect()
    }

    /// Sets the password. Weak ones are refused.
    pub(crate) fn set_password(&mut self, password: &str) -> Result<(), ApiError> {
        if password.chars().count() < PASSWORD {
            return Err(ApiError::code(format!("WEAK_PASSWORD : Password should be at least {PASSWORD} characters")));
        }
        self.password = Some(password.to_owned());
        let email = self.email.clone().unwrap_or_default();
        self.link("password", &email);
        Ok(())
    }
}

/// All users. No two have the same e-mail address, except twins.
#[derive(Debug)]
pub(crate) struct Users {
    pub(crate) all: Vec<User>,
    ids: Ids,
    /// Addresses that somebody else takes right after the next lookup.
    races: Vec<String>,
}

impl Users {
    pub(crate) fn new(seed: u64) -> Self {
        Self { all: Vec::new(), ids: Ids::new(seed), races: Vec::new() }
    }

    /// Adds a user. A user without a UID gets a new one.
    pub(crate) fn add(&mut self, mut user: User, now_millis: i64) -> Result<&mut User, ApiError> {
        if let Some(email) = &mut user.email {
            *email = canonical_email(email)?;
            if self.by_email(email).is_some() {
                return Err(ApiError::code("EMAIL_EXISTS"));
            }
        }
        if user.local_id.is_empty() {
            user.local_id = self.ids.next("", 28);
        } else if self.by_id(&user.local_id).is_some() {
            return Err(ApiError::code("DUPLICATE_LOCAL_ID"));
        }
        user.created_at = now_millis.to_string();
        let index = self.all.len();
        self.all.push(user);
        self.all.get_mut(index).ok_or_else(|| ApiError::injected(500))
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&User> {
        self.all.iter().find(|user| user.local_id == id)
    }

    pub(crate) fn by_id_mut(&mut self, id: &str) -> Option<&mut User> {
        self.all.iter_mut().find(|user| user.local_id == id)
    }

    pub(crate) fn by_email(&self, email: &str) -> Option<&User> {
        let email = email.to_lowercase();
        self.all.iter().find(|user| user.email.as_deref() == Some(&email))
    }

    pub(crate) fn by_raw_id(&self, provider: &str, raw_id: &str) -> Option<&User> {
        self.all.iter().find(|user| user.raw_id(provider) == Some(raw_id))
    }

    /// Makes somebody else take `email` right after the next lookup of it finds nobody.
    pub(crate) fn race(&mut self, email: &str) {
        self.races.push(email.to_lowercase());
    }

    /// Gives a user another address, which isn't verified.
    pub(crate) fn give_email(&mut self, id: &str, email: String) -> Result<&mut User, ApiError> {
        if self.by_email(&email).is_some_and(|other| other.local_id != id) {
            return Err(ApiError::code("EMAIL_EXISTS"));
        }
        let user = self.by_id_mut(id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
        if user.email.as_ref() != Some(&email) {
            user.email = Some(email);
            user.email_verified = false;
        }
        Ok(user)
    }

    /// Adds an account with an address that another may have already.
    pub(crate) fn twin(&mut self, email: &str, now_millis: i64) -> User {
        let user = User {
            local_id: self.ids.next("", 28),
            email: Some(email.to_lowercase()),
            created_at: now_millis.to_string(),
            ..User::default()
        };
        self.all.push(user.clone());
        user
    }

    /// Makes somebody else take `email` now, if [`Self::race`] asked for it.
    pub(crate) fn run_race(&mut self, email: &str, now_millis: i64) {
        let email = email.to_lowercase();
        let Some(at) = self.races.iter().position(|racing| *racing == email) else { return };
        self.races.remove(at);
        // If the address is taken already, nothing is left to do.
        let _ = self.add(User { email: Some(email), ..User::default() }, now_millis);
    }
}

/// Returns the address in lower case. A text that isn't an address is refused.
pub(crate) fn canonical_email(email: &str) -> Result<String, ApiError> {
    let valid = !email.contains(char::is_whitespace)
        && email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty()
                && !host.contains('@')
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
    if valid { Ok(email.to_lowercase()) } else { Err(ApiError::code("INVALID_EMAIL")) }
}
