//! A strict stand-in for the two operations of the Identity Toolkit that are used, and for Google's token endpoint.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    extract::{Form, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};

use super::{PROJECT, keys, now, serve};

/// An error response in Google's form.
type Failure = (StatusCode, Json<Value>);

/// The stand-in for Google. Clones share their state.
#[derive(Clone, Default)]
pub struct IdentityToolkit(Arc<Mutex<Inner>>);

/// The state of the stand-in.
#[derive(Default)]
pub struct Inner {
    /// Accounts by address in lower case.
    pub accounts: BTreeMap<String, Value>,
    /// Accounts that somebody else makes right after the first lookup.
    pub made_meanwhile: BTreeMap<String, Value>,
    /// The bearer tokens that are accepted.
    pub tokens: HashSet<String>,
    /// The number of access tokens that were handed out.
    pub tokens_issued: u32,
    /// The number of requests to make an account.
    pub creations: u32,
    /// Whether the stand-in answers no request.
    pub silent: bool,
}

impl IdentityToolkit {
    /// Starts the stand-in and returns its address.
    pub async fn start(&self) -> String {
        let app = Router::new()
            .route(&format!("/v1/projects/{PROJECT}/accounts:lookup"), post(look_up))
            .route(&format!("/v1/projects/{PROJECT}/accounts"), post(create));
        // An emulator serves the same paths below Google's host name.
        let app = app.clone().nest("/identitytoolkit.googleapis.com", app).route("/token", post(token));
        serve(app.with_state(self.clone())).await
    }

    /// Returns the state, which a test may read and change.
    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    async fn admit(&self, headers: &HeaderMap) -> Result<(), Failure> {
        if self.lock().silent {
            std::future::pending::<()>().await;
        }
        let authorization = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = authorization.strip_prefix("Bearer ").unwrap_or_default();
        if self.lock().tokens.contains(token) {
            Ok(())
        } else {
            Err(failure(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"))
        }
    }
}

async fn look_up(
    State(toolkit): State<IdentityToolkit>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Result<Json<Value>, Failure> {
    toolkit.admit(&headers).await?;
    let mut inner = toolkit.lock();
    let found = inner.accounts.get(request["email"][0].as_str().unwrap()).cloned();
    let made = std::mem::take(&mut inner.made_meanwhile);
    inner.accounts.extend(made);
    Ok(Json(match found {
        Some(account) => json!({ "kind": "identitytoolkit#GetAccountInfoResponse", "users": [account] }),
        None => json!({ "kind": "identitytoolkit#GetAccountInfoResponse" }),
    }))
}

async fn create(
    State(toolkit): State<IdentityToolkit>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Result<Json<Value>, Failure> {
    toolkit.admit(&headers).await?;
    let mut inner = toolkit.lock();
    inner.creations += 1;
    let email = request["email"].as_str().unwrap().to_owned();
    assert_eq!(request, json!({ "email": email, "emailVerified": false }), "no password, and nothing is proven");
    if email.starts_with("invalid") {
        return Err(failure(StatusCode::BAD_REQUEST, &format!("INVALID_EMAIL : {email}")));
    }
    if inner.accounts.contains_key(&email) {
        return Err(failure(StatusCode::BAD_REQUEST, "EMAIL_EXISTS"));
    }
    let account = json!({ "localId": format!("uid-{}", inner.creations), "email": email, "emailVerified": false });
    inner.accounts.insert(email, account.clone());
    Ok(Json(account))
}

/// Takes assertions as Google does, and gives a new token to each.
async fn token(
    State(toolkit): State<IdentityToolkit>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, Failure> {
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let (header, claims) =
        keys::FIRST.read(&form["assertion"]).ok_or_else(|| failure(StatusCode::UNAUTHORIZED, "invalid_grant"))?;
    assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }));
    assert_eq!(claims["iss"], "robot@demo-project.iam.gserviceaccount.com");
    assert_eq!(claims["scope"], "https://www.googleapis.com/auth/identitytoolkit");
    assert!(claims["aud"].as_str().unwrap().ends_with("/token"));
    assert!(claims["iat"].as_i64().unwrap() >= now().unix_timestamp());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);

    let mut inner = toolkit.lock();
    inner.tokens_issued += 1;
    let token = format!("ya29.{}", inner.tokens_issued);
    inner.tokens.insert(token.clone());
    Ok(Json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3599 })))
}

fn failure(status: StatusCode, message: &str) -> Failure {
    (status, Json(json!({ "error": { "code": status.as_u16(), "message": message } })))
}
