//! The proof: breaks the system at every step, in every way that the real world has, and compares how it ends.
//!
//! A [`World`] has the five functions with their real adapters, a real PostgreSQL and the strict stand-ins for Stripe,
//! Klaviyo and Firebase. Between the functions and everything else lie [`wire`]s, on which a [`Plane`] numbers every
//! step and makes one of them fail. A [`journeys`] is what a reader does; the rest of the world does what it does:
//! Stripe and SQS deliver again, readers click again, the sweep runs. [`enumeration`] runs a journey once for every step
//! and every way to fail there, and demands the same [`state`] as without a failure.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a harness stops at the first surprise, says where, and prints what it counted"
)]

pub mod dials;
pub mod enumeration;
pub mod functions;
pub mod journeys;
pub mod mask;
pub mod oracle;
pub mod plane;
pub mod queue;
pub mod shuffle;
pub mod state;
pub mod watch;
pub mod wire;
pub mod world;

pub use plane::{Fault, Plane, Way};
pub use world::World;
