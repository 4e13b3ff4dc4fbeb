//! Holds one request while another is handled.

use std::{pin::pin, time::Duration};

use pledge_faults::{FailureMode, Fault};

use super::TestEnvironment;

/// The time after which the other request counts as waiting for the held one, even if it waits for no lock in the database.
const LOCKED_OUT: Duration = Duration::from_secs(5);

impl TestEnvironment {
    /// Holds the request `first` at its `step`, lets `between` happen, and lets `first` go on. If the locks of `first` keep
    /// `between` waiting, `first` goes on before `between` has ended. Returns whether `first` has such a step.
    pub async fn interleave(
        &self,
        step: usize,
        first: impl Future<Output = ()>,
        between: impl Future<Output = ()>,
    ) -> bool {
        self.injector.arm(&[Fault { step, mode: FailureMode::Held }]);
        let mut first = pin!(first);
        let held = tokio::select! {
            () = &mut first => false,
            () = self.injector.holding() => true,
        };
        if held {
            let second = async {
                let mut between = pin!(between);
                let through = tokio::select! {
                    () = &mut between => true,
                    _ = tokio::time::timeout(LOCKED_OUT, self.somebody_waits_for_a_lock()) => false,
                };
                self.injector.release();
                if !through {
                    between.await;
                }
            };
            tokio::join!(first, second);
        }
        _ = self.injector.disarm();
        held
    }

    /// Waits until a session of the database waits for what another one has locked.
    async fn somebody_waits_for_a_lock(&self) {
        const WAITING: &str =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while self.count(WAITING).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
