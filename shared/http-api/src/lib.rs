//! The HTTP edge of the functions behind API Gateway: parses requests to typed input, and makes responses of results.
//!
//! The body of an error is `{"code", "message"}`. Invalid fields add `fields`, which says how to correct each; a server
//! error adds `requestId`, and says nothing else.

pub mod answer;
pub mod app_check;
pub mod auth;
pub mod body;
pub mod champions;
pub mod config;
pub mod error;
pub mod event;
pub mod fields;
pub mod idempotency;
pub mod intake;
mod media_type;
mod page;
pub mod proxies;
pub mod refusal;
pub mod route;
mod serve;
pub mod telemetry;
mod utc_time;

pub use error::ApiError;
/// The request and response types of API Gateway.
pub use lambda_http::{Body, Request, Response};
pub use serve::{Routes, serve, serve_with_schedule};
pub use utc_time::UtcTime;
