//! The proof: makes the system fail at every step, in every mode in which real systems fail, and compares the final
//! states.
//!
//! A [`TestEnvironment`] has the five functions with their real adapters, a real PostgreSQL and the strict stand-ins for
//! Stripe, Klaviyo and Firebase. Between the functions and the other systems are [`proxies`], through which a
//! [`FaultInjector`](pledge_faults::FaultInjector) numbers every step and makes one of them fail. A
//! [`Journey`](journeys::Journey) is a sequence of a reader's actions, with the repetitions that come from outside:
//! Stripe and SQS deliver again, readers click again, the sweep runs. [`enumeration`] runs a journey once for every step
//! and every failure mode there, and requires the same [`final_state`] as without a failure.

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
