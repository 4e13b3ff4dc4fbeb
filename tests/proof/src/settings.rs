//! Reads the environment: how much is to be tried, and where the peers are.
#![allow(clippy::disallowed_methods, reason = "tests have no `main` that could pass it in")]

/// Returns whether everything is to be tried (`make proof`), or what a minute has room for (`make test`).
#[must_use]
pub fn whole() -> bool {
    std::env::var("PROOF").is_ok_and(|proof| proof == "whole")
}

/// Returns the Python that has the peers, if `scripts/peers` installed them.
#[must_use]
pub fn python() -> Option<String> {
    std::env::var("PROOF_PYTHON").ok()
}
