//! Accounts by e-mail address and by uid, through the Identity Toolkit REST API
//! (<https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts>).

mod access_token;
mod service_account;
mod wire;

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode, header::AUTHORIZATION};
use pledge_domain::{
    email::Email,
    ids::UserId,
    ports::{AccountStates, Clock, IdentityError, IdentityProvider},
    user::{Account, AccountState},
};
use reqwest::Client;
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use tokio::time::timeout;

use crate::{config::AccountSource, error::FirebaseError};
use access_token::AccessTokens;
use wire::{CreateRequest, CreateResponse, DeleteRequest, ErrorResponse, LookupRequest, LookupResponse, StateRequest};

pub use service_account::{InvalidServiceAccount, ServiceAccount};

/// The address of Google's API.
const API_BASE: &str = "https://identitytoolkit.googleapis.com";

/// The longest time for finding or making an account, all calls together. The port promises three seconds.
const TOTAL_TIMEOUT: Duration = Duration::from_millis(2800);

/// The longest time for the state of one account, the access token included. The port promises a second, since a reader
/// waits to pay.
const STATE_TIMEOUT: Duration = Duration::from_millis(950);

/// Finds and makes Firebase accounts.
#[derive(Debug)]
pub struct FirebaseClient {
    http: Client,
    base: String,
    project: String,
    authorization: Authorization,
}

/// The way in which calls are authorised.
#[derive(Debug)]
enum Authorization {
    /// Access tokens of a service account.
    ServiceAccount(Box<AccessTokens>),
    /// The fixed bearer token `owner`, which the emulator accepts for the project's owner.
    EmulatorOwner,
}

impl FirebaseClient {
    /// Makes a client of these accounts. `clock` is used to renew access tokens in time.
    #[must_use]
    pub fn new(http: Client, source: AccountSource, clock: Arc<dyn Clock>) -> Self {
        match source {
            AccountSource::Google { project, service_account } => {
                let tokens = AccessTokens::new(http.clone(), service_account, clock);
                let authorization = Authorization::ServiceAccount(Box::new(tokens));
                Self { http, base: API_BASE.to_owned(), project, authorization }
            }
            AccountSource::Emulator { project, host, .. } => {
                let base = format!("http://{host}/identitytoolkit.googleapis.com");
                Self { http, base, project, authorization: Authorization::EmulatorOwner }
            }
        }
    }

    /// Returns the client with another address of the API, for tests.
    #[must_use]
    pub fn with_base(mut self, base: impl Into<String>) -> Self {
        self.base = base.into();
        self
    }

    /// Deletes an account, so that nobody can sign in to it any more. Returns whether it existed.
    ///
    /// # Errors
    /// [`FirebaseError`] if Firebase refuses or doesn't answer.
    pub async fn delete(&self, account: &UserId) -> Result<bool, FirebaseError> {
        let request = DeleteRequest { local_id: account.as_str() };
        match self.call::<IgnoredAny>("accounts:delete", &request).await {
            Ok(_) => Ok(true),
            Err(FirebaseError::Refused { code, .. }) if code == "USER_NOT_FOUND" => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn find_or_create_in_time(&self, email: &Email) -> Result<Account, FirebaseError> {
        if let Some(account) = self.look_up(email).await? {
            return Ok(account);
        }
        match self.create(email).await {
            // A lost race: another request has made the account since the lookup.
            Err(FirebaseError::Refused { code, .. }) if code == "EMAIL_EXISTS" || code == "DUPLICATE_EMAIL" => {
                self.look_up(email).await?.ok_or(FirebaseError::Unexpected { what: "accounts:lookup" })
            }
            created => created,
        }
    }

    async fn look_up(&self, email: &Email) -> Result<Option<Account>, FirebaseError> {
        let request = LookupRequest { email: [email.key()] };
        let response: LookupResponse = self.call("accounts:lookup", &request).await?;
        response.users.into_iter().next().map(wire::User::into_account).transpose()
    }

    async fn state_in_time(&self, user: &UserId) -> Result<AccountState, FirebaseError> {
        let request = StateRequest { local_id: [user.as_str()] };
        let response: LookupResponse = self.call("accounts:lookup", &request).await?;
        Ok(response.users.first().map_or(AccountState::Gone, wire::User::state))
    }

    /// Makes an account that nobody can sign in to until its owner claims it.
    async fn create(&self, email: &Email) -> Result<Account, FirebaseError> {
        let request = CreateRequest { email: email.key(), email_verified: false };
        let CreateResponse { local_id } = self.call("accounts", &request).await?;
        let id = UserId::parse(local_id).map_err(|_| FirebaseError::Unexpected { what: "accounts" })?;
        Ok(Account { id, email_verified: false, claimed: false })
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        request: &impl Serialize,
    ) -> Result<T, FirebaseError> {
        let url = format!("{}/v1/projects/{}/{method}", self.base, self.project);
        let request = self.http.post(url).header(AUTHORIZATION, self.bearer().await?).json(request);
        let response = request.send().await.map_err(FirebaseError::transport(method))?;
        let status = response.status();
        let body = response.bytes().await.map_err(FirebaseError::transport(method))?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| FirebaseError::Unexpected { what: method });
        }
        if status == StatusCode::UNAUTHORIZED {
            self.forget_token().await;
        }
        Err(FirebaseError::Refused { what: method, status, code: ErrorResponse::code(&body) })
    }

    async fn bearer(&self) -> Result<HeaderValue, FirebaseError> {
        match &self.authorization {
            Authorization::ServiceAccount(tokens) => tokens.get().await,
            Authorization::EmulatorOwner => Ok(HeaderValue::from_static("Bearer owner")),
        }
    }

    /// Drops the access token, so that the next call gets a fresh one.
    async fn forget_token(&self) {
        if let Authorization::ServiceAccount(tokens) = &self.authorization {
            tokens.forget().await;
        }
    }
}

impl IdentityProvider for FirebaseClient {
    async fn find_or_create(&self, email: &Email) -> Result<Account, IdentityError> {
        let found = timeout(TOTAL_TIMEOUT, self.find_or_create_in_time(email)).await;
        found.unwrap_or(Err(FirebaseError::TimedOut)).map_err(|error| IdentityError(Box::new(error)))
    }
}

impl AccountStates for FirebaseClient {
    async fn state_of(&self, user: &UserId) -> Result<AccountState, IdentityError> {
        let found = timeout(STATE_TIMEOUT, self.state_in_time(user)).await;
        found.unwrap_or(Err(FirebaseError::TimedOut)).map_err(|error| IdentityError(Box::new(error)))
    }
}
