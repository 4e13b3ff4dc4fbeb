//! The rules of Pledge, and nothing else.
//!
//! Every decision is a pure function of `(state, command, now)` that returns a plan; this crate knows no runtime, no
//! HTTP, no SDK and no SQL, reads no clock, no environment and no randomness. Effects happen in the adapters, behind
//! the traits in [`ports`].

pub mod champion;
pub mod email;
pub mod error_chain;
pub mod fields;
pub mod ids;
pub mod locale;
pub mod money;
pub mod outbox;
pub mod payment_event;
pub mod ports;
pub mod preorder;
pub mod user;

/// A point in time. Always UTC at the edges of the system, `timestamptz` in the database.
pub type Timestamp = time::OffsetDateTime;
