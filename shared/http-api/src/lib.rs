//! The HTTP edge of the functions behind API Gateway: from a request to typed input, from a result to a response.
//!
//! What a client sees of an error is `{"code","message","fields"?}`: a client error says what to fix, a server error
//! says nothing but the request's id.

pub mod answer;
pub mod auth;
pub mod body;
pub mod champions;
pub mod error;
pub mod fields;
pub mod idempotency;
pub mod intake;
pub mod refusal;
pub mod route;
mod serve;
pub mod telemetry;

pub use error::ApiError;
/// The request and response types of API Gateway.
pub use lambda_http::{Body, Request, Response};
pub use serve::{Routes, serve};
