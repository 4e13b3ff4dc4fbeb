//! The handle of a running Firebase stand-in.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::error::ApiError;
use super::state::Firebase;
use super::users::User;
use super::{accounts, admin, app_check, codes, control, idp, oauth, sessions, tokens};
use crate::clock::Clock;
use crate::control::Common;
use crate::cors;
use crate::faults::Faults;
use crate::intake::{self, Intake};
use crate::request_log::RequestLog;
use crate::server::Server;

/// The system that the stand-in acts as.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mode {
    /// The emulator: unsigned ID tokens, the administrator's token is `owner`.
    #[default]
    Emulator,
    /// Production: RS256 ID tokens, administrators need an access token of the service account.
    Production,
}

/// Options of [`FirebaseStandIn::start`].
#[derive(Clone, Debug)]
pub struct FirebaseOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The project's id.
    pub project: String,
    /// The system that the stand-in acts as.
    pub mode: Mode,
    /// The `max-age` of the JWK set, in seconds.
    pub jwks_max_age: u64,
    /// The clock, real by default.
    pub clock: Clock,
    /// The seed of UIDs: equal seeds give equal UIDs. Without one, each start has its own.
    pub seed: Option<u64>,
}

impl Default for FirebaseOptions {
    fn default() -> Self {
        Self {
            port: 0,
            project: "demo-pledge".to_owned(),
            mode: Mode::Emulator,
            jwks_max_age: 3600,
            clock: Clock::real(),
            seed: None,
        }
    }
}

/// A running stand-in; it stops when this is dropped.
#[derive(Debug)]
pub struct FirebaseStandIn {
    firebase: Arc<Firebase>,
    server: Server,
}

impl FirebaseStandIn {
    /// Starts the stand-in on 127.0.0.1.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(options: FirebaseOptions) -> io::Result<Self> {
        let common = Common { clock: options.clock, ..Common::default() };
        let seed = options.seed.unwrap_or_else(Clock::machine_millis);
        let firebase = Firebase::new(common.clone(), options.project, options.mode, options.jwks_max_age, seed)?;
        let firebase = Arc::new(firebase);
        let intake = Intake { common: common.clone(), error: |status| ApiError::injected(status).into_response() };
        let api = Router::new()
            // The emulator has the host's name in its paths; production doesn't.
            .nest("/identitytoolkit.googleapis.com/v1", identity_toolkit())
            .route("/securetoken.googleapis.com/v1/token", post(sessions::refresh))
            .nest("/v1", identity_toolkit().route("/token", post(sessions::refresh)))
            .route("/firebaseappcheck.googleapis.com/v1/jwks", get(app_check::jwk_set))
            .route("/firebaseappcheck.googleapis.com/v1/projects/{number}/apps/{call}", post(app_check::exchange))
            .route("/token", post(oauth::token))
            .route("/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com", get(oauth::jwk_set))
            .fallback(unsimulated)
            .layer(from_fn_with_state(intake, intake::layer))
            .layer(from_fn(cors::layer))
            .with_state(Arc::clone(&firebase));
        let router =
            api.merge(control::router(Arc::clone(&firebase))).merge(crate::control::router(common, Arc::new(|| ())));
        let server = Server::start(options.port, router).await?;
        firebase.lock().base_url = server.base_url();
        Ok(Self { firebase, server })
    }

    /// Returns `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Returns `127.0.0.1:<port>`, for `FIREBASE_AUTH_EMULATOR_HOST`.
    #[must_use]
    pub fn host(&self) -> String {
        self.base_url().replace("http://", "")
    }

    /// Sets the page that the links of e-mails lead to. The page gets `mode` and `oobCode`.
    pub fn set_action_url(&self, url: String) {
        self.firebase.lock().action_url = Some(url);
    }

    /// Returns the address of the JWK set of ID tokens.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("{}/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com", self.base_url())
    }

    /// Returns the JSON file of the service account, whose `token_uri` is this stand-in.
    #[must_use]
    pub fn service_account(&self) -> Value {
        service_account(&self.firebase)
    }

    /// Returns the clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.firebase.common.clock
    }

    /// Returns the faults that have requests left to hit.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.firebase.common.faults
    }

    /// Returns the log of requests to the API.
    #[must_use]
    pub fn requests(&self) -> &RequestLog {
        &self.firebase.common.log
    }

    /// Returns all users, oldest first.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.firebase.lock().users.all.clone()
    }

    /// Signs somebody in with Google. Returns the UID and the ID token; none for an address that Firebase refuses.
    #[must_use]
    pub fn sign_in_with_google(&self, email: &str, name: Option<&str>) -> Option<(String, String)> {
        let claims = google_user(email, name);
        let answer = idp::sign_in_with_google(&self.firebase, &claims, &claims.to_string()).ok()?;
        let text = |field: &str| answer.get(field)?.as_str().map(str::to_owned);
        Some((text("localId")?, text("idToken")?))
    }

    /// Returns a token with exactly these claims, signed by the stand-in's key.
    #[must_use]
    pub fn token_with(&self, claims: &Value) -> String {
        tokens::issue(self.firebase.mode, &self.firebase.lock().signing, claims)
    }

    /// Returns the claims that an ID token of this user has now, to be changed and passed to [`Self::token_with`].
    #[must_use]
    pub fn claims_of(&self, uid: &str) -> Option<Value> {
        let inner = self.firebase.lock();
        let now = self.firebase.common.clock.now();
        inner.users.by_id(uid).map(|user| tokens::claims(user, "password", &self.firebase.project, now, now))
    }

    /// Adds a user with this UID and address, as an administrator does. Returns false if either is taken.
    #[must_use]
    pub fn add_user(&self, uid: &str, email: &str) -> bool {
        let user = User { local_id: uid.to_owned(), email: Some(email.to_owned()), ..User::default() };
        self.firebase.lock().users.add(user, self.firebase.common.clock.now_millis()).is_ok()
    }

    /// Deletes a user. Its UID is never used again.
    pub fn delete_user(&self, uid: &str) {
        self.firebase.lock().users.all.retain(|user| user.local_id != uid);
    }

    /// Disables a user, or enables them again.
    pub fn disable_user(&self, uid: &str, disabled: bool) {
        if let Some(user) = self.firebase.lock().users.by_id_mut(uid) {
            user.disabled = disabled;
        }
    }

    /// Makes somebody else take `email` right after the next lookup of it finds nobody.
    pub fn race(&self, email: &str) {
        self.firebase.lock().users.race(email);
    }

    /// Replaces the signing key, and publishes only the new one.
    ///
    /// # Errors
    /// Never with the keys of this crate.
    pub fn rotate_keys(&self) -> io::Result<()> {
        self.firebase.rotate()
    }
}

