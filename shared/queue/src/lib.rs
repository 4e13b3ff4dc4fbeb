//! The queue between the writers of the outbox and the sender: SQS, and the form of its messages.
//!
//! A message only names rows of the outbox. It has no personal data, it may arrive twice or never, and nothing is lost with
//! it, since the rows stay in the database until they are sent.
//!
//! The SDK adds X-Ray's trace header to the request and SQS passes it on, so a trace continues in the sender.

mod config;
mod message;
mod publisher;

pub use config::Config;
pub use message::{Message, MessageError};
pub use publisher::{NotTaken, SqsPublisher};
