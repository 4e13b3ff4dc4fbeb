//! Sign-in with Google. As with the emulator, the "Google token" is the JSON of its claims
//! (`{"sub": "…", "email": "…", "email_verified": true, "name": "…"}`), or an unsigned JWT of them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::{ApiKey, extend, owner};
use super::admin::parse;
use super::error::ApiError;
use super::keys::decode;
use super::sessions;
use super::state::{Firebase, Inner};
use super::users::{User, canonical_email};

const GOOGLE: &str = "google.com";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignIn {
    post_body: Option<String>,
    request_uri: Option<String>,
    /// The ID token of the account to link with; a new account without one.
    id_token: Option<String>,
    #[serde(rename = "autoCreate")]
    _auto_create: Option<bool>,
    #[serde(rename = "returnSecureToken")]
    _return_secure_token: Option<bool>,
    #[serde(rename = "returnIdpCredential")]
    _return_idp_credential: Option<bool>,
}

/// Answers `POST /v1/accounts:signInWithIdp?key=…`.
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
    match params.id_token {
        None => Ok(Json(sign_in_with_google(&firebase, &claims, &token)?)),
        Some(id_token) => {
            let current = owner(&firebase, &firebase.lock(), Some(&id_token))?;
            link_with_google(&firebase, &claims, &token, &current).map(Json)
        }
    }
}

fn google_claims(token: &str) -> Option<Value> {
    serde_json::from_str(token).ok().or_else(|| decode(token.split('.').nth(1)?))
}

/// Signs in the user whom the claims name: the account that is linked, the one that has the address, or a new one.
pub(super) fn sign_in_with_google(firebase: &Firebase, claims: &Value, token: &str) -> Result<Value, ApiError> {
    let google = Google::of(claims)?;
    let mut inner = firebase.lock();
    let linked = inner.users.by_raw_id(GOOGLE, &google.sub);
    let known = linked.or_else(|| inner.users.by_email(google.email.as_deref()?)).map(|user| user.local_id.clone());
    let is_new = known.is_none();
    let id = match known {
        Some(id) => id,
        None => {
            let user = User { email: google.email.clone(), ..User::default() };
            inner.users.add(user, firebase.common.clock.now_millis())?.local_id.clone()
        }
    };
    if let Some(user) = inner.users.by_id_mut(&id)
        && !user.email_verified
        && !is_new
    {
        // Google proved the address and the person who chose the password didn't, so the password becomes invalid.
        user.password = None;
        user.provider_user_info.retain(|info| info.get("providerId").is_none_or(|id| id != "password"));
    }
    google.enter(firebase, &mut inner, &id, is_new, token)
}

/// Links the account `id` with the Google user of the claims, as when an anonymous user signs in.
fn link_with_google(firebase: &Firebase, claims: &Value, token: &str, id: &str) -> Result<Value, ApiError> {
    let google = Google::of(claims)?;
    let mut inner = firebase.lock();
    if inner.users.by_raw_id(GOOGLE, &google.sub).is_some_and(|other| other.local_id != id) {
        return Err(ApiError::code("FEDERATED_USER_ID_ALREADY_LINKED"));
    }
    if let Some(email) = &google.email
        && inner.users.by_id(id).is_some_and(|user| user.email.is_none())
    {
        inner.users.give_email(id, email.clone())?;
    }
    google.enter(firebase, &mut inner, id, false, token)
}

/// A Google user, as claims describe them.
struct Google<'a> {
    claims: &'a Value,
    sub: String,
    email: Option<String>,
}

impl<'a> Google<'a> {
    fn of(claims: &'a Value) -> Result<Self, ApiError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let sub = text("sub").ok_or_else(|| ApiError::code("INVALID_IDP_RESPONSE : no sub"))?.to_owned();
        Ok(Self { claims, sub, email: text("email").map(canonical_email).transpose()? })
    }

    fn text(&self, name: &str) -> Option<String> {
        self.claims.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// Links the account with the Google user and opens a session.
    fn enter(
        &self,
        firebase: &Firebase,
        inner: &mut Inner,
        id: &str,
        is_new: bool,
        token: &str,
    ) -> Result<Value, ApiError> {
        if let Some(user) = inner.users.by_id_mut(id) {
            user.email_verified |= self.email.is_some() && user.email == self.email;
            user.display_name = self.text("name").or(user.display_name.take());
            user.photo_url = self.text("picture").or(user.photo_url.take());
            user.link(GOOGLE, &self.sub);
        }
        let mut answer = sessions::open(firebase, inner, id, GOOGLE)?;
        extend(
            &mut answer,
            json!({
                "kind": "identitytoolkit#VerifyAssertionResponse",
                "providerId": GOOGLE,
                "federatedId": format!("https://accounts.google.com/{}", self.sub),
                "email": self.email,
                "emailVerified": true,
                "displayName": self.text("name"),
                "fullName": self.text("name"),
                "photoUrl": self.text("picture"),
                "isNewUser": is_new,
                "oauthIdToken": token,
                "rawUserInfo": self.claims.to_string(),
            }),
        );
        Ok(answer)
    }
}
