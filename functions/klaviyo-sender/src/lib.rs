//! From the queue to Klaviyo, and, on a schedule, from the outbox to the queue.

pub mod config;
pub mod handler;
