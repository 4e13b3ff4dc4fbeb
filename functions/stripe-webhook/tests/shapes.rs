//! Events in the shapes that Stripe was seen to send, in ten versions of its API: which keys exist, which are null or
//! empty, and where values stand. The values are made up. Each event is delivered as it is, as another shop's on the same
//! account, and once more with an object of ours.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    money::{Currency, Money},
    ports::ChampionStore,
    preorder::{Preorder, Status},
    stripe::SubscriptionStatus,
};
use pledge_testkit::builders::{champion, intent_of, tiers};
use serde_json::{Value, json};
use support::{Handler, answer, handler, paid, received, send, signed};

/// A shape, with its expected outcomes.
struct Shape {
    /// The file in `shapes`.
    file: &'static str,
    /// The feature for which the shape was chosen.
    special: &'static str,
    /// The outcome of the event as it is.
    alone: &'static str,
    /// The outcome of the event if it is about an object of ours.
    ours: &'static str,
}

const SHAPES: [Shape; 10] = [
    Shape {
        file: "2017-12-14.charge.dispute.funds_withdrawn.expanded",
        special: "no key payment_intent, expanded balance transactions",
        alone: "ignored",
        ours: "applied",
    },
    Shape {
        file: "2020-08-27.charge.dispute.created.no_payment_intent",
        special: "payment_intent is null",
        alone: "ignored",
        ours: "applied",
    },
    Shape {
        file: "2020-08-27.checkout.session.completed.other_presentment",
        special: "presentment_details beside the integration's currency",
        alone: "ignored",
        ours: "applied",
    },
    Shape {
        file: "2025-04-30.basil.charge.dispute.closed.inquiry",
        special: "an inquiry that was closed, no money moved",
        alone: "applied",
        ours: "applied",
    },
    Shape {
        file: "2025-08-27.basil.charge.refund.updated.reference",
        special: "only the bank's reference is new",
        alone: "applied",
        ours: "applied",
    },
    Shape {
        file: "2025-08-27.basil.customer.subscription.updated.renewed",
        special: "the period stands on the item only, previous_attributes have the one before",
        alone: "ignored",
        ours: "applied",
    },
    Shape {
        file: "2025-10-29.clover.customer.subscription.created.flexible",
        special: "billing_mode flexible, customer_account, a quantity of 2",
        alone: "ignored",
        ours: "applied",
    },
    Shape {
        file: "2025-11-17.clover.invoice_payment.paid",
        special: "of an invoice that nobody claims: the link is kept",
        alone: "applied",
        ours: "applied",
    },
    Shape {
        file: "2025-12-15.clover.checkout.session.completed.order_id",
        special: "metadata of another shop, shipping_cost null",
        alone: "ignored",
        ours: "applied",
    },
    Shape {
        file: "2026-01-28.clover.payment_intent.succeeded.many_methods",
        special: "six kinds of methods, an empty state in the address",
        alone: "ignored",
        ours: "applied",
    },
];

