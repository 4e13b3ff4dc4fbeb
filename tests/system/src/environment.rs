//! The one place of the tests that reads the environment.
#![allow(clippy::disallowed_methods, reason = "how tests are run is said in the environment")]

/// Whether somebody started a cloud for these tests.
pub(crate) fn names_a_cloud() -> bool {
    std::env::var("PLEDGE_ENDPOINTS").is_ok()
}

/// Whether nothing may be skipped.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}
