//! The environment variables of this adapter: the signing secrets and the API version of the webhook endpoint at Stripe.

use pledge_runtime::{Parser, secrets::Rotating};

use crate::signature::Secrets;

/// The version that `ops webhook register` pins, and that async-stripe was generated for.
pub const API_VERSION: &str = "2026-09-30.endive";

/// A webhook endpoint as it is registered at Stripe.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// `STRIPE_WEBHOOK_SECRETS`, a secret: the endpoint's signing secrets, separated by commas; there are two or more
    /// while one is rotated. They are read again when no secret matches a signature.
    pub secrets: Rotating<Secrets>,
    /// `STRIPE_API_VERSION`: the API version of the endpoint's events, [`API_VERSION`] unless set. Events of other
    /// versions are decoded too, but they are reported to an operator.
    pub api_version: String,
}

impl Endpoint {
    /// Parses the variables. Returns none if one has a problem, which `parser` keeps.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let secrets = parser.rotating_secret("STRIPE_WEBHOOK_SECRETS", |list| {
            Secrets::parse(list).map_err(|_| "set the endpoint's signing secrets (whsec_…), separated by commas")
        });
        let api_version = parser.optional_text("STRIPE_API_VERSION").unwrap_or_else(|| API_VERSION.to_owned());
        Some(Self { secrets: secrets?, api_version })
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::Environment;

    use super::*;

    #[test]
    fn an_empty_signing_secret_is_named() {
        for secrets in ["", " ", ",", "whsec_1,"] {
            let environment = Environment::from_iter([("STAGE", "local"), ("STRIPE_WEBHOOK_SECRETS", secrets)]);
            let error = environment.configure(Endpoint::parse).unwrap_err();
            assert_eq!(error.problems()[0].name, "STRIPE_WEBHOOK_SECRETS", "{secrets:?}");
        }
    }

    #[test]
    fn the_version_is_ours_unless_another_is_set() {
        let variables = [("STAGE", "local"), ("STRIPE_WEBHOOK_SECRETS", "whsec_1,whsec_2")];
        let endpoint = Environment::from_iter(variables).configure(Endpoint::parse).unwrap();
        assert_eq!(endpoint.api_version, API_VERSION);
        let older = variables.into_iter().chain([("STRIPE_API_VERSION", "2024-06-20")]);
        let endpoint = Environment::from_iter(older).configure(Endpoint::parse).unwrap();
        assert_eq!(endpoint.api_version, "2024-06-20");
    }
}