fn identity_toolkit() -> Router<Arc<Firebase>> {
    Router::new()
        .route("/projects/{project}/accounts", post(admin::create))
        .route("/projects/{project}/accounts:lookup", post(admin::lookup))
        .route("/projects/{project}/accounts:update", post(admin::update))
        .route("/projects/{project}/accounts:delete", post(admin::delete))
        .route("/accounts:signUp", post(accounts::sign_up))
        .route("/accounts:signInWithPassword", post(accounts::sign_in_with_password))
        .route("/accounts:signInWithIdp", post(idp::sign_in_with_idp))
        .route("/accounts:lookup", post(accounts::lookup))
        .route("/accounts:update", post(accounts::update))
        .route("/accounts:delete", post(accounts::delete))
        .route("/accounts:createAuthUri", post(accounts::create_auth_uri))
        .route("/accounts:sendOobCode", post(codes::send))
        .route("/accounts:resetPassword", post(codes::reset_password))
}

/// Refuses requests that this stand-in doesn't know, although Google may.
async fn unsimulated(method: Method, uri: Uri) -> ApiError {
    ApiError::unsimulated(&format!("{method} {}", uri.path()))
}

/// Returns the claims that Google makes about the user with an address.
pub(super) fn google_user(email: &str, name: Option<&str>) -> Value {
    // Google's ids are digits, and one address always has the same id.
    let digest = ring::digest::digest(&ring::digest::SHA256, email.to_lowercase().as_bytes());
    let sub: String = digest.as_ref().iter().take(20).map(|byte| char::from(b'0' + byte % 10)).collect();
    json!({ "sub": sub, "email": email, "email_verified": true, "name": name })
}

pub(super) fn service_account(firebase: &Firebase) -> Value {
    let base_url = firebase.lock().base_url.clone();
    json!({
        "type": "service_account",
        "project_id": firebase.project,
        "private_key_id": firebase.service_account.id,
        "private_key": firebase.service_account.pem(),
        "client_email": firebase.client_email(),
        "client_id": "100000000000000000000",
        "auth_uri": format!("{base_url}/auth"),
        "token_uri": format!("{base_url}/token"),
        "universe_domain": "googleapis.com",
    })
}
