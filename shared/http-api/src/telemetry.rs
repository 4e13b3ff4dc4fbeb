//! Measurements that the functions behind the API share.

use pledge_domain::{error_chain::ErrorChain, ports::PublishError};
use pledge_runtime::{Metric, Metrics};

/// Counts and logs a failure to queue announcements. The request succeeds all the same, since the sweep finds the rows.
pub fn published(metrics: &Metrics, result: &Result<(), PublishError>) {
    if let Err(error) = result {
        metrics.count(Metric::PublishFailures, &[]);
        tracing::warn!(error = %ErrorChain(error), "the queue did not take announcements; the sweep will queue them");
    }
}
