//! Stripe's API: async-stripe's typed requests are sent over our own pooled transport, and answers are parsed into
//! structs with only the fields that are needed.
//!
//! async-stripe checks at compile time what is sent; `shared/stripe-http` keeps connections open, limits the time, and
//! repeats failed requests with the same idempotency key. `docs/adr/0002-async-stripe.md` says why the two are separate.

mod billing;
mod checkout;
mod client;
mod key;
mod price;

pub use billing::portal::PORTAL_MARK;
pub use client::StripeClient;
pub use pledge_stripe_http::{API_BASE, ApiError, Config, ErrorKind, InvalidSettings, Limits, StripeError, refusals};
pub use stripe_client_core::IdempotencyKey;
