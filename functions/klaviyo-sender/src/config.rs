//! What this function is configured with.

use std::collections::BTreeMap;

use pledge_klaviyo::MetricNames;
use pledge_postgres::Settings;
use pledge_runtime::{ConfigError, Environment, Parser, Secret};

/// The configuration.
#[derive(Debug)]
pub struct Config {
    /// `DATABASE_URL`, a secret, and the variables beside it ([`Settings::configured`]).
    pub database: Settings,
    /// `KLAVIYO_API_KEY`, a secret.
    pub klaviyo_key: Secret,
    /// `KLAVIYO_API_BASE`, in the stage `local` only.
    pub klaviyo_base: String,
    /// `KLAVIYO_METRIC_NAMES`: what metrics are called in this Klaviyo account, as JSON, if not by their own names.
    pub metric_names: MetricNames,
    /// `KLAVIYO_QUEUE_URL`
    pub queue_url: String,
    /// `SWEEP_AFTER_SECONDS`: how long a row may wait before it is queued again; five minutes unless set.
    pub patience: time::Duration,
    /// `SEND_INTERVAL_MILLISECONDS`: how long after one event this sender sends the next; none unless set.
    pub interval: std::time::Duration,
}

impl Config {
    /// Takes the configuration out of the environment.
    ///
    /// # Errors
    /// Everything that is missing or wrong, each with its variable.
    pub fn parse(environment: &Environment) -> Result<Self, ConfigError> {
        let mut parser = Parser::new(environment);
        let database = Settings::configured(&mut parser);
        let klaviyo_key = parser.secret("KLAVIYO_API_KEY");
        let klaviyo_base = parser.optional_url("KLAVIYO_API_BASE");
        let metric_names = parser.optional("KLAVIYO_METRIC_NAMES", |text| {
            let names: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
            MetricNames::new(names).map_err(|error| error.to_string())
        });
        let queue_url = parser.url("KLAVIYO_QUEUE_URL");
        let patience = parser.optional("SWEEP_AFTER_SECONDS", |text| {
            text.parse::<u32>().map(|seconds| time::Duration::seconds(seconds.into())).map_err(|_| "set whole seconds")
        });
        let interval = parser.optional("SEND_INTERVAL_MILLISECONDS", |text| {
            text.parse().map(std::time::Duration::from_millis).map_err(|_| "set whole milliseconds")
        });
        parser.finish(|| {
            Some(Self {
                database: database?,
                klaviyo_key: klaviyo_key?,
                klaviyo_base: klaviyo_base?.unwrap_or_else(|| pledge_klaviyo::API_BASE.to_owned()),
                metric_names: metric_names?.unwrap_or_default(),
                queue_url: queue_url?,
                patience: patience?.unwrap_or(pledge_application::sweep_outbox::PATIENCE),
                interval: interval?.unwrap_or_default(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(extra: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = [
            ("STAGE", "local"),
            ("DATABASE_URL", "postgres://db/pledge"),
            ("KLAVIYO_API_KEY", "pk_1"),
            ("KLAVIYO_QUEUE_URL", "http://q"),
        ];
        Config::parse(&variables.iter().chain(extra).copied().collect())
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let config = parse(&[]).unwrap();
        assert_eq!(config.klaviyo_base, "https://a.klaviyo.com");
        assert_eq!(config.patience, time::Duration::minutes(5));
        assert!(config.interval.is_zero());
    }

    #[test]
    fn a_misspelt_metric_stops_the_function_by_name() {
        let error = parse(&[("KLAVIYO_METRIC_NAMES", r#"{"preorder_sucess":"x"}"#)]).unwrap_err();
        assert_eq!(error.problems()[0].name, "KLAVIYO_METRIC_NAMES");
    }
}
