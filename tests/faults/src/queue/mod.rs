//! An SQS queue and its dead-letter queue: keeps messages, delivers them at least once, and gives up after a few tries.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

mod server;

pub use server::{QueueServer, answer_to_batch};

/// How often a message is delivered before it goes to the dead-letter queue, as in `template.yaml`.
const DELIVERIES: u32 = 5;

/// How many messages are handed out at once.
const AT_ONCE: usize = 10;

/// A queue in this process. Clones are the same queue.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Delivery>,
    dead: Vec<Dead>,
    sent: Vec<String>,
    /// The number of messages of each request that put some into the queue.
    batches: Vec<usize>,
    /// The messages that aren't taken, with the codes of the refusals.
    refused: HashMap<String, &'static str>,
}

#[derive(Debug)]
struct Dead {
    message: Delivery,
    /// Whether the message was received and isn't visible to the next receiver.
    hidden: bool,
}

/// A message on its way to its consumer.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The id that the queue gave it.
    pub id: String,
    /// The message's text.
    pub body: String,
    /// How often it has been delivered and given back.
    pub count: u32,
}

impl Queue {
    /// Takes up to ten messages out of the queue.
    #[must_use]
    pub fn receive(&self) -> Vec<Delivery> {
        let mut state = self.state();
        let count = state.waiting.len().min(AT_ONCE);
        state.waiting.drain(..count).collect()
    }

    /// Puts messages back that weren't handled; those that were delivered too often go to the dead-letter queue.
    pub fn give_back(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        let mut state = self.state();
        for delivery in deliveries {
            let message = Delivery { count: delivery.count + 1, ..delivery };
            if message.count < DELIVERIES {
                state.waiting.push_back(message);
            } else {
                state.dead.push(Dead { message, hidden: false });
            }
        }
    }

    /// Puts a message into the queue.
    pub fn put(&self, body: &str) {
        let mut state = self.state();
        state.sent.push(body.to_owned());
        let id = format!("message-{}", state.sent.len());
        state.waiting.push_back(Delivery { id, body: body.to_owned(), count: 0 });
    }

    /// Refuses a message with this text from now on, with an error code of SQS's.
    pub fn refuse(&self, body: &str, code: &'static str) {
        self.state().refused.insert(body.to_owned(), code);
    }

    /// Returns the number of messages of each request that sent some, oldest first.
    #[must_use]
    pub fn batches(&self) -> Vec<usize> {
        self.state().batches.clone()
    }

    /// Puts messages into the dead-letter queue, with the ids `m-00`, `m-01`, …
    pub fn put_dead(&self, bodies: impl IntoIterator<Item = String>) {
        let mut state = self.state();
        for body in bodies {
            let message = Delivery { id: format!("m-{:02}", state.dead.len()), body, count: DELIVERIES };
            state.dead.push(Dead { message, hidden: false });
        }
    }

    /// Hides the messages in the dead-letter queue, as somebody does who receives them.
    pub fn hide_dead(&self) {
        self.state().dead.iter_mut().for_each(|dead| dead.hidden = true);
    }

    /// Returns the ids in the dead-letter queue, and makes those visible again that were received.
    #[must_use]
    pub fn dead(&self) -> Vec<String> {
        let mut state = self.state();
        state.dead.iter_mut().for_each(|dead| dead.hidden = false);
        state.dead.iter().map(|dead| dead.message.id.clone()).collect()
    }

    /// Returns the bodies of all messages that were ever put into the queue, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        self.state().sent.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}
