//! The rules of Pledge: the domain.
//!
//! Every decision is a pure function of `(state, command, now)` that returns a plan; this crate knows no runtime, no
//! HTTP, no SDK and no SQL, reads no clock, no environment and no randomness. Effects happen in the adapters, behind
//! the traits in [`ports`].

// The ground floor: types that all modules share.
pub mod champion_key;
pub mod champion_metadata;
pub mod color;
pub mod consent;
pub mod contact;
pub mod country;
pub mod effect;
pub mod email;
pub mod error_chain;
pub mod fields;
pub mod ids;
pub mod limits;
pub mod locale;
pub mod metadata_name;
pub mod money;
pub mod outbox;
pub mod period;
pub mod preorder_metadata;
pub mod property;
pub mod retention;
pub mod text;
pub mod tier_level;
pub mod user;

// The ground floor: what Stripe's events say.
pub mod stripe;

// The first floor: who has what. None of these knows another.
pub mod account;
pub mod champion;
pub mod preorder;

// The second floor: the one decision about an event.
pub mod decide;

// The roof: the traits that the use cases need.
pub mod ports;

/// A point in time. Always UTC at the edges of the system, `timestamptz` in the database.
pub type Timestamp = time::OffsetDateTime;
