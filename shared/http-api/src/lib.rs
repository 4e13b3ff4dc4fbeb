//! The HTTP edge of the functions behind API Gateway: from a request to typed input, from a result to a response.
//!
//! The body of an error is `{"code", "message"}`; an error of the client adds `fields`, what to fix, and an error of the
//! server `requestId` and nothing else.

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
