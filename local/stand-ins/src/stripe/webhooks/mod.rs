//! Webhooks: endpoints, the queue of deliveries, signatures and the worker that sends.

pub(crate) mod api;
pub(crate) mod deliverer;
mod queue;
pub mod signature;

pub(crate) use queue::Webhooks;
pub use queue::{Attempt, Delivery, DeliveryState, Order};
