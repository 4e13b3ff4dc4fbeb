//! Computes the expected state from Stripe's events as JSON: from all of them at once, without an order, and without any
//! of the code that it is compared with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The expected state of a preorder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpectedPreorder {
    /// The status.
    pub status: String,
    /// The refunded amount, in minor units.
    pub refunded: i64,
    /// The names of the expected announcements besides `preorder_started`, each with its number.
    pub announcements: BTreeMap<String, i64>,
}

/// The expected support of a novel by a reader.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpectedSupport {
    /// Tier, start and end of each segment, in seconds since the epoch.
    pub stretches: Vec<(i64, i64, i64)>,
    /// The number of payments that count.
    pub grants: usize,
}

/// A payment of support.
struct Paid<'a> {
    enters: i64,
    /// The payment's id at Stripe.
    id: &'a str,
    length: i64,
    tier: i64,
    /// The times at which all its money was gone (true) and at which it was back (false).
    revocations: Vec<(i64, bool)>,
}

impl Paid<'_> {
    fn is_revoked_at(&self, moment: i64) -> bool {
        self.revocations.iter().rfind(|(at, _)| *at <= moment).is_some_and(|(_, revoked)| *revoked)
    }
}

const DAY: i64 = 24 * 60 * 60;

fn all<'a>(events: &'a [Value], kinds: &'a [&str]) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(|event| kinds.contains(&event["type"].as_str().unwrap())).map(|event| &event["data"]["object"])
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

/// Refunds and disputes of one payment, as events tell them.
#[derive(Default)]
struct Money<'a> {
    /// The `charge.refunded` events, each with its time and the sum.
    sums: Vec<(i64, i64)>,
    refunds: BTreeMap<&'a str, Part>,
    disputes: BTreeMap<&'a str, Part>,
}

/// A refund or a dispute.
#[derive(Default)]
struct Part {
    amount: i64,
    created: i64,
    /// Each status that an event told, with its time, in order.
    statuses: Vec<(i64, usize)>,
}

impl Part {
    /// Returns the status at a moment; none before an event told one.
    fn at(&self, moment: i64) -> Option<usize> {
        self.statuses.iter().rfind(|(at, _)| *at <= moment).map(|(_, status)| *status)
    }
}

/// Statuses in the order of their ranks: of two with the same time, the later in this list counts.
const REFUND: [&str; 5] = ["requires_action", "pending", "succeeded", "canceled", "failed"];
const DISPUTE: [&str; 4] = ["needs_response", "under_review", "won", "lost"];

fn money<'a>(events: &'a [Value], intent: &str) -> Money<'a> {
    let mut money = Money::default();
    for event in events.iter().filter(|event| event["data"]["object"]["payment_intent"] == intent) {
        let (at, object) = (event["created"].as_i64().unwrap(), &event["data"]["object"]);
        let number = |field: &str| object[field].as_i64().unwrap();
        let (parts, ranks): (_, &[&str]) = match text(object, "object") {
            "charge" if event["type"] == "charge.refunded" => {
                money.sums.push((at, number("amount_refunded")));
                continue;
            }
            "refund" => (&mut money.refunds, &REFUND),
            "dispute" => (&mut money.disputes, &DISPUTE),
            _ => continue,
        };
        let part = parts.entry(text(object, "id")).or_default();
        (part.amount, part.created) = (number("amount"), number("created"));
        part.statuses.push((at, ranks.iter().position(|status| *status == text(object, "status")).unwrap()));
        part.statuses.sort_unstable();
    }
    money
}

