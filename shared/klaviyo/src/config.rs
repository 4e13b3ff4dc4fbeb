//! The variables of this adapter: the address and key of Klaviyo's API, the names of its metrics, and the marketing list.

use std::collections::BTreeMap;

use pledge_runtime::{Parser, Secret};

use crate::{metric_names::MetricNames, subscription::List};

/// The address of Klaviyo's API.
pub const API_BASE: &str = "https://a.klaviyo.com";

/// The configuration of Klaviyo's API.
#[derive(Debug, Clone)]
pub struct Config {
    /// `KLAVIYO_API_BASE`, for the stage `local` only: a stand-in's address. [`API_BASE`] unless set.
    pub base: String,
    /// `KLAVIYO_API_KEY`, a secret.
    pub key: Secret,
    /// `KLAVIYO_METRIC_NAMES`: the names of metrics in this Klaviyo account, as JSON by our names; our names unless set.
    pub metric_names: MetricNames,
    /// `KLAVIYO_LIST_ID`: the list to which people who agree to marketing are subscribed; unless set, consents are sent
    /// as events only. `KLAVIYO_LIST_DOUBLE_OPT_IN`: whether the list asks people to confirm, `true` or `false`;
    /// `false` unless set.
    pub list: Option<List>,
}

impl Config {
    /// Parses the variables. Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let base = parser.emulator_url("KLAVIYO_API_BASE");
        let key = parser.secret("KLAVIYO_API_KEY");
        let metric_names = parser.optional("KLAVIYO_METRIC_NAMES", |text| {
            let names: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
            MetricNames::new(names).map_err(|error| error.to_string())
        });
        let list = parser.optional("KLAVIYO_LIST_ID", list_id);
        let double_opt_in =
            parser.optional("KLAVIYO_LIST_DOUBLE_OPT_IN", |text| text.parse::<bool>().map_err(|_| "set true or false"));
        let (list, double_opt_in) = (list?, double_opt_in?.unwrap_or_default());
        Some(Self {
            base: base?.unwrap_or_else(|| API_BASE.to_owned()),
            key: key?,
            metric_names: metric_names?.unwrap_or_default(),
            list: list.map(|id| List { id, double_opt_in }),
        })
    }
}

fn list_id(text: &str) -> Result<String, &'static str> {
    let is_id = !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { Ok(text.to_owned()) } else { Err("set the list's id, such as Y6nRLr") }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::{ConfigError, Environment};

    use super::*;

    fn parse(stage: &str, extra: (&str, &str)) -> Result<Config, ConfigError> {
        Environment::from_iter([("STAGE", stage), ("KLAVIYO_API_KEY", "pk_1"), extra]).configure(Config::parse)
    }

    #[test]
    fn events_go_to_klaviyo_itself_unless_a_local_stand_in_is_set() {
        assert_eq!(parse("local", ("OTHER", "x")).unwrap().base, "https://a.klaviyo.com");
        assert_eq!(parse("local", ("KLAVIYO_API_BASE", "http://127.0.0.1:1")).unwrap().base, "http://127.0.0.1:1");
        let error = parse("prod", ("KLAVIYO_API_BASE", "http://127.0.0.1:1")).unwrap_err();
        assert_eq!(error.problems()[0].name, "KLAVIYO_API_BASE");
    }

    #[test]
    fn a_misspelt_metric_is_named() {
        let error = parse("local", ("KLAVIYO_METRIC_NAMES", r#"{"preorder_sucess":"x"}"#)).unwrap_err();
        assert_eq!(error.problems()[0].name, "KLAVIYO_METRIC_NAMES");
    }

    #[test]
    fn a_list_is_single_opt_in_unless_it_is_said_to_be_double() {
        let list = |variables: &[(&'static str, &'static str)]| {
            let stage = [("STAGE", "local"), ("KLAVIYO_API_KEY", "pk_1")];
            let variables = stage.iter().chain(variables).copied().collect::<Environment>();
            variables.configure(Config::parse).map(|config| config.list)
        };
        let id = ("KLAVIYO_LIST_ID", "Y6nRLr");
        let list_of = |double_opt_in| Some(List { id: "Y6nRLr".to_owned(), double_opt_in });
        assert_eq!(list(&[]).unwrap(), None);
        assert_eq!(list(&[id]).unwrap(), list_of(false));
        assert_eq!(list(&[id, ("KLAVIYO_LIST_DOUBLE_OPT_IN", "true")]).unwrap(), list_of(true));
        assert_eq!(list(&[id, ("KLAVIYO_LIST_DOUBLE_OPT_IN", "yes")]).unwrap_err().problems().len(), 1);
        assert_eq!(list(&[("KLAVIYO_LIST_ID", "my list")]).unwrap_err().problems()[0].name, "KLAVIYO_LIST_ID");
    }
}
