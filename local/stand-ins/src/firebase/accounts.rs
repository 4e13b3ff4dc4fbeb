//! What a user's browser may do, with an API key: sign up, sign in, look at and change the account.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::admin::{accounts, parse};
use super::error::ApiError;
use super::state::{Firebase, Inner};
use super::tokens;
use super::users::{User, canonical_email};

type Reply = Result<Json<Value>, ApiError>;
type Shared = State<Arc<Firebase>>;

/// The query of these endpoints.
#[derive(Deserialize)]
pub(super) struct ApiKey {
    key: Option<String>,
}

impl ApiKey {
    /// Any key will do, but there must be one.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        match &self.key {
            Some(key) if !key.is_empty() => Ok(()),
            _ => Err(ApiError::forbidden("The request is missing a valid API key.")),
        }
    }
}

/// Signs a user in: the tokens of the answer.
pub(super) fn sign_in(firebase: &Firebase, inner: &mut Inner, id: &str, provider: &str) -> Result<Value, ApiError> {
    let now = firebase.common.clock.now_millis();
    let user = inner.users.by_id_mut(id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    if user.disabled {
        return Err(ApiError::code("USER_DISABLED"));
    }
    user.last_login_at = Some(now.to_string());
    let claims = tokens::claims(user, provider, &firebase.project, now.div_euclid(1000));
    Ok(json!({
        "idToken": tokens::issue(firebase.mode, &inner.signing, &claims),
        "refreshToken": inner.ids.next("", 120),
        "expiresIn": tokens::LIFETIME.to_string(),
        "localId": id,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Password {
    email: Option<String>,
    password: Option<String>,
    display_name: Option<String>,
    #[serde(rename = "returnSecureToken")]
    _return_secure_token: Option<bool>,
    #[serde(rename = "clientType")]
    _client_type: Option<String>,
}

/// `POST /v1/accounts:signUp?key=…`
pub(super) async fn sign_up(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: Password = parse(&body)?;
    let email = canonical_email(&params.email.ok_or_else(|| ApiError::code("MISSING_EMAIL"))?)?;
    let password = params.password.ok_or_else(|| ApiError::code("MISSING_PASSWORD"))?;
    let mut user = User { email: Some(email.clone()), display_name: params.display_name, ..User::default() };
    user.set_password(&password)?;
    let mut inner = firebase.lock();
    let id = inner.users.add(user, firebase.common.clock.now_millis())?.local_id.clone();
    let mut answer = sign_in(&firebase, &mut inner, &id, "password")?;
    extend(&mut answer, json!({ "kind": "identitytoolkit#SignupNewUserResponse", "email": email }));
    Ok(Json(answer))
}

/// `POST /v1/accounts:signInWithPassword?key=…`
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
    let mut answer = sign_in(&firebase, &mut inner, &id, "password")?;
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

/// The user whose token it is.
fn owner(firebase: &Firebase, inner: &Inner, token: Option<&str>) -> Result<String, ApiError> {
    let token = token.ok_or_else(|| ApiError::code("MISSING_ID_TOKEN"))?;
    let now = firebase.common.clock.now();
    tokens::user_of(firebase.mode, &inner.signing, token, now).ok_or_else(|| ApiError::code("INVALID_ID_TOKEN"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Token {
    id_token: Option<String>,
}

/// `POST /v1/accounts:lookup?key=…`
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
    display_name: Option<String>,
    photo_url: Option<String>,
    password: Option<String>,
    #[serde(rename = "returnSecureToken")]
    _return_secure_token: Option<bool>,
}

/// `POST /v1/accounts:update?key=…`
pub(super) async fn update(State(firebase): Shared, Query(key): Query<ApiKey>, body: Bytes) -> Reply {
    key.check()?;
    let params: Update = parse(&body)?;
    let mut inner = firebase.lock();
    let id = owner(&firebase, &inner, params.id_token.as_deref())?;
    let user = inner.users.by_id_mut(&id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    if let Some(password) = &params.password {
        user.set_password(password)?;
    }
    user.display_name = params.display_name.or(user.display_name.take());
    user.photo_url = params.photo_url.or(user.photo_url.take());
    Ok(Json(json!({
        "kind": "identitytoolkit#SetAccountInfoResponse",
        "localId": id,
        "email": user.email,
        "displayName": user.display_name,
        "emailVerified": user.email_verified,
    })))
}
