//! The stand-in for Klaviyo: `POST /api/events` and the jobs that subscribe and unsubscribe, as strict as the original.
//! Accepted events can be read, and profiles deleted. <https://developers.klaviyo.com/en/reference/create_event>

mod api;
mod body;
mod control;
mod error;
mod handle;
mod limits;
mod privacy;
mod profiles;
mod reading;
mod state;
mod subscriptions;

pub use handle::{KlaviyoOptions, KlaviyoStandIn};
pub use limits::RateLimits;
pub use profiles::{EmailMarketing, Profile};
pub use state::{AcceptedEvent, Attempt, Job, PhonePolicy};
