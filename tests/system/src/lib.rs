//! Shared parts of the whole-system tests: the running local cloud, and functions on a Lambda runtime of their own for
//! what a shared cloud can't do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "a test that can't be set up should stop there and say where"
)]

mod cloud;
mod environment;
mod function;

pub use cloud::Cloud;
pub use function::{Ended, Function};
