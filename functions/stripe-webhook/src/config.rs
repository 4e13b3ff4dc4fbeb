//! What this function is configured with.

use pledge_postgres::Settings;
use pledge_runtime::{ConfigError, Environment, Parser};
use pledge_stripe_events::Secrets;

/// The configuration.
#[derive(Debug)]
pub struct Config {
    /// `DATABASE_URL`, a secret, and the variables beside it ([`Settings::configured`]).
    pub database: Settings,
    /// `STRIPE_WEBHOOK_SECRETS`, a secret: the endpoint's signing secrets, separated by commas.
    pub signing_secrets: Secrets,
    /// `KLAVIYO_QUEUE_URL`
    pub queue_url: String,
    /// `STRIPE_API_VERSION`: the version that the endpoint was registered with, if another than ours.
    pub api_version: String,
}

/// The version that `ops webhook register` pins, and that async-stripe was generated for.
const API_VERSION: &str = "2026-09-30.endive";

impl Config {
    /// Takes the configuration out of the environment.
    ///
    /// # Errors
    /// Everything that is missing or wrong, each with its variable.
    pub fn parse(environment: &Environment) -> Result<Self, ConfigError> {
        let mut parser = Parser::new(environment);
        let database = Settings::configured(&mut parser);
        let signing_secrets = parser.parse_secret("STRIPE_WEBHOOK_SECRETS", |list| {
            Secrets::parse(list).map_err(|_| "set the endpoint's signing secrets (whsec_…), separated by commas")
        });
        let queue_url = parser.url("KLAVIYO_QUEUE_URL");
        let api_version = parser.optional_text("STRIPE_API_VERSION").unwrap_or_else(|| API_VERSION.to_owned());
        parser.finish(|| {
            Some(Self { database: database?, signing_secrets: signing_secrets?, queue_url: queue_url?, api_version })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_signing_secret_stops_the_function_by_name() {
        for secrets in ["", " ", ",", "whsec_1,"] {
            let variables = [
                ("STAGE", "local"),
                ("DATABASE_URL", "postgres://db/pledge"),
                ("KLAVIYO_QUEUE_URL", "http://q"),
                ("STRIPE_WEBHOOK_SECRETS", secrets),
            ];
            let error = Config::parse(&Environment::from_iter(variables)).unwrap_err();
            let names: Vec<_> = error.problems().iter().map(|problem| problem.name.as_str()).collect();
            assert_eq!(names, ["STRIPE_WEBHOOK_SECRETS"], "{secrets:?}");
        }
    }
}
