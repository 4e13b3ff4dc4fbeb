//! What becomes of the real binaries when what they stand on gives way: a process that is killed, a system that is gone
//! for a while.
//!
//! [`killed`] runs each function on a Lambda Runtime API of its own, stops it with SIGKILL at one step after the other
//! and compares how it ends. [`outage`] puts [`gate`]s and a [`cable`] between the functions of a whole local cloud and
//! everything that they need, sends readers through it, breaks one thing after the other, and [`account`]s for
//! everybody afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a harness stops at the first surprise, says where, and prints what it counted"
)]

pub mod account;
pub mod cable;
pub mod gate;
pub mod killed;
pub mod outage;
pub mod readers;
pub mod table;
pub mod town;
