//! The base of every function: configuration, secrets, one HTTP client, AWS, logs and metrics.
//!
//! A `main` calls [`run`] with a function that parses its configuration and one that composes its adapters. Only this
//! crate reads the environment, the clock and randomness. It knows the variables of no vendor but AWS: each adapter
//! parses its own with a [`Parser`].

pub mod aws;
pub mod env;
pub mod http;
pub mod logging;
pub mod metrics;
mod secret;
pub mod secrets;
pub mod stage;
mod start;
mod system;
pub mod tls;

pub use env::{ConfigError, Environment, Parser};
pub use metrics::{Metric, Metrics};
pub use secret::Secret;
pub use stage::{LocalOnly, Stage};
pub use start::{Runtime, StartError, prewarm, run};
pub use system::System;
