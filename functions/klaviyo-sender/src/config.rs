//! The configuration of `klaviyo-sender`.

use pledge_application::sweep_outbox::PATIENCE;
use pledge_domain::{preorder::CheckoutPolicy, retention::Retention};
use pledge_runtime::Parser;
use url::Url;

/// The configuration: the variables of each adapter, and those of this function.
#[derive(Debug)]
pub struct Config {
    /// The settings with which the database is reached.
    pub database: pledge_postgres::Settings,
    /// The settings with which Klaviyo's API is called.
    pub klaviyo: pledge_klaviyo::Config,
    /// The sender's queue.
    pub queue: pledge_queue::Config,
    /// `RENEWAL_GRACE`: for how many hours access goes on while a renewal is about to be charged; 24 unless set.
    pub renewal_grace: time::Duration,
    /// `PUBLIC_SITE_URL`: the site to which links in announcements lead; announcements have no links unless it is set.
    pub site: Option<Url>,
    /// `CHECKOUT_POLICY`: names the page on which an unpaid preorder can be paid; the defaults of [`CheckoutPolicy`]
    /// unless set.
    pub policy: CheckoutPolicy,
    /// `SWEEP_AFTER_SECONDS`: the time that a row may wait before it is queued again; five minutes unless set.
    pub patience: time::Duration,
    /// `SEND_INTERVAL_MILLISECONDS`: the time from one announcement that this sender sends to its next; none
    /// unless set.
    pub interval: std::time::Duration,
    /// `UNPAID_PREORDER_DAYS`, `SENT_PAYLOAD_DAYS`, `PARKED_PAYLOAD_DAYS`, `STRIPE_EVENT_DAYS`: the days for which rows are
    /// kept that aren't needed any more; rows are kept for ever if a variable isn't set, or is 0.
    pub retention: Retention,
}

impl Config {
    /// Parses the variables. Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let database = pledge_postgres::Settings::configured(parser);
        let klaviyo = pledge_klaviyo::Config::parse(parser);
        let queue = pledge_queue::Config::parse(parser);
        let renewal_grace = parser.renewal_grace();
        let site = parser.optional_public_site();
        let policy = parser.checkout_policy();
        let patience = parser.optional("SWEEP_AFTER_SECONDS", |text| {
            text.parse::<u32>().map(|seconds| time::Duration::seconds(seconds.into())).map_err(|_| "set whole seconds")
        });
        let interval = parser.optional("SEND_INTERVAL_MILLISECONDS", |text| {
            text.parse().map(std::time::Duration::from_millis).map_err(|_| "set whole milliseconds")
        });
        let unpaid_preorders = days(parser, "UNPAID_PREORDER_DAYS", Retention::LEAST_UNPAID);
        let sent_payloads = days(parser, "SENT_PAYLOAD_DAYS", Retention::LEAST);
        let parked_payloads = days(parser, "PARKED_PAYLOAD_DAYS", Retention::LEAST);
        let events = days(parser, "STRIPE_EVENT_DAYS", Retention::LEAST);
        Some(Self {
            database: database?,
            klaviyo: klaviyo?,
            queue: queue?,
            renewal_grace: renewal_grace?,
            site: site?,
            policy: policy?,
            patience: patience?.unwrap_or(PATIENCE),
            interval: interval?.unwrap_or_default(),
            retention: Retention {
                unpaid_preorders: unpaid_preorders?,
                sent_payloads: sent_payloads?,
                parked_payloads: parked_payloads?,
                events: events?,
            },
        })
    }
}

/// Parses a number of days. 0, or no variable, means for ever (`Some(None)`); fewer days than `least` are a problem.
fn days(parser: &mut Parser<'_>, name: &'static str, least: time::Duration) -> Option<Option<time::Duration>> {
    let days = parser.optional(name, |text| match text.parse().map(time::Duration::days) {
        Ok(days) if days.is_zero() => Ok(None),
        Ok(days) if days >= least => Ok(Some(days)),
        _ => Err(format!("set 0, or whole days from {} on", least.whole_days())),
    });
    Some(days?.flatten())
}

#[cfg(test)]
mod tests {
    use pledge_runtime::{ConfigError, Environment};

    use super::*;

    fn parse(extra: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = [
            ("STAGE", "local"),
            ("DATABASE_URL", "postgres://db/pledge"),
            ("KLAVIYO_API_KEY", "pk_1"),
            ("KLAVIYO_QUEUE_URL", "http://q"),
        ];
        variables.iter().chain(extra).copied().collect::<Environment>().configure(Config::parse)
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let config = parse(&[]).unwrap();
        assert_eq!(config.klaviyo.base, "https://a.klaviyo.com");
        assert_eq!(config.patience, time::Duration::minutes(5));
        assert!(config.interval.is_zero());
    }

    #[test]
    fn what_is_cleared_out_is_kept_for_thirty_days_at_least() {
        let config = parse(&[("SENT_PAYLOAD_DAYS", "90"), ("STRIPE_EVENT_DAYS", "0")]).unwrap();
        assert_eq!(config.retention.sent_payloads, Some(time::Duration::days(90)));
        assert_eq!((config.retention.events, config.retention.unpaid_preorders), (None, None));
        let config = parse(&[("SENT_PAYLOAD_DAYS", "30")]).unwrap();
        assert_eq!(config.retention.sent_payloads, Some(Retention::LEAST));
        let error = parse(&[("SENT_PAYLOAD_DAYS", "29")]).unwrap_err();
        assert_eq!(error.problems()[0].name, "SENT_PAYLOAD_DAYS");
        assert_eq!(error.problems()[0].remedy, "set 0, or whole days from 30 on");
    }

    #[test]
    fn an_unpaid_preorder_is_kept_for_thirty_one_days_at_least() {
        let config = parse(&[("UNPAID_PREORDER_DAYS", "31")]).unwrap();
        assert_eq!(config.retention.unpaid_preorders, Some(Retention::LEAST_UNPAID));
        let error = parse(&[("UNPAID_PREORDER_DAYS", "30")]).unwrap_err();
        assert_eq!(error.problems()[0].name, "UNPAID_PREORDER_DAYS");
        assert_eq!(error.problems()[0].remedy, "set 0, or whole days from 31 on");
    }

    #[test]
    fn a_misspelt_metric_stops_the_function_by_name() {
        let error = parse(&[("KLAVIYO_METRIC_NAMES", r#"{"preorder_sucess":"x"}"#)]).unwrap_err();
        assert_eq!(error.problems()[0].name, "KLAVIYO_METRIC_NAMES");
    }
}
