//! Stripe's webhook deliveries: [`verify`] checks the signature over the raw bytes, and [`decode`] turns them into a
//! [`StripeEvent`](pledge_domain::stripe::StripeEvent).
//!
//! Verification is a pure function; no field of a body is read before its signature has been verified. Decoding is
//! lenient: only the fields that are needed are read, and of both forms that arrive, those before and since API version
//! 2025-03-31 "basil" (<https://docs.stripe.com/changelog/basil>), since an endpoint's version is fixed when it is made.
//! `events` has a file for each kind of Stripe's objects.

mod decode;
mod endpoint;
mod events;
mod mark;
mod signature;
mod thin;
mod wire;

pub use decode::{DecodeError, HANDLED, OF_CONNECTED_ACCOUNT, decode};
pub use endpoint::{API_VERSION, Endpoint};
pub use signature::{InvalidSecrets, Secrets, SignatureError, TOLERANCE, sign, signed_by, verify};
pub use thin::{ThinEvent, thin};
