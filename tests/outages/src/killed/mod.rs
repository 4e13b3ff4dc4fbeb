//! Real processes, killed at a chosen step.

mod call;
mod sqs;
mod stage;

pub use call::Call;
pub use stage::{Fate, Kill, Stage, everywhere};
