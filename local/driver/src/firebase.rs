//! The Firebase stand-in, and people who sign in there.

use pledge_local::Endpoints;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::failure::{Failure, control};

/// A client of the Firebase stand-in: its controls, and the endpoints that a browser calls.
#[derive(Debug, Clone)]
pub struct Firebase {
    client: Client,
    controls: String,
    api: String,
    apps: String,
}

/// A person who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The account's uid.
    pub uid: String,
    /// The account's ID token.
    pub id_token: String,
}

impl Firebase {
    pub(crate) fn new(client: Client, endpoints: &Endpoints) -> Self {
        let host = &endpoints.firebase_auth_emulator_host;
        let api = format!("http://{host}/identitytoolkit.googleapis.com/v1");
        let apps =
            format!("http://{host}/firebaseappcheck.googleapis.com/v1/projects/{}/apps", endpoints.firebase_project_id);
        Self { client, controls: endpoints.controls.firebase.clone(), api, apps }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        control(&self.client, Method::POST, format!("{}/{path}", self.controls), Some(body)).await
    }

    /// Signs somebody in with Google, which verifies their address.
    ///
    /// # Errors
    /// If Firebase refuses the address.
    pub async fn sign_in_with_google(&self, email: &str, name: &str) -> Result<SignedIn, Failure> {
        signed_in(&self.post("google", &json!({ "email": email, "name": name })).await?)
    }

    /// Signs somebody up with a password, which doesn't verify their address.
    ///
    /// # Errors
    /// If the address is taken.
    pub async fn sign_up(&self, email: &str) -> Result<SignedIn, Failure> {
        let body = json!({ "email": email, "password": "correct horse", "returnSecureToken": true });
        let url = format!("{}/accounts:signUp?key=local", self.api);
        signed_in(&control(&self.client, Method::POST, url, Some(&body)).await?)
    }

    /// Returns a token with exactly these claims.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn token(&self, claims: &Value) -> Result<String, Failure> {
        text(&self.post("token", claims).await?, "idToken")
    }

    /// Returns the App Check token that an app gets for a debug token.
    ///
    /// # Errors
    /// If Firebase doesn't know the app or the debug token.
    pub async fn app_check_token(&self, app: &str, debug_token: &str) -> Result<String, Failure> {
        let url = format!("{}/{app}:exchangeDebugToken", self.apps);
        text(&control(&self.client, Method::POST, url, Some(&json!({ "debugToken": debug_token }))).await?, "token")
    }

    /// Returns the account with this address; none if there is none.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn account(&self, email: &str) -> Result<Option<Value>, Failure> {
        let users = control(&self.client, Method::GET, format!("{}/users", self.controls), None).await?;
        Ok(users.as_array().and_then(|users| users.iter().find(|user| user["email"] == email)).cloned())
    }

    /// Makes somebody else take an address right after the next lookup of it finds nobody.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn race(&self, email: &str) -> Result<(), Failure> {
        self.post("race", &json!({ "email": email })).await.map(drop)
    }

    /// Makes coming requests fail as a fault of the stand-ins describes.
    ///
    /// # Errors
    /// If the stand-in refuses the fault.
    pub async fn fault(&self, fault: &Value) -> Result<(), Failure> {
        self.post("faults", fault).await.map(drop)
    }

    /// Removes all faults.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn clear_faults(&self) -> Result<(), Failure> {
        control(&self.client, Method::DELETE, format!("{}/faults", self.controls), None).await.map(drop)
    }
}

fn signed_in(answer: &Value) -> Result<SignedIn, Failure> {
    Ok(SignedIn { uid: text(answer, "localId")?, id_token: text(answer, "idToken")? })
}

fn text(answer: &Value, field: &str) -> Result<String, Failure> {
    let missing = || Failure::Unexpected(format!("Firebase gave no {field}"));
    answer[field].as_str().map(str::to_owned).ok_or_else(missing)
}
