//! Stripe's API: async-stripe's typed requests over our own pooled transport, answers read into narrow structs.
//!
//! async-stripe checks at compile time what is sent; `shared/stripe-http` keeps connections, limits the time, and repeats
//! with the same idempotency key. `docs/adr/0002-async-stripe.md` says why it is divided so.

mod billing;
mod checkout;
mod client;
mod key;
mod price;

pub use billing::portal::PORTAL_MARK;
pub use client::StripeClient;
pub use pledge_stripe_http::{API_BASE, ApiError, Config, ErrorKind, InvalidSettings, Limits, StripeError, refusals};
pub use stripe_client_core::IdempotencyKey;
