//! Metrics as CloudWatch Embedded Metric Format lines on standard output.
//!
//! CloudWatch extracts them from the log, so a metric needs no call and no agent, and delays no request
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

mod emf;
mod names;

use std::{
    fmt,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use pledge_domain::ports::Clock;

pub use names::{Metric, Unit};

use crate::{stage::Stage, system::System};

/// The CloudWatch namespace of all metrics.
pub const NAMESPACE: &str = "Pledge";

/// The writer of metrics, one line each. Every metric has the dimension `Stage`. Dimensions that a call adds give further
/// metrics beside the sum, so that an alarm can watch the sum and a dashboard its parts. Clones write to the same place.
#[derive(Clone)]
pub struct Metrics {
    stage: Stage,
    clock: Arc<dyn Clock>,
    writer: Arc<Mutex<dyn Write + Send>>,
}

impl Metrics {
    /// Makes a writer to standard output, from which Lambda takes its log.
    #[must_use]
    pub fn to_stdout(stage: Stage) -> Self {
        Self::new(stage, System, io::stdout())
    }

    /// Makes a writer to any place, for tests.
    #[must_use]
    pub fn new(stage: Stage, clock: impl Clock + 'static, writer: impl Write + Send + 'static) -> Self {
        Self { stage, clock: Arc::new(clock), writer: Arc::new(Mutex::new(writer)) }
    }

    /// Records the value 1.
    pub fn count(&self, metric: Metric, dimensions: &[(&'static str, &str)]) {
        self.record(metric, 1, dimensions);
    }

    /// Records a value in the metric's unit.
    pub fn record(&self, metric: Metric, value: i64, dimensions: &[(&'static str, &str)]) {
        let line = emf::Line { metric, value, stage: self.stage, dimensions, now: self.clock.now() };
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // A metric that can't be written must not fail the request that it counts.
        let _ = line
            .to_bytes()
            .map_err(io::Error::from)
            .and_then(|line| writer.write_all(&line))
            .and_then(|()| writer.flush());
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("stage", &self.stage).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use pledge_testkit::Log;

    use super::*;

    #[test]
    fn every_value_is_a_line_of_its_own() {
        let log = Log::default();
        let metrics = Metrics::new(Stage::Local, System, log.clone());
        metrics.count(Metric::KlaviyoSent, &[]);
        metrics.record(Metric::OutboxWaiting, 7, &[]);

        let lines = log.lines();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["KlaviyoSent"], 1);
        assert_eq!(lines[1]["OutboxWaiting"], 7);
    }
}