fn read(file: &str) -> Value {
    let path = format!("{}/tests/shapes/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns the event about our preorder, its payment, or ada's support of novel 7.
fn of_ours(mut event: Value, preorder: &Preorder) -> Value {
    event["id"] = json!("evt_of_ours");
    let kind = event["type"].as_str().unwrap().to_owned();
    let object = &mut event["data"]["object"];
    match kind.split('.').next().unwrap() {
        "checkout" => {
            object["metadata"] = json!({ "preorderId": preorder.id, "checkoutAttempt": "1", "deployment": "local" });
            object["payment_intent"] = json!(intent_of(preorder));
        }
        "customer" => {
            object["metadata"] = json!({ "userId": "ada", "novelId": "7", "tierLevel": "2", "deployment": "local" });
        }
        "payment_intent" => {
            object["metadata"] = json!({ "userId": "ada", "novelId": "7", "tierLevel": "2", "kind": "purchase" });
        }
        _ => object["payment_intent"] = json!(intent_of(preorder)),
    }
    event
}

fn with_novel() -> (Handler, Preorder) {
    let (handler, preorder) = handler();
    handler.record.store.open_novel(tiers());
    (handler, preorder)
}

#[tokio::test]
async fn every_shape_is_understood_and_another_shops_changes_nothing_of_ours() {
    for Shape { file, special, alone, ours } in SHAPES {
        let (handler, preorder) = with_novel();
        assert_eq!(answer(&handler, signed(&read(file))).await, received(alone), "{file}: {special}");
        assert_eq!(handler.record.store.preorders(), std::slice::from_ref(&preorder), "{file}");
        assert!(handler.record.store.outbox().is_empty(), "{file}: nobody hears of it");
        let event = of_ours(read(file), &preorder);
        assert_eq!(answer(&handler, signed(&event)).await, received(ours), "{file}, of ours: {special}");
    }
}

#[tokio::test]
async fn no_shape_lacks_its_row() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shapes")).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.retain(|file| !file.starts_with("thin."));
    files.sort();
    assert_eq!(files, SHAPES.map(|shape| format!("{}.json", shape.file)));
}

#[tokio::test]
async fn a_session_counts_in_the_currency_of_its_price_whatever_its_customer_saw() {
    for (file, currency) in [
        ("2020-08-27.checkout.session.completed.other_presentment", "usd"),
        ("2025-12-15.clover.checkout.session.completed.order_id", "inr"),
    ] {
        let (handler, preorder) = with_novel();
        let event = of_ours(read(file), &preorder);
        let amount = event["data"]["object"]["amount_total"].as_i64().unwrap();
        send(&handler, signed(&event)).await;
        let preorder = handler.record.store.preorders().remove(0);
        assert_eq!(preorder.status, Status::Completed, "{file}");
        assert_eq!(preorder.payment.unwrap().amount, Money::new(amount, Currency::parse(currency).unwrap()), "{file}");
    }
}

#[tokio::test]
async fn an_inquiry_and_a_banks_reference_take_nothing_back() {
    for file in [
        "2017-12-14.charge.dispute.funds_withdrawn.expanded",
        "2025-04-30.basil.charge.dispute.closed.inquiry",
        "2025-08-27.basil.charge.refund.updated.reference",
    ] {
        let (handler, preorder) = with_novel();
        send(&handler, signed(&paid(&preorder))).await;
        let event = of_ours(read(file), &preorder);
        send(&handler, signed(&event)).await;
        let (before, told) = (handler.record.store.preorders(), handler.record.store.outbox().len());
        assert_eq!(before[0].status, Status::Completed, "{file}");
        let again = {
            let mut again = event.clone();
            again["id"] = json!("evt_again");
            again
        };
        send(&handler, signed(&again)).await;
        assert_eq!((handler.record.store.preorders(), handler.record.store.outbox().len()), (before, told), "{file}");
    }
}

#[tokio::test]
async fn a_subscriptions_period_is_its_items_and_never_the_one_before() {
    for (file, status) in [
        ("2025-08-27.basil.customer.subscription.updated.renewed", SubscriptionStatus::Active),
        ("2025-10-29.clover.customer.subscription.created.flexible", SubscriptionStatus::Active),
    ] {
        let (handler, preorder) = with_novel();
        let event = of_ours(read(file), &preorder);
        let end = event["data"]["object"]["items"]["data"][0]["current_period_end"].as_i64().unwrap();
        send(&handler, signed(&event)).await;
        let account = handler.record.store.account(&champion("ada")).await.unwrap();
        let [subscription] = account.subscriptions.as_slice() else { panic!("{file}") };
        assert_eq!(subscription.period_end.map(|end| end.unix_timestamp()), Some(end), "{file}");
        assert_eq!(
            (subscription.status, account.timeline().segments.len()),
            (status, 0),
            "{file}: nothing is paid yet"
        );
    }
}

#[tokio::test]
async fn thin_events_are_a_ping_or_a_refusal() {
    let (handler, preorder) = handler();
    assert_eq!(answer(&handler, signed(&read("thin.ping"))).await, received("ping"));
    let (status, body) = answer(&handler, signed(&read("thin.payment_intent.succeeded"))).await;
    assert_eq!((status, &body["code"]), (400, &json!("THIN_EVENT")));
    assert!(body["message"].as_str().unwrap().contains("send snapshots"), "{body}");
    assert_eq!(handler.record.store.preorders(), [preorder]);
}
