//! Drives a running local cloud from outside, as the front end, Stripe's customers and an engineer would: over HTTP,
//! through the stand-ins' controls, and with queries in the database. The demo and the whole-system tests use it.

mod api;
mod database;
mod failure;
mod firebase;
mod klaviyo;
mod schedules;
mod stripe;

pub use api::{Answer, Api};
pub use database::Database;
pub use failure::Failure;
pub use firebase::{Firebase, SignedIn};
pub use klaviyo::{Klaviyo, KlaviyoEvent};
pub use schedules::Schedules;
pub use stripe::{Order, Stripe, intent_of};

use pledge_local::Endpoints;
use pledge_runtime::{http, tls};

/// Clients of all parts of a running cloud.
#[derive(Debug, Clone)]
pub struct Driver {
    /// The addresses of the cloud.
    pub endpoints: Endpoints,
    /// The API of the functions.
    pub api: Api,
    /// The Stripe stand-in.
    pub stripe: Stripe,
    /// The Klaviyo stand-in.
    pub klaviyo: Klaviyo,
    /// The Firebase stand-in.
    pub firebase: Firebase,
    /// The schedules of the functions.
    pub schedules: Schedules,
    /// The functions' database.
    pub database: Database,
}

impl Driver {
    /// Makes clients for the cloud at these addresses.
    ///
    /// # Errors
    /// If the HTTP client can't be built.
    pub fn new(endpoints: Endpoints) -> Result<Self, Failure> {
        let http = client()?;
        Ok(Self {
            api: Api::new(http.clone(), &endpoints.api),
            stripe: Stripe::new(http.clone(), &endpoints.controls.stripe),
            klaviyo: Klaviyo::new(http.clone(), &endpoints.controls.klaviyo),
            firebase: Firebase::new(http.clone(), &endpoints),
            schedules: Schedules::new(http, &endpoints.controls.schedules),
            database: Database::new(&endpoints.database_url),
            endpoints,
        })
    }
}

fn client() -> Result<reqwest::Client, Failure> {
    let tls = tls::client_config(tls::web_roots()).map_err(|error| Failure::Unexpected(error.to_string()))?;
    Ok(http::client(tls)?)
}
