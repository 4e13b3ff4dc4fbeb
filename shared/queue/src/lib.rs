//! The queue between the writers of the outbox and the sender: SQS, and the message that travels on it.
//!
//! A message only says which outbox rows to look at. It holds no personal data, it may arrive twice or never, and
//! nothing is lost with it: the rows stay in the database until they are sent.
//!
//! The SDK puts X-Ray's trace header on the request and SQS passes it on, so a trace goes on in the sender.

mod config;
mod message;
mod publisher;

pub use config::Config;
pub use message::{Message, MessageError};
pub use publisher::{NotTaken, SqsPublisher};
