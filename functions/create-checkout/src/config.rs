//! What this function is configured with.

use pledge_domain::preorder::Catalogue;
use pledge_firebase::{AccountSource, Issuer};
use pledge_postgres::Settings;
use pledge_runtime::{ConfigError, Environment, Parser, Secret};
use url::Url;

/// The configuration.
#[derive(Debug)]
pub struct Config {
    /// `DATABASE_URL`, a secret, and the variables beside it ([`Settings::configured`]).
    pub database: Settings,
    /// `STRIPE_SECRET_KEY`, a secret of this stage's mode.
    pub stripe_key: Secret,
    /// `STRIPE_API_BASE`, in the stage `local` only.
    pub stripe_base: String,
    /// `KLAVIYO_QUEUE_URL`
    pub queue_url: String,
    /// `PREORDER_PRICES`: colour → Stripe price id, as JSON.
    pub catalogue: Catalogue,
    /// `PUBLIC_SITE_URL`: where Stripe sends the customer back to.
    pub site: Url,
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
        let stripe_key = parser.stripe_key("STRIPE_SECRET_KEY");
        let stripe_base = parser.optional_url("STRIPE_API_BASE");
        let queue_url = parser.url("KLAVIYO_QUEUE_URL");
        let catalogue = parser.json("PREORDER_PRICES");
        let site = parser.parse("PUBLIC_SITE_URL", Url::parse);
        let issuer = Issuer::parse(&mut parser);
        let accounts = AccountSource::parse(&mut parser);
        parser.finish(|| {
            Some(Self {
                database: database?,
                stripe_key: stripe_key?,
                stripe_base: stripe_base?.unwrap_or_else(|| pledge_stripe_api::API_BASE.to_owned()),
                queue_url: queue_url?,
                catalogue: catalogue?,
                site: site?,
                issuer: issuer?,
                accounts: accounts?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::secrets::read_all;
    use pledge_testkit::FakeVault;

    use super::*;

    #[test]
    fn production_refuses_a_test_key_and_an_emulator() {
        let variables = [
            ("STAGE", "prod"),
            ("STRIPE_SECRET_KEY", "sk_test_1"),
            ("STRIPE_API_BASE", "http://127.0.0.1:1"),
            ("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:2"),
        ];
        let error = Config::parse(&Environment::from_iter(variables)).unwrap_err().to_string();
        for name in ["STRIPE_SECRET_KEY", "STRIPE_API_BASE", "FIREBASE_AUTH_EMULATOR_HOST", "PUBLIC_SITE_URL"] {
            assert!(error.contains(name), "{name} is not in {error}");
        }
    }

    #[tokio::test]
    async fn a_key_of_the_other_mode_stops_the_function() {
        for (stage, key, remedy) in [
            ("prod", "sk_test_1", "STRIPE_SECRET_KEY: production needs a live key"),
            ("staging", "rk_live_1", "STRIPE_SECRET_KEY: a live key is for production only"),
        ] {
            let mut environment =
                Environment::from_iter([("STAGE", stage), ("STRIPE_SECRET_KEY_SECRET_ARN", "arn:key")]);
            read_all(&mut environment, &FakeVault::new([("arn:key", key)])).await;
            let error = Config::parse(&environment).unwrap_err().to_string();
            assert!(error.contains(remedy), "{stage}: {error}");
        }
    }
}
