//! Computes what must be true from Stripe's events as they are in JSON: from all of them at once, without an order and
//! without anything of the code that it judges.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What must be true of a preorder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpectedPreorder {
    /// `status`.
    pub status: String,
    /// In minor units.
    pub refunded: i64,
    /// The metrics that Klaviyo must count besides `preorder_started`.
    pub facts: BTreeSet<String>,
}

/// What must be true of a reader's support of a novel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpectedSupport {
    /// Seconds since the epoch; none without a payment that counts.
    pub end: Option<i64>,
    /// Of the newest payment that counts.
    pub tier: Option<i64>,
    /// Payments that count.
    pub grants: usize,
}

const DAY: i64 = 24 * 60 * 60;

fn all<'a>(events: &'a [Value], kinds: &'a [&str]) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(|event| kinds.contains(&event["type"].as_str().unwrap())).map(|event| &event["data"]["object"])
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

/// Returns how much went back of each payment, and whether that was all of it, by payment intent.
fn refunds(events: &[Value]) -> BTreeMap<String, (i64, bool)> {
    let mut refunds: BTreeMap<String, (i64, bool)> = BTreeMap::new();
    for charge in all(events, &["charge.refunded"]) {
        let amount = charge["amount_refunded"].as_i64().unwrap();
        let whole = amount >= charge["amount"].as_i64().unwrap();
        let so_far = refunds.entry(text(charge, "payment_intent").to_owned()).or_default();
        *so_far = (amount.max(so_far.0), whole || so_far.1);
    }
    refunds
}

/// Returns what must be true of the preorders that these events are about, by their ids.
#[must_use]
pub fn preorders(events: &[Value]) -> BTreeMap<String, ExpectedPreorder> {
    let refunds = refunds(events);
    let mut expected: BTreeMap<String, ExpectedPreorder> = BTreeMap::new();
    let kinds = ["checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.expired"];
    for event in events.iter().filter(|event| kinds.contains(&event["type"].as_str().unwrap())) {
        let session = &event["data"]["object"];
        let preorder = expected.entry(text(session, "client_reference_id").to_owned()).or_default();
        if event["type"] == "checkout.session.expired" {
            preorder.facts.insert("preorder_abandoned".to_owned());
            preorder.status = "cancelled".to_owned();
            continue;
        }
        if session["payment_status"] == "unpaid" && preorder.status.is_empty() {
            preorder.status = "processing".to_owned();
        }
        if session["payment_status"] == "paid" {
            preorder.facts.insert("preorder_success".to_owned());
            let (refunded, whole) = refunds.get(text(session, "payment_intent")).copied().unwrap_or_default();
            preorder.refunded = refunded;
            preorder.status = if whole { "refunded" } else { "completed" }.to_owned();
            if whole {
                preorder.facts.insert("preorder_refunded".to_owned());
            }
        }
    }
    expected
}

/// Returns what must be true of the support that these events pay for; they are all of one reader and one novel.
#[must_use]
pub fn support(events: &[Value]) -> ExpectedSupport {
    let refunds = refunds(events);
    let whole = |intent: &str| refunds.get(intent).is_some_and(|(_, whole)| *whole);
    let mut intents: BTreeMap<&str, &str> = BTreeMap::new();
    for payment in all(events, &["invoice_payment.paid"]) {
        intents.insert(text(payment, "invoice"), text(&payment["payment"], "payment_intent"));
    }
    // When it was paid, for how long, which tier.
    let mut grants: BTreeMap<&str, (i64, i64, i64)> = BTreeMap::new();
    for invoice in all(events, &["invoice.paid", "invoice.payment_succeeded"]) {
        let id = text(invoice, "id");
        if intents.get(id).is_some_and(|intent| whole(intent)) {
            continue;
        }
        let line = &invoice["lines"]["data"][0];
        let second = |field: &str| line["period"][field].as_i64().unwrap();
        let paid_at = invoice["status_transitions"]["paid_at"].as_i64().unwrap();
        let metadata = &invoice["parent"]["subscription_details"]["metadata"];
        grants.insert(id, (paid_at, second("end") - second("start"), text(metadata, "tierLevel").parse().unwrap()));
    }
    for event in events.iter().filter(|event| event["type"] == "payment_intent.succeeded") {
        let intent = &event["data"]["object"];
        let id = text(intent, "id");
        let metadata = &intent["metadata"];
        if text(metadata, "novelId").is_empty() || whole(id) {
            continue;
        }
        grants.insert(id, (event["created"].as_i64().unwrap(), 30 * DAY, text(metadata, "tierLevel").parse().unwrap()));
    }
    let mut grants: Vec<_> = grants.into_values().collect();
    grants.sort_unstable();
    let end = grants
        .iter()
        .fold(None, |end: Option<i64>, (paid_at, length, _)| Some(end.unwrap_or(*paid_at).max(*paid_at) + length));
    ExpectedSupport { end, tier: grants.last().map(|(_, _, tier)| *tier), grants: grants.len() }
}
