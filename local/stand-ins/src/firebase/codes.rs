//! Codes that Firebase sends by e-mail to choose another password or to prove an address. The stand-in sends no e-mail;
//! its control `GET codes` shows them.
//! <https://firebase.google.com/docs/reference/rest/auth#section-send-password-reset-email>

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::accounts::{ApiKey, owner};
use super::admin::parse;
use super::error::ApiError;
use super::sessions;
use super::state::{Firebase, Inner};
use super::users::canonical_email;

/// How long a code is valid, in seconds.
const LIFETIME: i64 = 3600;

/// The purpose of a code.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Purpose {
    PasswordReset,
    VerifyEmail,
}

/// A code that was sent and hasn't been used.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Code {
    email: String,
    request_type: Purpose,
    oob_code: String,
    /// The address of the link in the e-mail.
    oob_link: String,
    #[serde(skip)]
    expires: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Send {
    request_type: Purpose,
    email: Option<String>,
    id_token: Option<String>,
    continue_url: Option<String>,
    #[serde(rename = "canHandleCodeInApp")]
    _can_handle_code_in_app: Option<bool>,
    #[serde(rename = "clientType")]
    _client_type: Option<String>,
}

/// Answers `POST /v1/accounts:sendOobCode?key=…`.
pub(super) async fn send(
    State(firebase): State<Arc<Firebase>>,
    Query(key): Query<ApiKey>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    key.check()?;
    let params: Send = parse(&body)?;
    let mut inner = firebase.lock();
    let email = match params.request_type {
        Purpose::PasswordReset => {
            let email = canonical_email(&params.email.ok_or_else(|| ApiError::code("MISSING_EMAIL"))?)?;
            inner.users.by_email(&email).ok_or_else(|| ApiError::code("EMAIL_NOT_FOUND"))?;
            email
        }
        Purpose::VerifyEmail => {
            let id = owner(&firebase, &inner, params.id_token.as_deref())?;
            let user = inner.users.by_id(&id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
            user.email.clone().ok_or_else(|| ApiError::code("MISSING_EMAIL"))?
        }
    };
    let oob_code = inner.ids.next("", 54);
    let mode = if params.request_type == Purpose::PasswordReset { "resetPassword" } else { "verifyEmail" };
    let page = inner.action_url.clone().unwrap_or_else(|| format!("{}/emulator/action", inner.base_url));
    let mut oob_link = format!("{page}?mode={mode}&oobCode={oob_code}&apiKey=local");
    if let Some(next) = params.continue_url {
        oob_link.push_str("&continueUrl=");
        oob_link.extend(url::form_urlencoded::byte_serialize(next.as_bytes()));
    }
    let expires = firebase.common.clock.now() + LIFETIME;
    inner.codes.push(Code { email: email.clone(), request_type: params.request_type, oob_code, oob_link, expires });
    Ok(Json(json!({ "kind": "identitytoolkit#GetOobConfirmationCodeResponse", "email": email })))
}

/// Returns the code if it was sent and is still valid.
fn find(firebase: &Firebase, inner: &Inner, code: &str) -> Result<Code, ApiError> {
    let known = inner.codes.iter().find(|known| known.oob_code == code);
    let known = known.ok_or_else(|| ApiError::code("INVALID_OOB_CODE"))?;
    if known.expires <= firebase.common.clock.now() {
        return Err(ApiError::code("EXPIRED_OOB_CODE"));
    }
    Ok(known.clone())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reset {
    oob_code: Option<String>,
    new_password: Option<String>,
    #[serde(rename = "clientType")]
    _client_type: Option<String>,
}

/// Answers `POST /v1/accounts:resetPassword?key=…`: sets a password, or without one only returns the purpose of a code.
pub(super) async fn reset_password(
    State(firebase): State<Arc<Firebase>>,
    Query(key): Query<ApiKey>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    key.check()?;
    let params: Reset = parse(&body)?;
    let mut inner = firebase.lock();
    let code = find(&firebase, &inner, &params.oob_code.ok_or_else(|| ApiError::code("MISSING_OOB_CODE"))?)?;
    if let Some(password) = params.new_password {
        if code.request_type != Purpose::PasswordReset {
            return Err(ApiError::code("INVALID_OOB_CODE"));
        }
        let id = inner.users.by_email(&code.email).map(|user| user.local_id.clone());
        let id = id.ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
        let user = inner.users.by_id_mut(&id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
        user.set_password(&password)?;
        // A user who has the code reads the mailbox.
        user.email_verified = true;
        sessions::close_all(&firebase, &mut inner, &id);
        inner.codes.retain(|known| known.oob_code != code.oob_code);
    }
    Ok(Json(json!({
        "kind": "identitytoolkit#ResetPasswordResponse",
        "email": code.email,
        "requestType": code.request_type,
    })))
}

/// Verifies the address that a code was sent to, and returns the UID.
pub(super) fn verify_email(firebase: &Firebase, inner: &mut Inner, code: &str) -> Result<String, ApiError> {
    let code = find(firebase, inner, code)?;
    if code.request_type != Purpose::VerifyEmail {
        return Err(ApiError::code("INVALID_OOB_CODE"));
    }
    let id = inner.users.by_email(&code.email).map(|user| user.local_id.clone());
    let id = id.ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    if let Some(user) = inner.users.by_id_mut(&id) {
        user.email_verified = true;
    }
    inner.codes.retain(|known| known.oob_code != code.oob_code);
    Ok(id)
}
