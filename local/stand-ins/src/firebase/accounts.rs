//! The endpoints that a user's browser calls with an API key: signing up and in, reading and changing the account.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::admin::{accounts, parse};
use super::codes;
use super::error::ApiError;
use super::sessions;
use super::state::{Firebase, Inner};
use super::tokens::{self, ANONYMOUS};
use super::users::{User, canonical_email};

type Reply = Result<Json<Value>, ApiError>;
type Shared = State<Arc<Firebase>>;

/// How long a sign-in counts as recent, in seconds.
const RECENT: i64 = 300;

/// The query parameters of these endpoints.
#[derive(Deserialize)]
pub(super) struct ApiKey {
    key: Option<String>,
}

impl ApiKey {
    /// Refuses a request without an API key. Any key is accepted.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        match &self.key {
            Some(key) if !key.is_empty() => Ok(()),
            _ => Err(ApiError::forbidden("The request is missing a valid API key.")),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Password {
    email: Option<String>,
    password: Option<String>,
    display_name: Option<String>,
    id_token: Option<String>,
    #[serde(rename = "returnSecureToken")]
    _return_secure_token: Option<bool>,
    #[serde(rename = "clientType")]
    _client_type: Option<String>,
}

/// Answers `POST /v1/accounts:signUp?key=…`: makes an account, with a password or anonymous, or gives a password to the
/// account that `idToken` names.
pub(super) async fn sign_up(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: Password = parse(&body)?;
    let mut inner = firebase.lock();
    let existing = match &params.id_token {
        Some(token) => Some(owner(&firebase, &inner, Some(token))?),
        None => None,
    };
    let anonymous = params.email.is_none() && params.password.is_none() && existing.is_none();
    let (id, provider) = if anonymous {
        let user = User { display_name: params.display_name, ..User::default() };
        (inner.users.add(user, firebase.common.clock.now_millis())?.local_id.clone(), ANONYMOUS)
    } else {
        let email = canonical_email(&params.email.ok_or_else(|| ApiError::code("MISSING_EMAIL"))?)?;
        let password = params.password.ok_or_else(|| ApiError::code("MISSING_PASSWORD"))?;
        let id = match existing {
            Some(id) => {
                inner.users.give_email(&id, email)?.set_password(&password)?;
                id
            }
            None => {
                let mut user = User { email: Some(email), display_name: params.display_name, ..User::default() };
                user.set_password(&password)?;
                inner.users.add(user, firebase.common.clock.now_millis())?.local_id.clone()
            }
        };
        (id, "password")
    };
    let email = inner.users.by_id(&id).and_then(|user| user.email.clone());
    let mut answer = sessions::open(&firebase, &mut inner, &id, provider)?;
    extend(&mut answer, json!({ "kind": "identitytoolkit#SignupNewUserResponse" }));
    if let Some(email) = email {
        extend(&mut answer, json!({ "email": email }));
    }
    Ok(Json(answer))
}

/// Answers `POST /v1/accounts:signInWithPassword?key=…`.
pub(super) async fn sign_in_with_password(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: Password = parse(&body)?;
    let email = canonical_email(&params.email.ok_or_else(|| ApiError::code("MISSING_EMAIL"))?)?;
    let password = params.password.ok_or_else(|| ApiError::code("MISSING_PASSWORD"))?;
    let mut inner = firebase.lock();
    let user = inner.users.by_email(&email).ok_or_else(|| ApiError::code("EMAIL_NOT_FOUND"))?;
    if user.password.as_ref() != Some(&password) {
        return Err(ApiError::code("INVALID_PASSWORD"));
    }
    let (id, name) = (user.local_id.clone(), user.display_name.clone().unwrap_or_default());
    let mut answer = sessions::open(&firebase, &mut inner, &id, "password")?;
    extend(
        &mut answer,
        json!({
            "kind": "identitytoolkit#VerifyPasswordResponse",
            "email": email,
            "displayName": name,
            "registered": true,
        }),
    );
    Ok(Json(answer))
}

pub(super) fn extend(answer: &mut Value, more: Value) {
    if let (Some(answer), Value::Object(more)) = (answer.as_object_mut(), more) {
        answer.extend(more);
    }
}

/// Returns the user to whom a token belongs.
pub(super) fn owner(firebase: &Firebase, inner: &Inner, token: Option<&str>) -> Result<String, ApiError> {
    let claims = claims_of(firebase, inner, token)?;
    let id = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    inner.users.by_id(id).map(|user| user.local_id.clone()).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))
}

