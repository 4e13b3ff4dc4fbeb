//! Sign-in with Google. As with the emulator, the "Google token" is the JSON of its claims
//! (`{"sub": "…", "email": "…", "email_verified": true, "name": "…"}`), or an unsigned JWT of them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::{ApiKey, extend, sign_in};
use super::admin::parse;
use super::error::ApiError;
use super::keys::decode;
use super::state::{Firebase, Inner};
use super::users::{User, canonical_email};

const GOOGLE: &str = "google.com";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignIn {
    post_body: Option<String>,
    request_uri: Option<String>,
    #[serde(rename = "returnSecureToken")]
    _return_secure_token: Option<bool>,
    #[serde(rename = "returnIdpCredential")]
    _return_idp_credential: Option<bool>,
}

/// `POST /v1/accounts:signInWithIdp?key=…`
pub(super) async fn sign_in_with_idp(
    State(firebase): State<Arc<Firebase>>,
    Query(key): Query<ApiKey>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    key.check()?;
    let params: SignIn = parse(&body)?;
    params.request_uri.ok_or_else(|| ApiError::code("MISSING_REQUEST_URI"))?;
    let post_body = params.post_body.ok_or_else(|| ApiError::code("MISSING_POST_BODY"))?;
    let field = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(post_body.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    if field("providerId").as_deref() != Some(GOOGLE) {
        return Err(ApiError::code("OPERATION_NOT_ALLOWED : Only google.com is simulated."));
    }
    let token = field("id_token").ok_or_else(|| ApiError::code("INVALID_IDP_RESPONSE"))?;
    let claims =
        google_claims(&token).ok_or_else(|| ApiError::code("INVALID_IDP_RESPONSE : Unable to parse id_token"))?;
    Ok(Json(sign_in_with_google(&firebase, &claims, &token)?))
}

fn google_claims(token: &str) -> Option<Value> {
    serde_json::from_str(token).ok().or_else(|| decode(token.split('.').nth(1)?))
}

/// Signs in who the claims name: the account that is linked, that has the address, or a new one.
pub(super) fn sign_in_with_google(firebase: &Firebase, claims: &Value, token: &str) -> Result<Value, ApiError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let raw_id = text("sub").ok_or_else(|| ApiError::code("INVALID_IDP_RESPONSE : no sub"))?;
    let email = text("email").as_deref().map(canonical_email).transpose()?;
    let mut inner = firebase.lock();
    let known = find(&inner, &raw_id, email.as_deref());
    let is_new = known.is_none();
    let id = match known {
        Some(id) => id,
        None => {
            let user = User { email: email.clone(), ..User::default() };
            inner.users.add(user, firebase.common.clock.now_millis())?.local_id.clone()
        }
    };
    if let Some(user) = inner.users.by_id_mut(&id) {
        if !user.email_verified && !is_new {
            // Google proved the address, whoever chose the password did not: it is void.
            user.password = None;
            user.provider_user_info.retain(|info| info.get("providerId").is_none_or(|id| id != "password"));
        }
        user.email_verified = true;
        user.display_name = text("name").or(user.display_name.take());
        user.photo_url = text("picture").or(user.photo_url.take());
        user.link(GOOGLE, &raw_id);
    }
    let mut answer = sign_in(firebase, &mut inner, &id, GOOGLE)?;
    extend(
        &mut answer,
        json!({
            "kind": "identitytoolkit#VerifyAssertionResponse",
            "providerId": GOOGLE,
            "federatedId": format!("https://accounts.google.com/{raw_id}"),
            "email": email,
            "emailVerified": true,
            "displayName": text("name"),
            "fullName": text("name"),
            "photoUrl": text("picture"),
            "isNewUser": is_new,
            "oauthIdToken": token,
            "rawUserInfo": claims.to_string(),
        }),
    );
    Ok(answer)
}

fn find(inner: &Inner, raw_id: &str, email: Option<&str>) -> Option<String> {
    let linked = inner.users.by_raw_id(GOOGLE, raw_id);
    let user = linked.or_else(|| inner.users.by_email(email?))?;
    Some(user.local_id.clone())
}
