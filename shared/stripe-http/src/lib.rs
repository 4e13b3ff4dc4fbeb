//! Stripe's API over HTTP: a client that keeps connections open, limits the time, and repeats failed requests with the same
//! idempotency key.
//!
//! Requests are paths with encoded parameters, and answers are parsed into structs with only the fields that are needed. So
//! a function that only lists events doesn't need async-stripe; `shared/stripe-api` adds async-stripe's typed requests.

mod answer;
mod billing_error;
mod client;
mod config;
mod error;
mod events;
mod gateway_error;
pub mod refusals;
mod request;
mod retry;

pub use client::{InvalidSettings, StripeHttp, VERSION};
pub use config::{API_BASE, Config};
pub use error::{ApiError, ErrorKind, StripeError};
pub use events::{EventsConfig, StripeEvents};
pub use request::Request;
pub use retry::Limits;
