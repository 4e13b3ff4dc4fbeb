//! Stripe's API as HTTP: one pooled client, a limit on the time, and repetitions under the same idempotency key.
//!
//! Requests come as paths and encoded parameters and answers are read into narrow structs, so that a function that only
//! reads a list does without async-stripe (`shared/stripe-api` adds its typed requests).

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
