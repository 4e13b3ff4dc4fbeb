//! Runs the real binaries while processes are killed or systems that they need are gone.
//!
//! [`killed`] runs each function behind a Lambda Runtime API of its own, kills it with SIGKILL at one step after the
//! other, and compares the final states. [`outage`] puts proxies between the functions of a local cloud and every system
//! that they need ([`environment`]), has readers order and subscribe ([`load`]), makes one system after the other fail,
//! and compares what the readers were told with what is stored ([`discrepancies`]).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a harness stops at the first surprise, says where, and prints what it counted"
)]

pub mod discrepancies;
pub mod environment;
pub mod killed;
pub mod load;
pub mod outage;
pub mod table;
