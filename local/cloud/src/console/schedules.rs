//! Runs the functions' schedules when the console asks for it.

use std::path::PathBuf;

use axum::extract::{Path as Captured, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use tokio::process::Command;

use super::Console;
use crate::Options;
use crate::deployment::STACK;

/// The command that invokes a function: `invoke.py` beside this crate.
#[derive(Debug, Clone)]
pub(super) struct Invoker {
    python: PathBuf,
    script: PathBuf,
}

impl Invoker {
    pub(super) fn new(options: &Options) -> Self {
        Self { python: options.python(), script: options.project.join("local/cloud/invoke.py") }
    }

    fn command(&self, endpoint: &str, function: &str, detail: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).args([endpoint, STACK, function, detail]).kill_on_drop(true);
        command
    }
}

/// Returns the function that a schedule invokes, and the detail of its event.
fn schedule(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        // Without the usual delay: whoever runs it by hand doesn't wait for deliveries.
        "catch-up" => Some(("StripeWebhookFunction", r#"{"afterSeconds":0}"#)),
        "sweep" => Some(("KlaviyoSenderFunction", "{}")),
        _ => None,
    }
}

/// Answers `POST /_console/control/schedules/{name}`: invokes a function as its schedule does, and returns its answer.
pub(super) async fn run(State(console): State<Console>, Captured(name): Captured<String>) -> Response {
    let Some((function, detail)) = schedule(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let endpoint = &console.endpoints.aws_endpoint_url;
    match console.invoker.command(endpoint, function, detail).output().await {
        Ok(output) if output.status.success() => ([(CONTENT_TYPE, "application/json")], output.stdout).into_response(),
        Ok(output) => (StatusCode::BAD_GATEWAY, output.stderr).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
