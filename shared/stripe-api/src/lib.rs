//! Stripe's API: async-stripe's typed requests over our own pooled transport, answers read into narrow structs.
//!
//! async-stripe checks at compile time what is sent; the transport keeps connections, limits the time, and repeats with
//! the same idempotency key. `docs/adr/0002-async-stripe.md` says why it is divided so.

mod answer;
mod billing;
mod checkout;
mod config;
mod error;
mod gateway_error;
mod key;
mod outgoing;
mod price;
pub mod refusals;
mod retry;
mod transport;

pub use config::{API_BASE, Config, PORTAL_MARK};
pub use error::{ApiError, ErrorKind, StripeError};
pub use retry::Limits;
pub use stripe_client_core::IdempotencyKey;
pub use transport::{InvalidSettings, StripeClient};
