//! What this function is configured with.

use pledge_domain::preorder::Catalogue;
use pledge_firebase::{AccountSource, Issuer};
use pledge_postgres::Settings;
use pledge_runtime::{ConfigError, Environment, Parser};

/// The configuration.
#[derive(Debug)]
pub struct Config {
    /// `DATABASE_URL`, a secret, and the variables beside it ([`Settings::configured`]).
    pub database: Settings,
    /// `KLAVIYO_QUEUE_URL`
    pub queue_url: String,
    /// `PREORDER_PRICES`: colour → Stripe price id, as JSON.
    pub catalogue: Catalogue,
    /// `FIREBASE_PROJECT_ID`: whose ID tokens are accepted.
    pub issuer: Issuer,
    /// `FIREBASE_SERVICE_ACCOUNT`, a secret, or `FIREBASE_AUTH_EMULATOR_HOST`: where accounts are.
    pub accounts: AccountSource,
}

impl Config {
    /// Takes the configuration out of the environment.
    ///
    /// # Errors
    /// Everything that is missing or wrong, each with its variable.
    pub fn parse(environment: &Environment) -> Result<Self, ConfigError> {
        let mut parser = Parser::new(environment);
        let database = Settings::configured(&mut parser);
        let queue_url = parser.url("KLAVIYO_QUEUE_URL");
        let catalogue = parser.json("PREORDER_PRICES");
        let issuer = Issuer::parse(&mut parser);
        let accounts = AccountSource::parse(&mut parser);
        parser.finish(|| {
            Some(Self {
                database: database?,
                queue_url: queue_url?,
                catalogue: catalogue?,
                issuer: issuer?,
                accounts: accounts?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_variable_is_named_at_once() {
        let error = Config::parse(&Environment::from_iter([("STAGE", "prod")])).unwrap_err().to_string();
        let needed =
            ["DATABASE_URL", "KLAVIYO_QUEUE_URL", "PREORDER_PRICES", "FIREBASE_PROJECT_ID", "FIREBASE_SERVICE_ACCOUNT"];
        for name in needed {
            assert!(error.contains(name), "{name} is not in {error}");
        }
    }
}
