//! The configuration of `stripe-webhook`.

use pledge_runtime::Parser;

/// The configuration: the variables of each adapter.
#[derive(Debug)]
pub struct Config {
    /// The settings with which the database is reached.
    pub database: pledge_postgres::Settings,
    /// The signing secrets and the API version with which the webhook endpoint is registered at Stripe.
    pub endpoint: pledge_stripe_events::Endpoint,
    /// The settings with which Stripe's events are listed; none if the catch-up is off.
    pub events: Option<pledge_stripe_http::EventsConfig>,
    /// The sender's queue.
    pub queue: pledge_queue::Config,
    /// `RENEWAL_GRACE`: for how many hours access goes on while a renewal is about to be charged; 24 unless set.
    pub renewal_grace: time::Duration,
}

impl Config {
    /// Parses the variables. Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let database = pledge_postgres::Settings::configured(parser);
        let endpoint = pledge_stripe_events::Endpoint::parse(parser);
        let events = pledge_stripe_http::EventsConfig::parse(parser);
        let queue = pledge_queue::Config::parse(parser);
        let renewal_grace = parser.renewal_grace();
        Some(Self {
            database: database?,
            endpoint: endpoint?,
            events: events?,
            queue: queue?,
            renewal_grace: renewal_grace?,
        })
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::Environment;

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
            let error = Environment::from_iter(variables).configure(Config::parse).unwrap_err();
            let names: Vec<_> = error.problems().iter().map(|problem| problem.name.as_str()).collect();
            assert_eq!(names, ["STRIPE_WEBHOOK_SECRETS"], "{secrets:?}");
        }
    }
}
