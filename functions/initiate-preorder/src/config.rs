//! The configuration of `initiate-preorder`.

use pledge_domain::preorder::Catalogue;
use pledge_http_api::{
    app_check::AppCheck,
    config::{self as edge, IntakeConfig},
};
use pledge_runtime::Parser;
use time::Duration;

/// The configuration: the variables of each adapter, and those of this function.
#[derive(Debug)]
pub struct Config {
    /// The settings with which the database is reached.
    pub database: pledge_postgres::Settings,
    /// The sender's queue.
    pub queue: pledge_queue::Config,
    /// The issuer of the tokens that are accepted, and the place where Firebase accounts are found and made.
    pub firebase: pledge_firebase::Config,
    /// The settings with which the form is received.
    pub intake: IntakeConfig,
    /// `PREORDER_PRICES`: colour → Stripe price id, as JSON.
    pub catalogue: Catalogue,
    /// `RENEWAL_GRACE`: for how many hours access goes on while a renewal is about to be charged; 24 unless set.
    pub renewal_grace: Duration,
}

impl Config {
    /// Parses the variables. Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let database = pledge_postgres::Settings::configured(parser);
        let queue = pledge_queue::Config::parse(parser);
        let app_check = edge::app_check(parser);
        let firebase = pledge_firebase::Config::parse(parser, app_check.is_some_and(AppCheck::is_on));
        let intake = IntakeConfig::parse(parser, app_check);
        let catalogue = parser.catalogue();
        let renewal_grace = parser.renewal_grace();
        Some(Self {
            database: database?,
            queue: queue?,
            firebase: firebase?,
            intake: intake?,
            catalogue: catalogue?,
            renewal_grace: renewal_grace?,
        })
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::Environment;

    use super::*;

    #[test]
    fn every_missing_variable_is_named_at_once() {
        let variables = [("STAGE", "prod"), ("APP_CHECK", "required")];
        let error = Environment::from_iter(variables).configure(Config::parse).unwrap_err().to_string();
        for name in [
            "DATABASE_URL",
            "KLAVIYO_QUEUE_URL",
            "PREORDER_PRICES",
            "FIREBASE_PROJECT_ID",
            "FIREBASE_SERVICE_ACCOUNT",
            "FIREBASE_PROJECT_NUMBER",
        ] {
            assert!(error.contains(name), "{name} is not in {error}");
        }
    }
}
