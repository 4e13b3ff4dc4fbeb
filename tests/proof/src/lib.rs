//! The proof: breaks the system at every step, in every way in which real systems fail, and compares how it ends.
//!
//! A [`TestEnvironment`] has the five functions with their real adapters, a real PostgreSQL and the strict stand-ins for
//! Stripe, Klaviyo and Firebase. Between the functions and everything else lie [`proxies`], on which a
//! [`FaultInjector`](pledge_faults::FaultInjector) numbers every step and makes one of them fail. A
//! [`Journey`](journeys::Journey) is what a reader does; what is outside does the rest: Stripe and SQS deliver again,
//! readers click again, the sweep runs. [`enumeration`] runs a journey once for every step and every way to fail there, and
//! demands the same [`final_state`] as without a failure.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a harness stops at the first surprise, says where, and prints what it counted"
)]

pub mod enumeration;
pub mod environment;
pub mod final_state;
pub mod functions;
pub mod journeys;
pub mod log_audit;
pub mod normalize;
pub mod proxies;
pub mod random;
pub mod reference_model;
pub mod settings;

pub use environment::TestEnvironment;
