//! The controls of the Firebase stand-in over HTTP.
//!
//! | Route below `/_control` | |
//! |---|---|
//! | `GET users` | all users |
//! | `GET codes` | what would have been sent by e-mail: `email`, `requestType`, `oobCode`, `oobLink` |
//! | `POST twin` | `{"email"}`: one more account with an address that has one, as Firebase makes in a race |
//! | `POST delete` | `{"uid"}`: the account is gone |
//! | `POST disable` | `{"uid"}`: an administrator disables the account |
//! | `POST google` | `{"email", "name"}`: signs in with Google, gives `idToken` |
//! | `POST race` | `{"email"}`: taken by somebody else after its next lookup |
//! | `POST token` | claims: a token with exactly these |
//! | `POST rotate` | another signing key |
//! | `GET service_account` | the file for `FIREBASE_SERVICE_ACCOUNT` |
//! | `POST reset` | forgets users, faults and requests |

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::codes::Code;
use super::handle::{google_user, service_account};
use super::idp::sign_in_with_google;
use super::state::Firebase;
use super::tokens;
use super::users::User;

type Shared = State<Arc<Firebase>>;

pub(super) fn router(firebase: Arc<Firebase>) -> Router {
    Router::new()
        .route("/_control/users", get(users))
        .route("/_control/codes", get(codes))
        .route("/_control/twin", post(twin))
        .route("/_control/delete", post(delete))
        .route("/_control/disable", post(disable))
        .route("/_control/google", post(google))
        .route("/_control/race", post(race))
        .route("/_control/token", post(token))
        .route("/_control/rotate", post(rotate))
        .route("/_control/service_account", get(account))
        .route("/_control/reset", post(reset))
        .with_state(firebase)
}

async fn users(State(firebase): Shared) -> Json<Vec<User>> {
    Json(firebase.lock().users.all.clone())
}

async fn codes(State(firebase): Shared) -> Json<Vec<Code>> {
    Json(firebase.lock().codes.clone())
}

async fn twin(State(firebase): Shared, Json(Email { email }): Json<Email>) -> Json<User> {
    let now = firebase.common.clock.now_millis();
    Json(firebase.lock().users.twin(&email, now))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uid {
    uid: String,
}

async fn delete(State(firebase): Shared, Json(Uid { uid }): Json<Uid>) -> Json<Value> {
    firebase.lock().users.all.retain(|user| user.local_id != uid);
    Json(json!({ "deleted": uid }))
}

async fn disable(State(firebase): Shared, Json(Uid { uid }): Json<Uid>) -> Json<Value> {
    let mut inner = firebase.lock();
    let user = inner.users.by_id_mut(&uid);
    let known = user.is_some();
    if let Some(user) = user {
        user.disabled = true;
    }
    Json(json!({ "disabled": known }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Google {
    email: String,
    name: Option<String>,
}

async fn google(State(firebase): Shared, Json(user): Json<Google>) -> Response {
    let claims = google_user(&user.email, user.name.as_deref());
    match sign_in_with_google(&firebase, &claims, &claims.to_string()) {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Email {
    email: String,
}

async fn race(State(firebase): Shared, Json(Email { email }): Json<Email>) -> Json<Value> {
    firebase.lock().users.race(&email);
    Json(json!({ "racing": email }))
}

async fn token(State(firebase): Shared, Json(claims): Json<Value>) -> Json<Value> {
    Json(json!({ "idToken": tokens::issue(firebase.mode, &firebase.lock().signing, &claims) }))
}

async fn rotate(State(firebase): Shared) -> Json<Value> {
    Json(json!({ "rotated": firebase.rotate().is_ok() }))
}

async fn account(State(firebase): Shared) -> Json<Value> {
    Json(service_account(&firebase))
}

async fn reset(State(firebase): Shared) -> Json<Value> {
    {
        let mut inner = firebase.lock();
        inner.users.all.clear();
        inner.sessions.clear();
        inner.codes.clear();
    }
    firebase.common.faults.clear();
    firebase.common.log.clear();
    Json(json!({ "ok": true }))
}
