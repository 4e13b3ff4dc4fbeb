//! Sessions: refresh tokens, and the ID tokens that they are exchanged for.
//! <https://firebase.google.com/docs/reference/rest/auth#section-refresh-token>

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use serde_json::{Value, json};

use super::accounts::ApiKey;
use super::error::ApiError;
use super::state::{Firebase, Inner};
use super::tokens;

/// The session of somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The user's UID.
    pub(crate) user: String,
    /// `password`, `google.com` or `anonymous`.
    pub(crate) provider: String,
    /// The time of the sign-in, in seconds since the epoch.
    pub(crate) auth_time: i64,
}

/// Sessions by their refresh tokens.
pub(crate) type Sessions = HashMap<String, Session>;

/// Opens a session and issues its tokens.
pub(super) fn open(firebase: &Firebase, inner: &mut Inner, id: &str, provider: &str) -> Result<Value, ApiError> {
    let now = firebase.common.clock.now_millis();
    let user = inner.users.by_id_mut(id).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    if user.disabled {
        return Err(ApiError::code("USER_DISABLED"));
    }
    user.last_login_at = Some(now.to_string());
    let session = Session { user: id.to_owned(), provider: provider.to_owned(), auth_time: now.div_euclid(1000) };
    let id_token = id_token(firebase, inner, &session)?;
    let refresh_token = inner.ids.next("", 120);
    inner.sessions.insert(refresh_token.clone(), session);
    Ok(json!({
        "idToken": id_token,
        "refreshToken": refresh_token,
        "expiresIn": tokens::LIFETIME.to_string(),
        "localId": id,
    }))
}

/// Ends the user's sessions that began before this second, as a new password does.
pub(super) fn close_all(firebase: &Firebase, inner: &mut Inner, id: &str) {
    if let Some(user) = inner.users.by_id_mut(id) {
        user.valid_since = firebase.common.clock.now();
    }
}

fn id_token(firebase: &Firebase, inner: &Inner, session: &Session) -> Result<String, ApiError> {
    let user = inner.users.by_id(&session.user).ok_or_else(|| ApiError::code("USER_NOT_FOUND"))?;
    if user.disabled {
        return Err(ApiError::code("USER_DISABLED"));
    }
    if session.auth_time < user.valid_since {
        return Err(ApiError::code("TOKEN_EXPIRED"));
    }
    let now = firebase.common.clock.now();
    let claims = tokens::claims(user, &session.provider, &firebase.project, session.auth_time, now);
    Ok(tokens::issue(firebase.mode, &inner.signing, &claims))
}

/// Answers `POST /v1/token?key=…` of securetoken.googleapis.com, a form: exchanges a refresh token for a new ID token.
pub(super) async fn refresh(
    State(firebase): State<Arc<Firebase>>,
    Query(key): Query<ApiKey>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    key.check()?;
    let field = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(&body);
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    if field("grant_type").as_deref() != Some("refresh_token") {
        return Err(ApiError::code("INVALID_GRANT_TYPE"));
    }
    let token = field("refresh_token").ok_or_else(|| ApiError::code("MISSING_REFRESH_TOKEN"))?;
    let inner = firebase.lock();
    let session = inner.sessions.get(&token).ok_or_else(|| ApiError::code("INVALID_REFRESH_TOKEN"))?;
    let id_token = id_token(&firebase, &inner, session)?;
    Ok(Json(json!({
        "access_token": id_token,
        "expires_in": tokens::LIFETIME.to_string(),
        "token_type": "Bearer",
        "refresh_token": token,
        "id_token": id_token,
        "user_id": session.user,
        "project_id": firebase.project,
    })))
}