/// Returns the user to whom a token belongs if they signed in a moment ago, as Firebase asks for before a change that
/// can't be undone.
fn recent_owner(firebase: &Firebase, inner: &Inner, token: Option<&str>) -> Result<String, ApiError> {
    let claims = claims_of(firebase, inner, token)?;
    let auth_time = claims.get("auth_time").and_then(Value::as_i64).unwrap_or_default();
    if auth_time + RECENT < firebase.common.clock.now() {
        return Err(ApiError::code("CREDENTIAL_TOO_OLD_LOGIN_AGAIN"));
    }
    owner(firebase, inner, token)
}

fn claims_of(firebase: &Firebase, inner: &Inner, token: Option<&str>) -> Result<Value, ApiError> {
    let token = token.ok_or_else(|| ApiError::code("MISSING_ID_TOKEN"))?;
    let now = firebase.common.clock.now();
    tokens::verify(firebase.mode, &inner.signing, token, now).ok_or_else(|| ApiError::code("INVALID_ID_TOKEN"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Token {
    id_token: Option<String>,
}

/// Answers `POST /v1/accounts:lookup?key=…`.
pub(super) async fn lookup(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: Token = parse(&body)?;
    let inner = firebase.lock();
    let id = owner(&firebase, &inner, params.id_token.as_deref())?;
    let user = inner.users.by_id(&id).cloned().ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    Ok(Json(accounts(&[user])))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    id_token: Option<String>,
    oob_code: Option<String>,
    display_name: Option<String>,
    photo_url: Option<String>,
    email: Option<String>,
    password: Option<String>,
    #[serde(rename = "returnSecureToken")]
    _return_secure_token: Option<bool>,
    #[serde(rename = "clientType")]
    _client_type: Option<String>,
}

/// Answers `POST /v1/accounts:update?key=…`: changes the account, or proves its address with a code.
pub(super) async fn update(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: Update = parse(&body)?;
    let mut inner = firebase.lock();
    let sensitive = params.email.is_some() || params.password.is_some();
    let token = params.id_token.as_deref();
    let id = match &params.oob_code {
        Some(code) => codes::verify_email(&firebase, &mut inner, code)?,
        None if sensitive => recent_owner(&firebase, &inner, token)?,
        None => owner(&firebase, &inner, token)?,
    };
    if let Some(email) = params.email {
        inner.users.give_email(&id, canonical_email(&email)?)?;
    }
    let user = inner.users.by_id_mut(&id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    if let Some(password) = &params.password {
        user.set_password(password)?;
    }
    user.display_name = params.display_name.or(user.display_name.take());
    user.photo_url = params.photo_url.or(user.photo_url.take());
    let mut answer = json!({
        "kind": "identitytoolkit#SetAccountInfoResponse",
        "localId": id,
        "email": user.email,
        "displayName": user.display_name,
        "emailVerified": user.email_verified,
        "providerUserInfo": user.provider_user_info,
    });
    if sensitive {
        sessions::close_all(&firebase, &mut inner, &id);
        extend(&mut answer, sessions::open(&firebase, &mut inner, &id, "password")?);
    }
    Ok(Json(answer))
}

/// Answers `POST /v1/accounts:delete?key=…`.
pub(super) async fn delete(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: Token = parse(&body)?;
    let mut inner = firebase.lock();
    let id = recent_owner(&firebase, &inner, params.id_token.as_deref())?;
    inner.users.all.retain(|user| user.local_id != id);
    Ok(Json(json!({ "kind": "identitytoolkit#DeleteAccountResponse" })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateAuthUri {
    identifier: Option<String>,
    continue_uri: Option<String>,
}

/// Answers `POST /v1/accounts:createAuthUri?key=…`: returns how the user with an address can sign in.
pub(super) async fn create_auth_uri(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: CreateAuthUri = parse(&body)?;
    params.continue_uri.ok_or_else(|| ApiError::code("MISSING_CONTINUE_URI"))?;
    let email = params.identifier.ok_or_else(|| ApiError::code("MISSING_IDENTIFIER"))?;
    let email = canonical_email(&email).map_err(|_| ApiError::code("INVALID_IDENTIFIER"))?;
    let mut inner = firebase.lock();
    let session_id = inner.ids.next("", 27);
    let user = inner.users.by_email(&email);
    let methods = user.map(User::sign_in_methods).unwrap_or_default();
    Ok(Json(json!({
        "kind": "identitytoolkit#CreateAuthUriResponse",
        "registered": user.is_some(),
        "signinMethods": methods,
        "allProviders": methods,
        "sessionId": session_id,
    })))
}
