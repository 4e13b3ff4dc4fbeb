//! What every function stands on: configuration, secrets, one HTTP client, AWS, logs and metrics.
//!
//! `main` calls [`Runtime::start`], parses its own configuration from [`Runtime::environment`] and builds its adapters
//! from the rest. Only this crate reads the environment, the clock and randomness.

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
pub use start::{Runtime, StartError, ahead, exit_code};
pub use system::System;
