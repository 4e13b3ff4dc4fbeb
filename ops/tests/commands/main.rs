//! Tests of the program itself, against strict stand-ins for everything outside and a database of its own.
//!
//! Each command is called three ways: as a dry run, which must change nothing; with `--apply`; and once more, which must
//! find nothing to do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![allow(
    clippy::disallowed_methods,
    reason = "what the program does depends on the time of day, and it is asked from outside"
)]
#![allow(clippy::large_futures, reason = "what a command is tried on is one future, and tests have the stack for it")]

mod champions;
mod database;
mod dlq;
mod environment;
mod event;
mod export;
mod guide;
mod import;
mod import_preorders;
mod lookup;
mod outbox;
mod payments;
mod person;
mod portal;
mod preorders;
mod queries;
mod reconcile;
mod streams;
mod subscriptions;
mod tiers;
mod users;
mod vault;
mod webhook;
