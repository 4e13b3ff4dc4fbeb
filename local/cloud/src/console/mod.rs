//! The console: a page at the API's address that shows what happens in this cloud and controls the stand-ins. No
//! deployment has it.

mod activity;
mod api_description;
mod audit;
mod control;
mod function_logs;
mod page;
mod queues;
mod requests;
mod schedules;
mod tables;
mod tail;

use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tokio::task::JoinHandle;

pub(crate) use activity::now;
pub use activity::{Activity, Entry, System};

use crate::stand_ins::Logs;
use crate::{Endpoints, Error, Options};

/// How often logs and changes are read.
const EVERY: Duration = Duration::from_millis(150);

/// State that the console's handlers share.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    pub(crate) activity: Activity,
    endpoints: Endpoints,
    /// The folder of the page's files.
    folder: PathBuf,
    /// The API's description.
    openapi: PathBuf,
    client: control::Client,
    invoker: schedules::Invoker,
}

impl Console {
    /// Makes the console. `options` are those with which the cloud was started.
    pub(crate) fn new(activity: Activity, endpoints: Endpoints, options: &Options) -> Self {
        Self {
            activity,
            endpoints,
            folder: options.project.join("local/cloud/console"),
            openapi: options.project.join("docs/openapi.yaml"),
            client: control::client(),
            invoker: schedules::Invoker::new(options),
        }
    }

    /// Returns the routes of the page at `/` and of its requests.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/", get(page::index))
            .route("/_console/activity", get(page::activity))
            .route("/_console/stream", get(page::stream))
            .route("/_console/endpoints", get(page::endpoints))
            .route("/_console/openapi", get(api_description::openapi))
            .route("/_console/sign", post(api_description::sign))
            .route("/_console/dead-letters", get(queues::dead_letters))
            .route("/_console/parked", get(tables::parked))
            .route("/_console/tables", get(tables::list))
            .route("/_console/tables/{name}", get(tables::rows))
            .route("/_console/control/schedules/{name}", post(schedules::run))
            .route("/_console/control/{system}/{*path}", any(control::control))
            .route("/_console/{*file}", get(page::file))
            .with_state(self)
            .layer(from_fn(only_from_here))
    }
}

/// The tasks that record what the stand-ins and the database see, until this is dropped.
#[derive(Debug)]
pub(crate) struct Watch(Vec<JoinHandle<()>>);

impl Watch {
    /// Starts the tasks, and installs the database's triggers if `rows` are to be recorded.
    pub(crate) async fn start(
        activity: &Activity,
        logs: Logs,
        endpoints: &Endpoints,
        rows: bool,
    ) -> Result<Self, Error> {
        let mut tasks = vec![
            tokio::spawn(requests::watch(activity.clone(), logs)),
            tokio::spawn(function_logs::watch(activity.clone(), endpoints.logs.clone())),
            tokio::spawn(queues::watch(activity.clone(), endpoints.logs.clone())),
        ];
        if rows {
            let client =
                audit::install(&endpoints.database_url).await.map_err(|error| Error::Database(error.into()))?;
            tasks.push(tokio::spawn(audit::watch(activity.clone(), client)));
        }
        Ok(Self(tasks))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// Refuses requests that a page of another site makes in a developer's browser.
async fn only_from_here(request: Request, next: Next) -> Response {
    if is_from_here(&request) { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() }
}

fn is_from_here(request: &Request) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let local = header("host").is_none_or(|host| host.starts_with("127.0.0.1") || host.starts_with("localhost"));
    let same_site = header("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    // A link from another site may lead to the page itself.
    let followed = header("sec-fetch-mode") == Some("navigate") && request.uri().path() == "/";
    local && (same_site || followed)
}
