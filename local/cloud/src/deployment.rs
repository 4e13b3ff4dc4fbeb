//! Deploys `template.yaml` into the emulator, through `deploy.py` beside this crate.

use std::fs;
use std::process::Stdio;

use pledge_stand_ins::firebase::PROJECT_NUMBER;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::stand_ins::{KLAVIYO_LIST_ID, STRIPE_EVENTS_KEY};
use crate::{Endpoints, Error, Options};

/// The name of the stack.
pub(crate) const STACK: &str = "pledge";

/// The template's `Outputs` after the deployment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Deployed {
    pub(crate) http_api_id: String,
    pub(crate) webhook_api_id: String,
    pub(crate) klaviyo_queue_url: String,
    pub(crate) klaviyo_dead_letter_queue_url: String,
}

/// Creates the stack, or updates it if the emulator has it already.
///
/// The addresses of the queues, which the deployment itself creates, are not read from `endpoints`.
pub(crate) async fn deploy(options: &Options, endpoints: &Endpoints) -> Result<Deployed, Error> {
    require_binaries(options)?;
    let failed = || Error::io("the deployment could not be started");
    let mut python = Command::new(options.python());
    let mut child = python
        .arg(options.project.join("local/cloud/deploy.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed())?;
    if let Some(mut input) = child.stdin.take() {
        // If the program ended early, its standard error says why.
        _ = input.write_all(request(options, endpoints).to_string().as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(failed())?;
    let outputs = output.status.success().then(|| serde_json::from_slice(&output.stdout).ok()).flatten();
    outputs.ok_or_else(|| Error::Deployment(String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// Checks that every function has been built. The functions are the folders below `functions/`.
fn require_binaries(options: &Options) -> Result<(), Error> {
    let failed = || Error::io("the folder of the functions could not be read");
    for function in fs::read_dir(options.project.join("functions")).map_err(failed())? {
        let binary = options.binaries.join(function.map_err(failed())?.file_name());
        if !binary.exists() {
            return Err(Error::NotBuilt(binary));
        }
    }
    Ok(())
}

fn request(options: &Options, endpoints: &Endpoints) -> Value {
    json!({
        "endpoint": endpoints.aws_endpoint_url,
        "stack": STACK,
        "template": options.project.join("template.yaml"),
        "binaries": options.binaries,
        "cache": options.home.join("packages"),
        "parameters": {
            "Stage": "local",
            "Architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" },
            "LogLevel": options.log_level,
            "PublicSiteUrl": endpoints.public_site_url,
            "PreorderPrices": endpoints.preorder_prices,
            // With recovery, an expired pay page can be continued by the link in its announcement.
            "CheckoutPolicy": json!({ "recovery": true }).to_string(),
            "FirebaseProjectId": endpoints.firebase_project_id,
            // Monitored only: the storefront sends tokens, but requests by hand don't.
            "AppCheck": "monitored",
            "FirebaseProjectNumber": PROJECT_NUMBER.to_string(),
            // The schedule runs every minute, and five seconds are long enough to wait for a developer.
            "SweepAfterSeconds": "5",
            "AwsEndpointUrl": endpoints.aws_endpoint_url,
            "StripeApiBase": endpoints.stripe_api_base,
            "KlaviyoApiBase": endpoints.klaviyo_api_base,
            "KlaviyoListId": KLAVIYO_LIST_ID,
            "FirebaseAuthEmulatorHost": endpoints.firebase_auth_emulator_host,
        },
        "secrets": {
            "DatabaseUrlSecretArn": endpoints.database_url,
            "StripeSecretKeySecretArn": endpoints.stripe_secret_key,
            "StripeEventsKeySecretArn": STRIPE_EVENTS_KEY,
            "StripeWebhookSecretsSecretArn": endpoints.stripe_webhook_secret,
            "KlaviyoApiKeySecretArn": endpoints.klaviyo_api_key,
        },
    })
}
