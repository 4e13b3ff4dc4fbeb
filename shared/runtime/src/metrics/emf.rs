//! The wire format.

use pledge_domain::Timestamp;
use serde_json::{Map, Value, json};

use super::{Metric, NAMESPACE};
use crate::stage::Stage;

/// The dimension that every metric has.
const STAGE: &str = "Stage";

/// One value of one metric as a line, with its end.
pub(super) fn line(
    metric: Metric,
    value: i64,
    stage: Stage,
    dimensions: &[(&'static str, &str)],
    now: Timestamp,
) -> String {
    let mut sets = vec![vec![STAGE]];
    if !dimensions.is_empty() {
        sets.push([STAGE].into_iter().chain(dimensions.iter().map(|(name, _)| *name)).collect());
    }
    let mut fields: Map<String, Value> =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
    fields.insert(STAGE.to_owned(), stage.name().into());
    fields.insert(metric.name().to_owned(), value.into());
    fields.insert(
        "_aws".to_owned(),
        json!({
            // Milliseconds since the epoch.
            "Timestamp": now.unix_timestamp() * 1000 + i64::from(now.millisecond()),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": sets,
                "Metrics": [{ "Name": metric.name(), "Unit": metric.unit().name() }],
            }],
        }),
    );
    format!("{}\n", Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_epoch_plus_one() -> Timestamp {
        Timestamp::UNIX_EPOCH + time::Duration::milliseconds(1001)
    }

    fn parsed(line: &str) -> Value {
        assert_eq!(line.find('\n'), Some(line.len() - 1), "one line: {line:?}");
        serde_json::from_str(line).unwrap()
    }

    #[test]
    fn a_metric_is_summed_by_stage_and_split_by_its_dimensions() {
        let line = line(Metric::WebhookEvents, 1, Stage::Dev, &[("Outcome", "applied\n")], at_epoch_plus_one());
        let expected = json!({
            "_aws": {
                "Timestamp": 1001,
                "CloudWatchMetrics": [{
                    "Namespace": "Pledge",
                    "Dimensions": [["Stage"], ["Stage", "Outcome"]],
                    "Metrics": [{ "Name": "WebhookEvents", "Unit": "Count" }],
                }],
            },
            "Stage": "dev",
            "Outcome": "applied\n",
            "WebhookEvents": 1,
        });
        assert_eq!(parsed(&line), expected);
    }

    #[test]
    fn an_age_is_in_seconds_and_needs_no_dimension() {
        let line = line(Metric::OutboxOldestAge, 90, Stage::Production, &[], at_epoch_plus_one());
        let metrics = &parsed(&line)["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Dimensions"], json!([["Stage"]]));
        assert_eq!(metrics["Metrics"], json!([{ "Name": "OutboxOldestAge", "Unit": "Seconds" }]));
    }
}