impl Money<'_> {
    /// Returns the amount that refunds had returned by a moment.
    fn refunded_at(&self, moment: i64) -> i64 {
        let made = self.refunds.values().filter(|refund| refund.created <= moment);
        // Before its first event, a refund has the status of that event.
        let status = |refund: &Part| REFUND[refund.at(moment).unwrap_or(refund.statuses[0].1)];
        let gone = made.filter(|refund| ["pending", "succeeded"].contains(&status(refund)));
        let refunded: i64 = gone.map(|refund| refund.amount).sum();
        let explained: i64 = self.refunds.values().map(|refund| refund.amount).sum();
        let sum = self.sums.iter().filter(|(at, _)| *at <= moment).map(|(_, sum)| *sum).max().unwrap_or_default();
        refunded + (sum - explained).max(0)
    }

    /// Returns the amount that was gone at a moment, by refunds and disputes.
    fn gone_at(&self, moment: i64) -> i64 {
        let is_lost = |dispute: &&Part| dispute.at(moment).is_some_and(|status| DISPUTE[status] == "lost");
        self.refunded_at(moment) + self.disputes.values().filter(is_lost).map(|dispute| dispute.amount).sum::<i64>()
    }

    /// Returns the times at which all of an amount was gone (true), and at which it was back (false).
    fn revocations(&self, paid: i64) -> Vec<(i64, bool)> {
        let parts = self.refunds.values().chain(self.disputes.values());
        let told = parts.flat_map(|part| part.statuses.iter().map(|(at, _)| *at).chain([part.created]));
        let moments: BTreeSet<i64> = self.sums.iter().map(|(at, _)| *at).chain(told).collect();
        let mut revocations: Vec<(i64, bool)> = moments.iter().map(|at| (*at, self.gone_at(*at) >= paid)).collect();
        // Only a difference to the state before is a change.
        let mut before = false;
        revocations.retain(|(_, revoked)| std::mem::replace(&mut before, *revoked) != *revoked);
        revocations
    }
}

/// Returns the expected states of the preorders that these events are about, by their ids.
#[must_use]
pub fn preorders(events: &[Value]) -> BTreeMap<String, ExpectedPreorder> {
    let mut expected: BTreeMap<String, ExpectedPreorder> = BTreeMap::new();
    let kinds = ["checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.expired"];
    for event in events.iter().filter(|event| kinds.contains(&event["type"].as_str().unwrap())) {
        let session = &event["data"]["object"];
        let preorder = expected.entry(text(session, "client_reference_id").to_owned()).or_default();
        if event["type"] == "checkout.session.expired" {
            *preorder.announcements.entry("preorder_abandoned".to_owned()).or_default() += 1;
        } else if session["payment_status"] == "paid" {
            preorder.announcements.insert("preorder_success".to_owned(), 1);
            let (money, paid) =
                (money(events, text(session, "payment_intent")), session["amount_total"].as_i64().unwrap());
            let revocations = money.revocations(paid);
            preorder.refunded = money.refunded_at(i64::MAX);
            let whole = revocations.last().is_some_and(|(_, revoked)| *revoked);
            preorder.status = if whole { "refunded" } else { "completed" }.to_owned();
            if !revocations.is_empty() {
                preorder.announcements.insert("preorder_refunded".to_owned(), 1);
            }
            let was_gone = |refund: &Part| {
                refund.statuses.iter().any(|(_, status)| ["pending", "succeeded"].contains(&REFUND[*status]))
            };
            let parts = money.refunds.values().filter(|refund| refund.amount < paid && was_gone(refund)).count();
            if parts > 0 {
                preorder.announcements.insert("preorder_partly_refunded".to_owned(), i64::try_from(parts).unwrap());
            }
            if !money.disputes.is_empty() {
                let disputes = i64::try_from(money.disputes.len()).unwrap();
                preorder.announcements.insert("preorder_disputed".to_owned(), disputes);
            }
        }
    }
    for (id, preorder) in expected.iter_mut().filter(|(_, preorder)| preorder.status.is_empty()) {
        preorder.status = unpaid(events, id).to_owned();
    }
    let mut refused: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for intent in all(events, &["payment_intent.payment_failed"]) {
        refused.entry(text(&intent["metadata"], "preorderId")).or_default().insert(text(intent, "id"));
    }
    for (preorder, intents) in refused {
        if let Some(preorder) = expected.get_mut(preorder) {
            let failed = i64::try_from(intents.len()).unwrap();
            preorder.announcements.insert("preorder_payment_failed".to_owned(), failed);
        }
    }
    expected
}

