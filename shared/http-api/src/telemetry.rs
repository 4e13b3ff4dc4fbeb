//! What the functions behind the API count alike.

use pledge_domain::{error_chain::ErrorChain, ports::PublishError};
use pledge_runtime::{Metric, Metrics};

/// Notes a queue that didn't take a message. The request succeeds all the same: the sweep finds the row.
pub fn published(metrics: &Metrics, result: &Result<(), PublishError>) {
    if let Err(error) = result {
        metrics.count(Metric::PublishFailures, &[]);
        tracing::warn!(error = %ErrorChain(error), "the queue did not take an event; the sweep will send it");
    }
}
