//! Payloads for webhook endpoints of API versions before `2025-03-31` ("basil").
//! <https://docs.stripe.com/changelog/basil>

use serde_json::Value;

use super::objects::Fields;
use super::world::World;

/// The first version with the new shapes.
const BASIL: &str = "2025-03-31";

/// `2024-06-20`, `2026-09-30.endive`
pub(crate) fn is_version(version: &str) -> bool {
    let date = version.split('.').next().unwrap_or_default();
    let digits = date.chars().enumerate().all(|(at, c)| match at {
        4 | 7 => c == '-',
        _ => c.is_ascii_digit(),
    });
    date.len() == 10 && digits
}

/// Whether an endpoint of `version` gets the older shapes.
pub(crate) fn is_legacy(version: &str) -> bool {
    // Dates of this form order as texts do.
    version < BASIL
}

/// Turns an object of the current version into its older shape.
pub(crate) fn render(_world: &World, object: &mut Value) {
    match object.text("object") {
        "checkout.session" => session(object),
        "payment_intent" | "charge" => object.set("invoice", Value::Null),
        _ => {}
    }
}

fn session(session: &mut Value) {
    let shipping = session.pointer("/collected_information/shipping_details").cloned();
    if let Some(fields) = session.as_object_mut() {
        fields.remove("collected_information");
    }
    session.set("shipping_details", shipping.unwrap_or_default());
    session.set("ui_mode", "hosted");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_dates_with_an_optional_name() {
        assert!(is_version("2024-06-20") && is_version("2026-09-30.endive"));
        assert!(!is_version("latest") && !is_version("2024-6-20"));
        assert!(is_legacy("2024-06-20") && is_legacy("2025-02-24.acacia"));
        assert!(!is_legacy("2025-03-31.basil") && !is_legacy("2026-09-30.endive"));
    }
}
