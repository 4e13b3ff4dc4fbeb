//! A fake of a queue.

use pledge_domain::{
    ids::OutboxId,
    ports::{PublishError, Publisher},
};

use crate::fakes::{on_purpose, script::Script};

/// A fake that records every message, or fails as often as it is told.
#[derive(Debug, Default)]
pub struct FakePublisher(Script<Vec<OutboxId>, PublishError>);

impl FakePublisher {
    /// Makes the next message fail.
    pub fn fail_next(&self) {
        self.0.put(PublishError(on_purpose()));
    }

    /// Returns every message so far, including those that failed.
    #[must_use]
    pub fn messages(&self) -> Vec<Vec<OutboxId>> {
        self.0.calls()
    }
}

impl Publisher for FakePublisher {
    async fn publish(&self, ids: &[OutboxId]) -> Result<(), PublishError> {
        self.0.called(ids.to_vec()).map_or(Ok(()), Err)
    }
}
