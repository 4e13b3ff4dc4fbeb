//! What becomes of the real binaries when what they need fails: a process that is killed, a system that is gone for a
//! while.
//!
//! [`killed`] runs each function on a Lambda Runtime API of its own, stops it with SIGKILL at one step after the other
//! and compares how it ends. [`outage`] puts proxies between the functions of a whole local cloud and everything that they
//! need ([`environment`]), has readers order and subscribe ([`load`]), breaks one thing after the other, and holds what
//! everybody was told against what there is ([`account`]).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a harness stops at the first surprise, says where, and prints what it counted"
)]

pub mod account;
pub mod environment;
pub mod killed;
pub mod load;
pub mod outage;
pub mod table;
