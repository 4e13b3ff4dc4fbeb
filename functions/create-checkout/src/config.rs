//! The configuration of `create-checkout`.

use pledge_domain::preorder::{Catalogue, CheckoutPolicy};
use pledge_http_api::{
    app_check::AppCheck,
    config::{self as edge, IntakeConfig},
};
use pledge_runtime::Parser;
use url::Url;

/// The configuration: the variables of each adapter, and those of this function.
#[derive(Debug)]
pub struct Config {
    /// The settings with which the database is reached.
    pub database: pledge_postgres::Settings,
    /// The settings with which Stripe's API is called.
    pub stripe: pledge_stripe_api::Config,
    /// The sender's queue.
    pub queue: pledge_queue::Config,
    /// The issuer of the tokens that are accepted, and the place where Firebase accounts are found and made.
    pub firebase: pledge_firebase::Config,
    /// The settings with which the form is received.
    pub intake: IntakeConfig,
    /// `PREORDER_PRICES`: colour → Stripe price id, as JSON.
    pub catalogue: Catalogue,
    /// `CHECKOUT_POLICY`: the shop's decisions about its checkout, as JSON; the defaults of [`CheckoutPolicy`] unless set.
    pub policy: CheckoutPolicy,
    /// `PUBLIC_SITE_URL`: the site to which Stripe sends the customer back.
    pub site: Url,
}

impl Config {
    /// Parses the variables. Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let database = pledge_postgres::Settings::configured(parser);
        let stripe = pledge_stripe_api::Config::parse(parser);
        let queue = pledge_queue::Config::parse(parser);
        let app_check = edge::app_check(parser);
        let firebase = pledge_firebase::Config::parse(parser, app_check.is_some_and(AppCheck::is_on));
        let intake = IntakeConfig::parse(parser, app_check);
        let catalogue = parser.catalogue();
        let policy = parser.checkout_policy();
        let site = parser.public_site();
        let (catalogue, policy) = (catalogue?, policy?);
        if let Some(unknown) = policy.sold_out.iter().find(|color| catalogue.find(color).is_none()) {
            parser.problem("CHECKOUT_POLICY", format!("{unknown:?} in soldOut is no colour of PREORDER_PRICES"));
        }
        Some(Self {
            database: database?,
            stripe: stripe?,
            queue: queue?,
            firebase: firebase?,
            intake: intake?,
            catalogue,
            policy,
            site: site?,
        })
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::Environment;

    use super::*;

    #[test]
    fn production_refuses_a_test_key_and_an_emulator() {
        let variables = [
            ("STAGE", "prod"),
            ("STRIPE_SECRET_KEY", "sk_test_1"),
            ("STRIPE_API_BASE", "http://127.0.0.1:1"),
            ("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:2"),
        ];
        let error = Environment::from_iter(variables).configure(Config::parse).unwrap_err().to_string();
        for name in ["STRIPE_SECRET_KEY", "STRIPE_API_BASE", "FIREBASE_AUTH_EMULATOR_HOST", "PUBLIC_SITE_URL"] {
            assert!(error.contains(name), "{name} is not in {error}");
        }
    }

    #[test]
    fn a_policy_that_is_wrong_or_about_unknown_colours_is_named() {
        let prices = ("PREORDER_PRICES", r#"{"Red":"price_1"}"#);
        for policy in ["{", "[]", r#"{"soldOut":["Rde"]}"#, r#"{"countries":["Germany"]}"#] {
            let variables = [("STAGE", "local"), prices, ("CHECKOUT_POLICY", policy)];
            let error = Environment::from_iter(variables).configure(Config::parse).unwrap_err().to_string();
            assert!(error.contains("CHECKOUT_POLICY: "), "{error}");
        }
    }

    #[test]
    fn app_check_needs_the_projects_number() {
        let variables = [("STAGE", "prod"), ("APP_CHECK", "monitored")];
        let error = Environment::from_iter(variables).configure(Config::parse).unwrap_err().to_string();
        assert!(error.contains("FIREBASE_PROJECT_NUMBER: set it"), "{error}");
    }
}
