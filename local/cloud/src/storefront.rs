//! Serves the storefront (`clients/storefront/public`) with the configuration of this cloud.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pledge_stand_ins::firebase::{APP_ID, DEBUG_TOKEN};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::files::{content_type, inside};
use crate::{Error, Options};

/// The storefront's address, which is bound but not served yet.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) url: String,
    listener: TcpListener,
}

impl Address {
    /// Takes the port after the API's, so that the storefront has one address from start to start. If that port is taken,
    /// or the API's port was chosen by the system, it takes any free one.
    pub(crate) async fn take(options: &Options) -> Result<Self, Error> {
        let failed = || Error::io("the storefront could not be started");
        let wanted = if options.port == 0 { 0 } else { options.port.saturating_add(1) };
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed())?,
        };
        let url = format!("http://{}", listener.local_addr().map_err(failed())?);
        Ok(Self { url, listener })
    }
}

/// The running storefront; it stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Storefront(JoinHandle<std::io::Result<()>>);

impl Drop for Storefront {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The origins that the storefront talks to, without a slash at the end.
#[derive(Debug)]
pub(crate) struct Systems<'a> {
    pub(crate) api: &'a str,
    pub(crate) stripe: &'a str,
    pub(crate) firebase: &'a str,
    pub(crate) firebase_project: &'a str,
}

impl Storefront {
    pub(crate) fn serve(address: Address, project: &Path, systems: &Systems<'_>) -> Self {
        let files = Arc::new(Files {
            folder: project.join("clients/storefront/public"),
            config: config(systems).to_string(),
            policy: policy(systems),
        });
        let router = Router::new().fallback(get(file)).with_state(files);
        Self(tokio::spawn(axum::serve(address.listener, router).into_future()))
    }
}

/// Returns the storefront's configuration, which `clients/storefront/public/config.js` describes.
fn config(systems: &Systems<'_>) -> Value {
    json!({
        "api": systems.api,
        "firebase": {
            "apiKey": "local",
            "projectId": systems.firebase_project,
            "appId": APP_ID,
            "appCheck": { "debugToken": DEBUG_TOKEN },
            "emulator": systems.firebase,
        },
        "stripe": {
            "script": format!("{}/endive/stripe.js", systems.stripe),
            "publishableKey": "pk_test_local",
        },
        // The novels that `seed.sql` opens to champions.
        "novels": [
            { "id": 1, "title": "The Lantern Keeper" },
            { "id": 2, "title": "Nine Rivers" },
            { "id": 3, "title": "A House of Paper Cranes" },
        ],
    })
}

/// Returns the storefront's content security policy. Stripe's origin stands where a deployment has js.stripe.com,
/// api.stripe.com and hooks.stripe.com.
fn policy(Systems { api, stripe, firebase, .. }: &Systems<'_>) -> String {
    format!(
        "default-src 'none'; script-src 'self' {stripe}; style-src 'self'; img-src 'self'; \
         connect-src 'self' {api} {firebase} {stripe}; frame-src {stripe}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

#[derive(Debug)]
struct Files {
    folder: PathBuf,
    config: String,
    policy: String,
}

/// Returns a file of the folder. Every other path is a page, which `index.html` shows.
async fn file(State(files): State<Arc<Files>>, uri: Uri) -> Response {
    let path = Path::new(uri.path().trim_start_matches('/'));
    if path == Path::new("config.json") {
        return answer(&files, "application/json", files.config.clone().into_bytes());
    }
    match content_type(path) {
        Some(kind) => read(&files, path, kind),
        None => read(&files, Path::new("index.html"), "text/html; charset=utf-8"),
    }
}

/// Reads a file at each request, so that a changed file is served at once.
fn read(files: &Files, path: &Path, kind: &'static str) -> Response {
    match std::fs::read(files.folder.join(path)) {
        Ok(bytes) if inside(path) => answer(files, kind, bytes),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(files: &Files, kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CACHE_CONTROL, "no-cache".to_owned()),
        (CONTENT_SECURITY_POLICY, files.policy.clone()),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Arc<Files> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/storefront/public");
        Arc::new(Files { folder, config: "{}".to_owned(), policy: String::new() })
    }

    async fn status_and_type(path: &'static str) -> (u16, String) {
        let response = file(State(files()), Uri::from_static(path)).await;
        let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default().to_owned());
        (response.status().as_u16(), kind.unwrap_or_default())
    }

    #[tokio::test]
    async fn every_page_is_the_shell_and_every_file_itself() {
        assert_eq!(status_and_type("/").await, (200, "text/html; charset=utf-8".to_owned()));
        assert_eq!(status_and_type("/ja/pre-order/success?x=y.js").await.1, "text/html; charset=utf-8");
        assert_eq!(status_and_type("/app.js").await, (200, "text/javascript; charset=utf-8".to_owned()));
        assert_eq!(status_and_type("/config.json").await, (200, "application/json".to_owned()));
        assert_eq!(status_and_type("/missing.js").await.0, 404);
    }

    #[tokio::test]
    async fn nothing_outside_of_the_folder_is_served() {
        assert_eq!(status_and_type("/../build.js").await.0, 404);
        assert_eq!(status_and_type("/pages/../../build.js").await.0, 404);
        assert_eq!(status_and_type("//etc/hosts.txt").await.0, 404);
    }
}
