//! The administrator's endpoints: `projects/{project}/accounts…`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::ApiError;
use super::handle::Mode;
use super::state::Firebase;
use super::users::{User, canonical_email};

type Reply = Result<Json<Value>, ApiError>;
type Shared = State<Arc<Firebase>>;

/// Returns the body as `T`. Unknown names are refused, as Google refuses them.
pub(super) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| ApiError::payload(&error.to_string()))
}

/// Refuses everybody but the administrator of this project, whose token is `owner` for the emulator and an access token
/// of the service account in production.
fn check(firebase: &Firebase, project: &str, headers: &HeaderMap) -> Result<(), ApiError> {
    let token = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(ApiError::unauthenticated)?;
    let now = firebase.common.clock.now();
    let allowed = match firebase.mode {
        Mode::Emulator => token == "owner",
        Mode::Production => firebase.lock().access_tokens.iter().any(|(known, end)| known == token && *end > now),
    };
    match allowed {
        false => Err(ApiError::unauthenticated()),
        true if project != firebase.project => Err(ApiError::forbidden("The caller does not have permission")),
        true => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    local_id: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    display_name: Option<String>,
    photo_url: Option<String>,
    phone_number: Option<String>,
    password: Option<String>,
    disabled: Option<bool>,
}

/// Answers `POST /v1/projects/{project}/accounts`.
pub(super) async fn create(
    State(firebase): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    check(&firebase, &project, &headers)?;
    let params: Create = parse(&body)?;
    let mut user = User {
        local_id: params.local_id.unwrap_or_default(),
        email: params.email.as_deref().map(canonical_email).transpose()?,
        email_verified: params.email_verified.unwrap_or(false),
        display_name: params.display_name,
        photo_url: params.photo_url,
        phone_number: params.phone_number.map(phone).transpose()?,
        disabled: params.disabled.unwrap_or(false),
        ..User::default()
    };
    if let Some(password) = &params.password {
        user.set_password(password)?;
    }
    let now = firebase.common.clock.now_millis();
    let mut inner = firebase.lock();
    let user = inner.users.add(user, now)?;
    let mut answer = json!({
        "kind": "identitytoolkit#SignupNewUserResponse",
        "localId": user.local_id,
        "email": user.email,
        "displayName": user.display_name,
    });
    if let Some(fields) = answer.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    Ok(Json(answer))
}

fn phone(number: String) -> Result<String, ApiError> {
    let digits = number.strip_prefix('+').unwrap_or_default();
    let valid = (8..=15).contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_digit());
    if valid { Ok(number) } else { Err(ApiError::code("INVALID_PHONE_NUMBER : Invalid format.")) }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Lookup {
    email: Option<Vec<String>>,
    local_id: Option<Vec<String>>,
}

/// Answers `POST /v1/projects/{project}/accounts:lookup`.
pub(super) async fn lookup(
    State(firebase): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    check(&firebase, &project, &headers)?;
    let params: Lookup = parse(&body)?;
    let now = firebase.common.clock.now_millis();
    let mut inner = firebase.lock();
    let mut found: Vec<User> = Vec::new();
    for id in params.local_id.iter().flatten() {
        found.extend(inner.users.by_id(id).cloned());
    }
    for email in params.email.iter().flatten() {
        found.extend(inner.users.by_email(email).cloned());
        inner.users.run_race(email, now);
    }
    Ok(Json(accounts(&found)))
}

/// Returns the answer of a lookup, which has no `users` when none are found.
pub(super) fn accounts(users: &[User]) -> Value {
    if users.is_empty() {
        return json!({ "kind": "identitytoolkit#GetAccountInfoResponse" });
    }
    json!({ "kind": "identitytoolkit#GetAccountInfoResponse", "users": users })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    local_id: String,
    email: Option<String>,
    email_verified: Option<bool>,
    display_name: Option<String>,
    photo_url: Option<String>,
    phone_number: Option<String>,
    password: Option<String>,
    disable_user: Option<bool>,
}

/// Answers `POST /v1/projects/{project}/accounts:update`.
pub(super) async fn update(
    State(firebase): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    check(&firebase, &project, &headers)?;
    let params: Update = parse(&body)?;
    let mut inner = firebase.lock();
    let email = params.email.as_deref().map(canonical_email).transpose()?;
    let taken = email.as_ref().and_then(|email| inner.users.by_email(email));
    if taken.is_some_and(|other| other.local_id != params.local_id) {
        return Err(ApiError::code("EMAIL_EXISTS"));
    }
    let user = inner.users.by_id_mut(&params.local_id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    if let Some(email) = email {
        user.email = Some(email);
    }
    if let Some(number) = params.phone_number {
        user.phone_number = Some(phone(number)?);
    }
    if let Some(password) = &params.password {
        user.set_password(password)?;
    }
    user.email_verified = params.email_verified.unwrap_or(user.email_verified);
    user.disabled = params.disable_user.unwrap_or(user.disabled);
    user.display_name = params.display_name.or(user.display_name.take());
    user.photo_url = params.photo_url.or(user.photo_url.take());
    Ok(Json(json!({
        "kind": "identitytoolkit#SetAccountInfoResponse",
        "localId": user.local_id,
        "email": user.email,
        "emailVerified": user.email_verified,
        "displayName": user.display_name,
        "providerUserInfo": user.provider_user_info,
    })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Delete {
    local_id: String,
}

/// Answers `POST /v1/projects/{project}/accounts:delete`.
pub(super) async fn delete(
    State(firebase): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    check(&firebase, &project, &headers)?;
    let params: Delete = parse(&body)?;
    let mut inner = firebase.lock();
    let before = inner.users.all.len();
    inner.users.all.retain(|user| user.local_id != params.local_id);
    if inner.users.all.len() == before {
        return Err(ApiError::code("USER_NOT_FOUND"));
    }
    Ok(Json(json!({ "kind": "identitytoolkit#DeleteAccountResponse" })))
}
