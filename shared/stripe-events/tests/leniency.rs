//! Promise: an authentic event is never lost. A field that isn't needed may have any value, an event whose needed fields
//! can't be decoded is kept for a person, and only a body that is no event is refused. No bytes cause a panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use pledge_domain::stripe::{Fact, SessionFact, StripeEvent};
use pledge_stripe_events::{DecodeError, decode};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use support::{fixture, fixtures};

/// Returns the event of a fixture after `change` was made to its object.
fn decoded(name: &str, change: impl Fn(&mut Value)) -> StripeEvent {
    let mut event: Value = serde_json::from_slice(&fixture("since-basil", name)).unwrap();
    change(&mut event["data"]["object"]);
    decode(event.to_string().as_bytes()).unwrap()
}

fn session(change: impl Fn(&mut Value)) -> SessionFact {
    match decoded("checkout.session.completed", change).fact {
        Fact::Session(fact) => *fact,
        other => panic!("{other:?}"),
    }
}

fn malformed(name: &str, change: impl Fn(&mut Value)) -> String {
    match decoded(name, change).fact {
        Fact::Malformed { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn metadata_that_does_not_parse_is_as_if_it_were_not_there() {
    let fact = session(|object| {
        object["client_reference_id"] = json!(null);
        object["metadata"] = json!({
            "preorderId": "ROL-7C0A1F5E", "checkoutAttempt": "0", "userId": "", "color": " \u{0} ", "locale": "tlh",
            "priceId": "prod_1", "other": "x"
        });
    });
    let metadata = fact.metadata;
    assert_eq!((metadata.preorder, metadata.attempt, metadata.user, metadata.color), (None, None, None, None));
    assert_eq!((metadata.locale, metadata.price), (None, None));
    for odd in [json!(null), json!([]), json!("x"), json!({"preorderId": 7, "checkoutAttempt": {}})] {
        let session = session(|object| {
            (object["metadata"], object["client_reference_id"]) = (odd.clone(), json!("order-7"));
        });
        assert_eq!(session.metadata.preorder, None, "{odd}");
    }
}

#[test]
fn the_reference_names_the_preorder_where_the_metadata_do_not() {
    let fact = session(|object| object["metadata"] = json!({}));
    assert_eq!(fact.metadata.preorder.unwrap().to_string(), "7c0a1f5e-2b7d-4a43-9a58-3f1b6f0c9d21");
}

#[test]
fn the_mark_of_a_deployment_is_found_wherever_an_object_has_it() {
    let mark = || json!({ "deployment": "staging" });
    let session = decoded("checkout.session.completed", |object| object["metadata"]["deployment"] = json!("staging"));
    assert_eq!(session.deployment.as_deref(), Some("staging"));
    let invoice = decoded("invoice.paid", |object| object["parent"]["subscription_details"]["metadata"] = mark());
    assert_eq!(invoice.deployment.as_deref(), Some("staging"));
    let older = decoded("invoice.paid", |object| {
        object["parent"] = json!(null);
        object["lines"]["data"][0]["metadata"] = mark();
    });
    assert_eq!(older.deployment.as_deref(), Some("staging"));
    for nothing in [json!(null), json!([]), json!({}), json!({ "deployment": "" }), json!({ "deployment": 7 })] {
        let session = decoded("checkout.session.completed", |object| object["metadata"] = nothing.clone());
        assert_eq!(session.deployment, None, "{nothing}");
    }
}

#[test]
fn what_the_customer_typed_never_stops_a_payment() {
    let fact = session(|object| {
        object["customer_details"] = json!({"email": "nobody at home", "name": 7, "phone": [], "address": "x"});
        object["collected_information"] = json!({"shipping_details": {"name": "A\u{0}", "address": {"country": "hk"}}});
    });
    assert_eq!(fact.email.unwrap().as_str(), "hanako@example.jp", "the address that we gave");
    assert_eq!(fact.contact.first_name.as_deref(), Some("A"));
    assert_eq!(fact.contact.country, None);
    let fact = session(|object| {
        object["customer_details"] = json!(null);
        object["customer_email"] = json!(null);
    });
    assert_eq!(fact.email, None);
}

#[test]
fn an_expanded_reference_is_its_id() {
    let fact = session(|object| object["payment_intent"] = json!({"id": "pi_1", "object": "payment_intent"}));
    assert_eq!(fact.payment_intent.unwrap().as_str(), "pi_1");
}

#[test]
fn a_shipping_address_is_found_where_the_oldest_versions_put_it() {
    let fact = session(|object| {
        let collected = object["collected_information"].take();
        object["shipping"] = collected["shipping_details"].clone();
    });
    assert_eq!(fact.contact.city.as_deref(), Some("京都市"));
}

#[test]
fn a_payment_that_can_not_be_understood_waits_for_a_person_without_its_contents() {
    let reason = malformed("checkout.session.completed", |object| object["amount_total"] = json!("hanako@example.jp"));
    assert!(reason.contains("another type") && !reason.contains("hanako"), "{reason}");
    let reason = malformed("checkout.session.completed", |object| {
        object.as_object_mut().unwrap().remove("payment_status");
    });
    assert!(reason.contains("missing field `payment_status`"), "{reason}");
    malformed("checkout.session.completed", |object| object["id"] = json!("in_1"));
    malformed("checkout.session.completed", |object| object["payment_intent"] = json!("ch_1"));
    malformed("checkout.session.completed", |object| object["payment_status"] = json!("partly"));
    malformed("checkout.session.completed", |object| object["currency"] = json!("yen!"));
    malformed("charge.refunded", |object| object["amount_refunded"] = json!(1.5));
    malformed("charge.dispute.created", |object| object["status"] = json!("<script>"));
    malformed("charge.dispute.created", |object| *object = json!([]));
    malformed("customer.subscription.updated", |object| object["status"] = json!("asleep"));
    malformed("invoice.paid", |object| object["parent"]["subscription_details"]["subscription"] = json!("in_1"));
    malformed("invoice.paid", |object| object["amount_paid"] = json!(null));
}

#[test]
fn charges_without_a_payment_intent_are_not_ours() {
    for name in ["charge.refunded", "charge.dispute.created"] {
        let fact = decoded(name, |object| object["payment_intent"] = json!(null)).fact;
        assert!(matches!(fact, Fact::Ignored { .. }), "{name}");
    }
}

#[test]
fn the_oldest_invoices_have_our_metadata_on_their_lines_only() {
    let event = decoded("invoice.paid", |object| object["parent"]["subscription_details"]["metadata"] = json!({}));
    let Fact::InvoicePaid(fact) = event.fact else { panic!("{event:?}") };
    assert_eq!(fact.metadata.unwrap().champion.novel.get(), 42);
}

#[test]
fn an_invoice_that_does_not_say_when_it_was_paid_was_when_the_event_happened() {
    let event = decoded("invoice.paid", |object| object["status_transitions"]["paid_at"] = json!(null));
    let Fact::InvoicePaid(fact) = event.fact else { panic!("{:?}", event.kind) };
    assert_eq!(fact.at, event.created);
}

#[test]
fn lines_that_can_not_be_read_do_not_stop_a_payment() {
    let event = decoded("invoice.paid", |object| object["lines"]["data"][0]["period"]["end"] = json!("soon"));
    let Fact::InvoicePaid(fact) = event.fact else { panic!("{:?}", event.kind) };
    assert_eq!((fact.period, fact.amount.amount), (None, 1_000));
}

#[test]
fn only_what_is_no_event_is_refused() {
    assert_eq!(decode(b"").unwrap_err(), DecodeError::NotJson);
    assert_eq!(decode(b"{\"id\":\"evt_1\"").unwrap_err(), DecodeError::NotJson);
    assert_eq!(decode(b"\xff\xfe{}").unwrap_err(), DecodeError::NotJson);
    let event = json!({"id": "evt_1", "object": "event", "type": "x", "created": 1, "livemode": true,
                       "data": {"object": {}}});
    assert!(decode(event.to_string().as_bytes()).is_ok());
    for field in ["id", "object", "type", "created", "livemode", "data"] {
        for wrong in [json!(null), json!({}), json!("in_1"), json!(i64::MAX)] {
            let mut event = event.clone();
            event[field] = wrong.clone();
            let refused = decode(event.to_string().as_bytes());
            let word = field == "type" && wrong.is_string();
            assert_eq!(refused.err(), (!word).then_some(DecodeError::NotAnEvent), "{field}: {wrong}");
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = decode(&bytes);
    }

    /// Replaces a piece of a real event by other characters.
    #[test]
    fn damaged_events_do_not_panic(which: Index, cut: Index, length in 0usize..40, put in "[\\x00-\\x7f]{0,12}") {
        let all = fixtures();
        let (_, _, body) = which.get(&all);
        let start = cut.index(body.len());
        let mut damaged = body.clone();
        damaged.splice(start..(start + length).min(body.len()), put.bytes());
        let _ = decode(&damaged);
    }

    /// Replaces any value of the object by a value of another type.
    #[test]
    fn whatever_type_a_value_of_the_object_has_the_event_is_kept(which: Index, at: Index, kind in 0usize..7) {
        let all = fixtures();
        let (_, _, body) = which.get(&all);
        let mut event: Value = serde_json::from_slice(body).unwrap();
        let pointers = pointers(&event["data"]["object"]);
        let odd = [json!(null), json!(true), json!(-1), json!(1.5e300), json!(""), json!([[]]), json!({"id": "x"})];
        *event["data"]["object"].pointer_mut(&pointers[at.index(pointers.len())]).unwrap() = odd[kind].clone();
        prop_assert!(decode(event.to_string().as_bytes()).is_ok());
    }
}

/// Returns a JSON pointer to each value in `value`, itself included.
fn pointers(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let mut all = vec![String::new()];
    for (key, child) in children {
        all.extend(pointers(child).into_iter().map(|pointer| format!("/{key}{pointer}")));
    }
    all
}
