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
    /// Tier, start and end of each stretch, in seconds since the epoch.
    pub stretches: Vec<(i64, i64, i64)>,
    /// Payments that count.
    pub grants: usize,
}

/// A payment that counts: when it enters, its id at Stripe, how long it is, which tier.
type Paid<'a> = (i64, &'a str, i64, i64);

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
    let mut grants: BTreeMap<&str, Paid<'_>> = BTreeMap::new();
    for invoice in all(events, &["invoice.paid", "invoice.payment_succeeded"]) {
        let id = text(invoice, "id");
        if intents.get(id).is_some_and(|intent| whole(intent)) {
            continue;
        }
        let line = &invoice["lines"]["data"][0];
        let second = |field: &str| line["period"][field].as_i64().unwrap();
        let paid_at = invoice["status_transitions"]["paid_at"].as_i64().unwrap();
        let metadata = &invoice["parent"]["subscription_details"]["metadata"];
        let in_grace = text(invoice, "billing_reason") == "subscription_cycle" && paid_at <= second("start") + DAY;
        let enters = if in_grace { second("start") } else { paid_at };
        let tier = text(metadata, "tierLevel").parse().unwrap();
        grants.insert(id, (enters, id, second("end") - second("start"), tier));
    }
    for event in events.iter().filter(|event| event["type"] == "payment_intent.succeeded") {
        let intent = &event["data"]["object"];
        let id = text(intent, "id");
        let metadata = &intent["metadata"];
        if text(metadata, "novelId").is_empty() || whole(id) {
            continue;
        }
        let tier = text(metadata, "tierLevel").parse().unwrap();
        grants.insert(id, (event["created"].as_i64().unwrap(), id, 30 * DAY, tier));
    }
    let grants: Vec<_> = grants.into_values().collect();
    ExpectedSupport { stretches: stretches(&grants), grants: grants.len() }
}

/// Gives the time to the highest tier that has something left, from one moment at which something changes to the next.
fn stretches(grants: &[Paid<'_>]) -> Vec<(i64, i64, i64)> {
    let mut left: Vec<_> = grants.iter().map(|(.., length, _)| *length).collect();
    let mut now = grants.iter().map(|(enters, ..)| *enters).min().unwrap_or_default();
    let mut stretches: Vec<(i64, i64, i64)> = Vec::new();
    loop {
        let waits = |index: &usize| left[*index] > 0;
        let next_in = grants.iter().map(|(enters, ..)| *enters).filter(|enters| *enters > now).min();
        let runs = (0..grants.len()).filter(waits).filter(|index| grants[*index].0 <= now).max_by_key(|index| {
            let (enters, id, _, tier) = grants[*index];
            (tier, std::cmp::Reverse((enters, id)))
        });
        let Some(runs) = runs else {
            match next_in {
                Some(next) => now = next,
                None => return stretches,
            }
            continue;
        };
        let end = next_in.unwrap_or(i64::MAX).min(now + left[runs]);
        left[runs] -= end - now;
        match stretches.last_mut() {
            Some((tier, _, until)) if *tier == grants[runs].3 && *until == now => *until = end,
            _ => stretches.push((grants[runs].3, now, end)),
        }
        now = end;
    }
}
