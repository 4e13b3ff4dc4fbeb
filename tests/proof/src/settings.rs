//! Reads the environment: how much to try, and where the peers are.
#![allow(clippy::disallowed_methods, reason = "tests have no `main` that could pass it in")]

/// Returns whether to try everything (`make proof`), or only as much as takes a minute (`make test`).
#[must_use]
pub fn whole() -> bool {
    std::env::var("PROOF").is_ok_and(|proof| proof == "whole")
}

/// Returns the Python interpreter of the peers, if `scripts/peers` installed them.
#[must_use]
pub fn python() -> Option<String> {
    std::env::var("PROOF_PYTHON").ok()
}
