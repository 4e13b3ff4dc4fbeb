//! Stripe's webhook deliveries: [`verify`] the signature over the raw bytes, then [`decode`] them into our own words.
//!
//! Verification is a pure function; nothing of a body is looked at before it has passed. Decoding is lenient: an
//! endpoint's API version is fixed when the endpoint is made, so payloads of before and since 2025-03-31 "basil" both
//! arrive, and only the fields that matter here are read. There is one file for each kind of event in `events`.

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
