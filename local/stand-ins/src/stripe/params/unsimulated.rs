//! Parameters that Stripe accepts and this stand-in does not simulate.
//!
//! If such a parameter were ignored, a test would pass and the real call do something else. If it were called unknown,
//! that would be wrong too. So the error says that it isn't simulated.

use crate::stripe::error::ApiError;

/// One endpoint a line with its known parameters, from Stripe's OpenAPI document of API version
/// 2026-09-30.endive.
const KNOWN: &str = include_str!("unsimulated.txt");

/// Returns whether Stripe's `endpoint` has the parameter `path`, by its first part that isn't simulated.
pub(super) fn is_known(endpoint: &str, path: &str) -> bool {
    let path = shape(path);
    KNOWN
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| *name == endpoint)
        .flat_map(|(_, known)| known.split(' '))
        .any(|known| known == path)
}

pub(super) fn error(path: &str) -> ApiError {
    ApiError::parameter(format!("Stripe takes the parameter {path}, but this stand-in does not simulate it."))
        .code("stand_in_unsimulated")
        .param(path)
}

/// Returns `line_items[0][price]` as `line_items.price`.
fn shape(path: &str) -> String {
    let parts = path.split(['[', ']']).filter(|part| !part.is_empty());
    parts.filter(|part| part.parse::<u32>().is_err()).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_parameters_are_told_from_unknown_ones() {
        let endpoint = "POST /v1/checkout/sessions";
        assert!(is_known(endpoint, "automatic_tax"));
        assert!(is_known(endpoint, "line_items[0][tax_rates]"));
        assert!(!is_known(endpoint, "payment_method_types"), "removed in this version");
        assert!(!is_known(endpoint, "frobnicate"));
    }
}
