//! The configuration of `initiate-preorder`.

use pledge_domain::{limits::PreorderLimits, preorder::Catalogue};
use pledge_firebase::{AccountSource, AppIssuer, Issuer};
use pledge_http_api::{app_check::AppCheck, config as edge, proxies::TrustedProxies};
use pledge_runtime::Parser;
use time::Duration;

/// The configuration: the variables of each adapter, and those of this function.
#[derive(Debug)]
pub struct Config {
    /// The settings with which the database is reached.
    pub database: pledge_postgres::Settings,
    /// The sender's queue.
    pub queue: pledge_queue::Config,
    /// The issuer of the ID tokens that are accepted.
    pub issuer: Issuer,
    /// The place where Firebase accounts are found and made.
    pub accounts: AccountSource,
    /// `PREORDER_PRICES`: colour → Stripe price id, as JSON.
    pub catalogue: Catalogue,
    /// The limits of preorders from one source, and with one address, in an hour.
    pub limits: PreorderLimits,
    /// Whether requests need a valid App Check token.
    pub app_check: AppCheck,
    /// The issuer of the App Check tokens that are accepted; without one, no token is valid.
    pub apps: Option<AppIssuer>,
    /// `RENEWAL_GRACE`: for how many hours access goes on while a renewal is about to be charged; 24 unless set.
    pub renewal_grace: Duration,
    /// The number of our own proxies before API Gateway. The caller's address is the one that the outermost proxy saw.
    pub proxies: TrustedProxies,
}

impl Config {
    /// Parses the variables. Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let database = pledge_postgres::Settings::configured(parser);
        let queue = pledge_queue::Config::parse(parser);
        let issuer = Issuer::parse(parser);
        let accounts = AccountSource::parse(parser);
        let catalogue = parser.json("PREORDER_PRICES");
        let (app_check, apps) = (edge::app_check(parser), AppIssuer::parse(parser));
        let renewal_grace = parser.renewal_grace();
        let (limits, proxies) = (edge::preorder_limits(parser), edge::trusted_proxies(parser));
        Some(Self {
            database: database?,
            queue: queue?,
            issuer: issuer?,
            accounts: accounts?,
            catalogue: catalogue?,
            limits: limits?,
            app_check: app_check?,
            apps: apps?,
            renewal_grace: renewal_grace?,
            proxies: proxies?,
        })
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::Environment;

    use super::*;

    #[test]
    fn every_missing_variable_is_named_at_once() {
        let error = Environment::from_iter([("STAGE", "prod")]).configure(Config::parse).unwrap_err().to_string();
        let needed =
            ["DATABASE_URL", "KLAVIYO_QUEUE_URL", "PREORDER_PRICES", "FIREBASE_PROJECT_ID", "FIREBASE_SERVICE_ACCOUNT"];
        for name in needed {
            assert!(error.contains(name), "{name} is not in {error}");
        }
    }
}