/// Returns the status of a preorder that nobody paid: that of the last session that its customer completed; if there is none,
/// all of them expired.
fn unpaid(events: &[Value], preorder: &str) -> &'static str {
    let completed = all(events, &["checkout.session.completed"]).filter(|it| it["client_reference_id"] == preorder);
    let Some(last) = completed.max_by_key(|session| session["expires_at"].as_i64()) else { return "cancelled" };
    let failed = all(events, &["checkout.session.async_payment_failed"]).any(|session| session["id"] == last["id"]);
    if failed { "failed" } else { "processing" }
}

/// Returns the expected support for these events, which are all about one reader and one novel.
#[must_use]
pub fn support(events: &[Value]) -> ExpectedSupport {
    let mut intents: BTreeMap<&str, &str> = BTreeMap::new();
    for payment in all(events, &["invoice_payment.paid"]) {
        intents.insert(text(payment, "invoice"), text(&payment["payment"], "payment_intent"));
    }
    let mut paid: BTreeMap<&str, Paid<'_>> = BTreeMap::new();
    for invoice in all(events, &["invoice.paid", "invoice.payment_succeeded"]) {
        let id = text(invoice, "id");
        let line = &invoice["lines"]["data"][0];
        let second = |field: &str| line["period"][field].as_i64().unwrap();
        let paid_at = invoice["status_transitions"]["paid_at"].as_i64().unwrap();
        let metadata = &invoice["parent"]["subscription_details"]["metadata"];
        let in_grace = text(invoice, "billing_reason") == "subscription_cycle" && paid_at <= second("start") + DAY;
        let enters = if in_grace { second("start") } else { paid_at };
        let tier = text(metadata, "tierLevel").parse().unwrap();
        let amount = invoice["amount_paid"].as_i64().unwrap();
        let revocations = intents.get(id).map(|intent| money(events, intent).revocations(amount));
        let revocations = revocations.unwrap_or_default();
        paid.insert(id, Paid { enters, id, length: second("end") - second("start"), tier, revocations });
    }
    for event in events.iter().filter(|event| event["type"] == "payment_intent.succeeded") {
        let intent = &event["data"]["object"];
        let id = text(intent, "id");
        let metadata = &intent["metadata"];
        if text(metadata, "novelId").is_empty() {
            continue;
        }
        let tier = text(metadata, "tierLevel").parse().unwrap();
        let revocations = money(events, id).revocations(intent["amount_received"].as_i64().unwrap());
        let enters = event["created"].as_i64().unwrap();
        paid.insert(id, Paid { enters, id, length: 30 * DAY, tier, revocations });
    }
    let paid: Vec<_> = paid.into_values().collect();
    let grants = paid.iter().filter(|paid| !paid.is_revoked_at(i64::MAX)).count();
    ExpectedSupport { stretches: stretches(&paid), grants }
}

/// Gives time to the highest tier that has some left, from one moment at which something changes to the next.
fn stretches(paid: &[Paid<'_>]) -> Vec<(i64, i64, i64)> {
    let mut left: Vec<_> = paid.iter().map(|paid| paid.length).collect();
    let changes = || paid.iter().flat_map(|paid| paid.revocations.iter().map(|(at, _)| *at).chain([paid.enters]));
    let mut now = changes().min().unwrap_or_default();
    let mut stretches: Vec<(i64, i64, i64)> = Vec::new();
    loop {
        let next = changes().filter(|change| *change > now).min();
        let runs = (0..paid.len())
            .filter(|index| left[*index] > 0 && paid[*index].enters <= now && !paid[*index].is_revoked_at(now))
            .max_by_key(|index| (paid[*index].tier, std::cmp::Reverse((paid[*index].enters, paid[*index].id))));
        let Some(runs) = runs else {
            match next {
                Some(next) => now = next,
                None => return stretches,
            }
            continue;
        };
        let end = next.unwrap_or(i64::MAX).min(now + left[runs]);
        left[runs] -= end - now;
        match stretches.last_mut() {
            Some((tier, _, until)) if *tier == paid[runs].tier && *until == now => *until = end,
            _ => stretches.push((paid[runs].tier, now, end)),
        }
        now = end;
    }
}
