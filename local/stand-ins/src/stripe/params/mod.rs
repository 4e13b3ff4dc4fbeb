//! Request parameters: nested form encoding, checked against the request types.
//!
//! A request type is an ordinary `serde` struct with `deny_unknown_fields`: it names every parameter of an endpoint once.
//! A parameter that doesn't fit becomes the error that Stripe gives.

mod deserializer;
mod fields;
mod tree;
mod unsimulated;

pub(crate) use fields::{Clearable, Country, Currency, Email, Limited, Metadata, WebUrl};
pub(crate) use tree::Tree;

use serde::de::DeserializeOwned;

use super::error::ApiError;

/// Checks `tree` against the request type `T` of the endpoint (`"POST /v1/customers"`).
pub(crate) fn parse<T: DeserializeOwned>(endpoint: &str, tree: &Tree) -> Result<T, ApiError> {
    deserializer::parse(tree).map_err(|problem| match problem.unknown_path() {
        Some(path) if unsimulated::is_known(endpoint, path) => unsimulated::error(path),
        _ => problem.into_api_error(),
    })
}
