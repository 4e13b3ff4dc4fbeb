//! The stand-in for Klaviyo: `POST /api/events`, as strict as the original; what came of it can be read and deleted.
//! <https://developers.klaviyo.com/en/reference/create_event>

mod api;
mod body;
mod control;
mod error;
mod handle;
mod limits;
mod privacy;
mod reading;
mod state;

pub use handle::{KlaviyoOptions, KlaviyoStandIn};
pub use limits::RateLimits;
pub use state::{AcceptedEvent, Attempt, PhonePolicy};
