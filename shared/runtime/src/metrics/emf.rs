//! A line of the CloudWatch Embedded Metric Format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use pledge_domain::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Metric, NAMESPACE};
use crate::stage::Stage;

/// The dimension that every metric has.
const STAGE: &str = "Stage";

/// One value of one metric, with its dimensions.
pub(super) struct Line<'a> {
    pub metric: Metric,
    pub value: i64,
    pub stage: Stage,
    pub dimensions: &'a [(&'static str, &'a str)],
    pub now: Timestamp,
}

impl Line<'_> {
    /// Returns the metric as one line of JSON that ends with a line feed.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = Vec::with_capacity(256);
        serde_json::to_writer(&mut line, self)?;
        line.push(b'\n');
        Ok(line)
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names: Vec<_> = [STAGE].into_iter().chain(self.dimensions.iter().map(|(name, _)| *name)).collect();
        // One set of dimensions for the sum over the stage and, with further dimensions, one for each part.
        let (sum, parts) = ([STAGE], names.as_slice());
        let sets: &[&[&str]] = if self.dimensions.is_empty() { &[&sum] } else { &[&sum, parts] };
        let directive = Directive {
            namespace: NAMESPACE,
            dimensions: sets,
            metrics: [Definition { name: self.metric.name(), unit: self.metric.unit().name() }],
        };
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("_aws", &Metadata { timestamp: milliseconds(self.now), directives: [directive] })?;
        line.serialize_entry(STAGE, self.stage.name())?;
        for (name, value) in self.dimensions {
            line.serialize_entry(name, value)?;
        }
        line.serialize_entry(self.metric.name(), &self.value)?;
        line.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: &'a [&'a [&'a str]],
    metrics: [Definition; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

/// Returns a time in milliseconds since the epoch.
fn milliseconds(time: Timestamp) -> i64 {
    time.unix_timestamp() * 1000 + i64::from(time.millisecond())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn at_epoch_plus_one() -> Timestamp {
        Timestamp::UNIX_EPOCH + time::Duration::milliseconds(1001)
    }

    fn parsed(metric: Metric, value: i64, stage: Stage, dimensions: &[(&'static str, &str)]) -> Value {
        let line = Line { metric, value, stage, dimensions, now: at_epoch_plus_one() }.to_bytes().unwrap();
        assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1), "one line: {line:?}");
        serde_json::from_slice(&line).unwrap()
    }

    #[test]
    fn a_metric_is_summed_by_stage_and_split_by_its_dimensions() {
        let line = parsed(Metric::WebhookEvents, 1, Stage::Dev, &[("Outcome", "applied\n")]);
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
        assert_eq!(line, expected);
    }

    #[test]
    fn an_age_is_in_seconds_and_needs_no_dimension() {
        let line = parsed(Metric::OutboxOldestAge, 90, Stage::Production, &[]);
        let metrics = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Dimensions"], json!([["Stage"]]));
        assert_eq!(metrics["Metrics"], json!([{ "Name": "OutboxOldestAge", "Unit": "Seconds" }]));
    }
}
