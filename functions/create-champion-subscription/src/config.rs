//! The configuration of `create-champion-subscription`.

use pledge_domain::limits::AttemptLimits;
use pledge_http_api::{app_check::AppCheck, config as edge};
use pledge_runtime::Parser;
use time::Duration;
use url::Url;

/// The configuration: the variables of each adapter.
#[derive(Debug)]
pub struct Config {
    /// The settings with which the database is reached.
    pub database: pledge_postgres::Settings,
    /// The settings with which Stripe's API is called.
    pub stripe: pledge_stripe_api::Config,
    /// The issuer of the tokens that are accepted, and the place where Firebase accounts are looked up before a payment,
    /// since a disabled account may not pay.
    pub firebase: pledge_firebase::Config,
    /// `RENEWAL_GRACE`: for how many hours access goes on while a renewal is about to be charged; 24 unless set.
    pub renewal_grace: Duration,
    /// `PUBLIC_SITE_URL`: the site to which the billing portal sends readers back.
    pub site: Url,
    /// The limits of attempts to pay of a reader, and with a card, in an hour.
    pub limits: AttemptLimits,
    /// Whether requests to pay need a valid App Check token.
    pub app_check: AppCheck,
    /// `PAYMENTS_NEED_PROVEN_ADDRESS`: whether readers need a verified e-mail address to pay; `false` unless set.
    pub needs_proven_address: bool,
}

impl Config {
    /// Parses the variables. Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let database = pledge_postgres::Settings::configured(parser);
        let stripe = pledge_stripe_api::Config::parse(parser);
        let app_check = edge::app_check(parser);
        let firebase = pledge_firebase::Config::parse(parser, app_check.is_some_and(AppCheck::is_on));
        let renewal_grace = parser.renewal_grace();
        let site = parser.public_site();
        let limits = edge::attempt_limits(parser);
        let needs_proven_address = edge::payments_need_proven_address(parser);
        Some(Self {
            database: database?,
            stripe: stripe?,
            firebase: firebase?,
            renewal_grace: renewal_grace?,
            site: site?,
            limits: limits?,
            app_check: app_check?,
            needs_proven_address: needs_proven_address?,
        })
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::Environment;

    use super::*;

    #[test]
    fn everything_that_is_missing_or_wrong_is_named() {
        let variables = [
            ("STAGE", "prod"),
            ("STRIPE_SECRET_KEY", "sk_test_1"),
            ("STRIPE_API_BASE", "http://[::1]:1"),
            ("APP_CHECK", "required"),
        ];
        let error = Environment::from_iter(variables).configure(Config::parse).unwrap_err().to_string();
        for name in [
            "DATABASE_URL",
            "STRIPE_SECRET_KEY",
            "STRIPE_API_BASE",
            "FIREBASE_PROJECT_ID",
            "FIREBASE_PROJECT_NUMBER",
            "PUBLIC_SITE_URL",
        ] {
            assert!(error.contains(name), "{name} is not in {error}");
        }
    }
}
