//! The client of Klaviyo's API: its Create Event endpoint (<https://developers.klaviyo.com/en/reference/create_event>), and
//! its subscription jobs for consent.
//!
//! Each event is sent in a request of its own: the bulk endpoint fails as a whole for one repeated `unique_id`, and repeats
//! are normal here.

mod client;
mod config;
mod event;
mod metric_names;
mod response;
mod subscription;

pub use client::{InvalidApiKey, KlaviyoClient};
pub use config::{API_BASE, Config};
pub use metric_names::{MetricNames, UnknownMetric};
pub use subscription::List;
