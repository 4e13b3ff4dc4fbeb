//! Promise: each event type that matters is decoded in both shapes, those before and since API version 2025-03-31 "basil".
//!
//! `tests/fixtures/` holds one file for each case and shape, named after the event type and the case.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod champion;
mod preorder;
#[path = "../support/mod.rs"]
mod support;

use std::{collections::BTreeSet, fs};

use pledge_domain::stripe::Fact;
use pledge_stripe_events::{HANDLED, decode};
use support::{SHAPES, fixture, fixtures};

/// Returns the names of the fixtures, each with the fact that it must decode to in this shape.
fn expectations(shape: &str) -> Vec<(&'static str, Fact)> {
    let other = vec![("customer.created", ignored("an event type that changes nothing here"))];
    [preorder::expectations(), champion::expectations(shape), other].concat()
}

fn ignored(reason: &'static str) -> Fact {
    Fact::Ignored { reason }
}

#[test]
fn every_fixture_says_what_it_should() {
    for (shape, name, body) in fixtures() {
        let expectations = expectations(shape);
        let (_, expected) = expectations.iter().find(|(known, _)| *known == name).expect(&name);
        assert_eq!(&decode(&body).unwrap().fact, expected, "{shape}/{name}");
    }
}

#[test]
fn no_expectation_lacks_its_fixture_and_no_handled_type_its_case() {
    let names: BTreeSet<_> = fixtures().into_iter().map(|(_, name, _)| name).collect();
    for (name, _) in expectations("since-basil") {
        assert!(names.contains(name), "{name}");
    }
    // Events of these types exist only since API versions 2024-10-28 and 2025-03-31.
    let young = ["refund.created", "refund.updated", "refund.failed", "invoice_payment.paid"];
    for shape in SHAPES {
        for handled in HANDLED {
            let excused = shape == "before-basil" && young.contains(&handled);
            assert!(excused || fs::exists(support::path(shape, handled)).unwrap(), "{shape}/{handled}");
        }
    }
}

#[test]
fn the_envelope_is_kept() {
    let event = decode(&fixture("before-basil", "charge.refunded")).unwrap();
    assert_eq!(event.id.as_str(), "evt_1RkQ2mBxq7Zf9aTe00000021");
    assert_eq!(event.kind, "charge.refunded");
    assert_eq!(event.api_version.as_deref(), Some("2024-06-20"));
    assert_eq!(event.created.unix_timestamp(), 1_752_250_000);
    assert!(!event.livemode);
}
