//! Fakes of the ports that aren't a store. Each records its calls, returns usable answers, and fails when told.

mod billing;
mod clock;
mod events;
mod gateway;
mod identity;
mod ids;
mod marketing;
mod publisher;
mod script;
mod system;
mod tokens;
mod vault;

pub use billing::FakeBilling;
pub use clock::FixedClock;
pub use events::{EVENTS_OF_A_PAGE, FakeEvents};
pub use gateway::FakeGateway;
pub use identity::FakeIdentity;
pub use ids::SeededIds;
pub use marketing::FakeMarketing;
pub use publisher::FakePublisher;
pub use system::FakeSystem;
pub use tokens::{APP_TOKEN, FakeTokens};
pub use vault::FakeVault;

use pledge_domain::ports::Cause;

/// Returns the cause of a failure that a test asked for.
#[must_use]
pub fn on_purpose() -> Cause {
    "the test wants it so".into()
}
