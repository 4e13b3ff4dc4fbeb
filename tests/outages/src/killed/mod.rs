//! Kills real processes at a chosen step.

mod call;
mod process_harness;

pub use call::Call;
pub use process_harness::{Kill, ProcessHarness, RequestOutcome, everywhere};
