//! SQS: keeps messages, delivers them at least once and in no order, and gives up after a few tries.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};

use pledge_domain::{
    ids::OutboxId,
    ports::{PublishError, Publisher},
};
use pledge_queue::Message;

use crate::plane::{Plane, System, Way};

/// How often a message is delivered before it goes to the dead-letter queue, as in `template.yaml`.
const DELIVERIES: u32 = 5;

/// The queue; clones are the same one.
#[derive(Debug, Clone)]
pub struct Queue {
    plane: Plane,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Delivery>,
    dead: usize,
    made: usize,
}

/// A message on its way to the sender.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// Its text.
    pub body: String,
    /// How often it was delivered.
    pub count: u32,
}

impl Queue {
    /// An empty queue.
    #[must_use]
    pub fn new(plane: &Plane) -> Self {
        Self { plane: plane.clone(), state: Arc::default() }
    }

    /// Takes up to ten messages.
    #[must_use]
    pub fn receive(&self) -> Vec<Delivery> {
        let mut state = self.state();
        let count = state.waiting.len().min(10);
        state.waiting.drain(..count).collect()
    }

    /// Messages that weren't handled come again, or are given up.
    pub fn give_back(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        let mut state = self.state();
        for delivery in deliveries {
            let count = delivery.count + 1;
            if count < DELIVERIES {
                state.waiting.push_back(Delivery { count, ..delivery });
            } else {
                state.dead += 1;
            }
        }
    }

    /// How many messages were given up.
    #[must_use]
    pub fn dead(&self) -> usize {
        self.state().dead
    }

    /// Puts a message in whoever wrote it.
    pub fn put(&self, body: &str) {
        let mut state = self.state();
        state.made += 1;
        let id = format!("message-{}", state.made);
        state.waiting.push_back(Delivery { id, body: body.to_owned(), count: 0 });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn put_all(&self, ids: &[OutboxId]) {
        for id in ids {
            self.put(&Message::new(vec![*id]).to_body().unwrap());
        }
    }
}

impl Publisher for Queue {
    async fn publish(&self, ids: &[OutboxId]) -> Result<(), PublishError> {
        let mut way = self.plane.step(System::Sqs);
        if way == Some(Way::Held) {
            way = self.plane.hold().await;
        }
        if way.is_none_or(Way::takes_effect) {
            self.put_all(ids);
        }
        match way {
            None => Ok(()),
            Some(Way::GoneBefore | Way::GoneAfter) => {
                self.plane.kill();
                std::future::pending().await
            }
            Some(_) => Err(PublishError("the wire broke".into())),
        }
    }
}
