//! One request is held while another goes its way.

use std::{pin::pin, time::Duration};

use super::World;
use crate::plane::{Fault, Way};

/// After how long somebody counts as waiting for whoever is held, if not for a lock in the database.
const LOCKED_OUT: Duration = Duration::from_secs(5);

impl World {
    /// Holds the first request at its `step`, lets `between` happen, and lets the request go on; if the request's locks
    /// keep the others waiting, they wait for it. Returns whether the request has such a step.
    pub async fn interleave(
        &self,
        step: usize,
        first: impl Future<Output = ()>,
        between: impl Future<Output = ()>,
    ) -> bool {
        self.plane.arm(&[Fault { step, way: Way::Held }]);
        let mut first = pin!(first);
        let held = tokio::select! {
            () = &mut first => false,
            () = self.plane.holding() => true,
        };
        if held {
            let second = async {
                let mut between = pin!(between);
                let through = tokio::select! {
                    () = &mut between => true,
                    _ = tokio::time::timeout(LOCKED_OUT, self.somebody_waits_for_a_lock()) => false,
                };
                self.plane.release();
                if !through {
                    between.await;
                }
            };
            tokio::join!(first, second);
        }
        _ = self.plane.disarm();
        held
    }

    /// Resolves when a session waits for what another one has locked.
    async fn somebody_waits_for_a_lock(&self) {
        const WAITING: &str =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while self.count(WAITING).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
