//! Shared parts of tests: builders of domain values, fakes of the ports that aren't a store, the contracts of the store
//! ports as test suites, and a PostgreSQL database for each test. The store in memory is `pledge-memory`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that can't be set up should stop there and say where"
)]

pub mod builders;
pub mod contract;
pub mod database;
pub mod fakes;
mod functions;
pub mod http;
pub mod log;
pub mod plans;
pub mod sqs;
pub mod time;

pub use database::TestDatabase;
pub use fakes::{
    EVENTS_OF_A_PAGE, FakeBilling, FakeEvents, FakeGateway, FakeIdentity, FakeMarketing, FakePublisher, FakeSystem,
    FakeTokens, FakeVault, FixedClock, SeededIds,
};
pub use functions::functions;
pub use log::Log;
pub use pledge_memory::{Deliver, InMemoryStore};
