//! Access tokens for the service account (the JWT grant of RFC 7523), and the JWK set of ID tokens.
//! <https://developers.google.com/identity/protocols/oauth2/service-account>

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::state::Firebase;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Scopes that let an administrator manage users.
const SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/identitytoolkit",
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/firebase",
];
/// The longest life of a grant and of an access token, in seconds.
const LONGEST: i64 = 3600;
/// How far clocks may differ, in seconds.
const SKEW: i64 = 300;

/// Answers `POST /token`.
pub(super) async fn token(State(firebase): State<Arc<Firebase>>, body: Bytes) -> Response {
    let field = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(&body);
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    if field("grant_type").as_deref() != Some(GRANT) {
        return refuse("unsupported_grant_type", "Invalid grant_type");
    }
    let claims = field("assertion").and_then(|token| firebase.service_account.verify(&token));
    let Some(claims) = claims else { return refuse("invalid_grant", "Invalid JWT Signature.") };
    let now = firebase.common.clock.now();
    if let Err(problem) = check(&firebase, &claims, now) {
        return refuse("invalid_grant", problem);
    }
    let scopes = claims.get("scope").and_then(Value::as_str).unwrap_or_default();
    if !scopes.split(' ').any(|scope| SCOPES.contains(&scope)) {
        return refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
    }
    let mut inner = firebase.lock();
    let token = inner.ids.next("ya29.", 60);
    inner.access_tokens.push((token.clone(), now + LONGEST));
    Json(json!({ "access_token": token, "expires_in": LONGEST - 1, "token_type": "Bearer" })).into_response()
}

fn check(firebase: &Firebase, claims: &Value, now: i64) -> Result<(), &'static str> {
    let int = |name: &str| claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    let audience = format!("{}/token", firebase.lock().base_url);
    match () {
        () if claims.get("iss") != Some(&firebase.client_email().into()) => Err("Invalid grant: account not found"),
        () if claims.get("aud") != Some(&audience.into()) => Err("Invalid JWT: Failed audience check."),
        () if int("exp") <= now || int("iat") > now + SKEW || int("exp") - int("iat") > LONGEST => {
            Err("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
             Check your iat and exp values in the JWT claim.")
        }
        () => Ok(()),
    }
}

fn refuse(error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// Answers `GET /service_accounts/v1/jwk/securetoken@system.gserviceaccount.com`.
pub(super) async fn jwk_set(State(firebase): State<Arc<Firebase>>) -> Response {
    let keys = json!({ "keys": [firebase.lock().signing.jwk()] });
    let cache = format!("public, max-age={}, must-revalidate, no-transform", firebase.jwks_max_age);
    ([("cache-control", cache)], Json(keys)).into_response()
}
