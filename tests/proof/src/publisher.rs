//! The functions' way into the queue, on which a step can fail as on the others.

use pledge_domain::{
    ids::OutboxId,
    ports::{PublishError, Publisher},
};
use pledge_faults::{FailureMode, FaultInjector, Queue, System};
use pledge_queue::Message;

/// Publishes into a queue in this process. Clones publish into the same queue.
#[derive(Debug, Clone)]
pub struct QueuePublisher {
    /// Where the messages go.
    pub queue: Queue,
    /// Says which publications fail.
    pub injector: FaultInjector,
}

impl Publisher for QueuePublisher {
    async fn publish(&self, ids: &[OutboxId]) -> Result<(), PublishError> {
        let mut mode = self.injector.step(System::Sqs);
        if mode == Some(FailureMode::Held) {
            mode = self.injector.hold().await;
        }
        if mode.is_none_or(FailureMode::takes_effect) {
            for id in ids {
                self.queue.put(&Message::new(vec![*id]).to_body().unwrap());
            }
        }
        match mode {
            None => Ok(()),
            Some(FailureMode::GoneBefore | FailureMode::GoneAfter) => {
                self.injector.kill();
                std::future::pending().await
            }
            Some(_) => Err(PublishError("the connection broke".into())),
        }
    }
}
