//! Reads the environment, as no other module of these tests does.
#![allow(clippy::disallowed_methods, reason = "how tests are run is said in the environment")]

/// Returns whether a cloud was started for these tests.
pub(crate) fn names_a_cloud() -> bool {
    std::env::var("PLEDGE_ENDPOINTS").is_ok()
}

/// Returns whether this is CI, where no test may be skipped.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}
