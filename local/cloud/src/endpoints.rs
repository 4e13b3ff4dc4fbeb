//! The addresses of a running cloud.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::deployment::deploy;
use crate::{Error, Options, env_files, environment};

/// Every address and every local-only secret of a running cloud, as `endpoints.json` holds them.
///
/// Each outside system has the name of the variable that replaces it, so that a client can be configured as a function
/// is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoints {
    /// The HTTP API.
    pub api: String,
    /// The PostgreSQL database of the functions.
    pub database_url: String,
    /// The AWS emulator.
    pub aws_endpoint_url: String,
    /// The Stripe stand-in.
    pub stripe_api_base: String,
    /// The API key that the Stripe stand-in accepts.
    pub stripe_secret_key: String,
    /// The secret with which the Stripe stand-in signs its webhooks.
    pub stripe_webhook_secret: String,
    /// The Klaviyo stand-in.
    pub klaviyo_api_base: String,
    /// The API key that the Klaviyo stand-in accepts.
    pub klaviyo_api_key: String,
    /// Host and port of the Firebase stand-in.
    pub firebase_auth_emulator_host: String,
    /// The project in Firebase ID tokens.
    pub firebase_project_id: String,
    /// The queue of announcements for Klaviyo.
    pub klaviyo_queue_url: String,
    /// The queue of messages that failed too often.
    pub klaviyo_dead_letter_queue_url: String,
    /// Colour → Stripe price id, as JSON.
    pub preorder_prices: String,
    /// The origin of the front end, to which readers are sent back.
    pub public_site_url: String,
    /// The storefront of this repository, which is the front end unless another is named.
    pub storefront: String,
    /// The addresses at which the stand-ins are told to fail, to be slow or to move their clocks, and schedules are run.
    pub controls: Controls,
    /// The folder of the functions' logs.
    pub logs: PathBuf,
}

/// The control interface of each stand-in, and of the schedules, without a slash at the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Controls {
    /// The address of the Stripe stand-in's controls.
    pub stripe: String,
    /// The address of the Klaviyo stand-in's controls.
    pub klaviyo: String,
    /// The address of the Firebase stand-in's controls.
    pub firebase: String,
    /// The schedules: `POST {schedules}/catch-up` invokes the webhook's function as its schedule does, `…/sweep` the sender.
    pub schedules: String,
}

impl Endpoints {
    /// Returns the addresses of the cloud that runs in this clone, or of the one that `PLEDGE_ENDPOINTS` names.
    ///
    /// # Errors
    /// [`Error::NotRunning`] if none runs.
    pub fn of_running() -> Result<Self, Error> {
        Self::read(&endpoints_file())
    }

    /// Returns the variables with which a function that runs outside of the emulator joins the cloud.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("STAGE", "local"),
            ("DATABASE_URL", &self.database_url),
            ("AWS_ENDPOINT_URL", &self.aws_endpoint_url),
            ("AWS_REGION", "us-east-1"),
            // The AWS CLI and the SDKs of other languages read this one.
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("STRIPE_API_BASE", &self.stripe_api_base),
            ("STRIPE_SECRET_KEY", &self.stripe_secret_key),
            ("STRIPE_WEBHOOK_SECRETS", &self.stripe_webhook_secret),
            ("KLAVIYO_API_BASE", &self.klaviyo_api_base),
            ("KLAVIYO_API_KEY", &self.klaviyo_api_key),
            ("KLAVIYO_QUEUE_URL", &self.klaviyo_queue_url),
            ("FIREBASE_AUTH_EMULATOR_HOST", &self.firebase_auth_emulator_host),
            ("FIREBASE_PROJECT_ID", &self.firebase_project_id),
            ("PREORDER_PRICES", &self.preorder_prices),
            ("PUBLIC_SITE_URL", &self.public_site_url),
        ]
    }

    /// Writes the variables beside the addresses: `env.json` for `sam local --env-vars` and `env` for `cargo lambda watch
    /// --env-file`.
    ///
    /// # Errors
    /// [`Error::Io`] if they can't be written.
    pub fn write_env_files(&self) -> Result<[PathBuf; 2], Error> {
        let endpoints = endpoints_file();
        env_files::write(self, endpoints.parent().unwrap_or(&endpoints))
    }

    /// Deploys what has been built since the last deployment.
    ///
    /// # Errors
    /// [`Error::NotBuilt`] or [`Error::Deployment`].
    pub async fn redeploy(&self) -> Result<(), Error> {
        deploy(&Options::default(), self).await.map(drop)
    }

    fn read(file: &Path) -> Result<Self, Error> {
        let json = fs::read(file).map_err(|_| Error::NotRunning(file.to_owned()))?;
        serde_json::from_slice(&json).map_err(|_| Error::NotRunning(file.to_owned()))
    }

    /// Replaces the file in one step, so that a reader sees all of it or nothing.
    pub(crate) fn write(&self, file: &Path) -> Result<(), Error> {
        let partial = file.with_extension("partial");
        let json = serde_json::to_vec_pretty(self).map_err(std::io::Error::from);
        json.and_then(|json| fs::write(&partial, json))
            .and_then(|()| fs::rename(&partial, file))
            .map_err(Error::io(format!("{} could not be written", file.display())))
    }
}

/// Returns the file with the addresses of the running cloud.
fn endpoints_file() -> PathBuf {
    environment::endpoints_file().unwrap_or_else(|| Options::default().endpoints_file())
}
