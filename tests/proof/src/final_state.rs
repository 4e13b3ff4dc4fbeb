//! Reads the final state of a run: the tables and the events that Klaviyo counts, without what differs between equal
//! runs.

use std::collections::{BTreeMap, BTreeSet};

use pledge_stand_ins::{
    KlaviyoStandIn,
    klaviyo::{AcceptedEvent, EmailMarketing},
};
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::normalize::normalized;

/// Columns that may differ: times of writing, surrogate keys, and numbers of attempts.
const VOLATILE: [&str; 12] = [
    "updated_at",
    "queued_at",
    "attempts",
    "last_error",
    "send_again",
    "checkout_attempt",
    "processed_at",
    "version_event",
    "checkout_url",
    "rolled_at",
    "ends_announced_until",
    "taken_at",
];

/// Columns of which it only matters whether they are set.
const SET_OR_NOT: [&str; 2] = ["sent_at", "klaviyo_event_sent_at"];

/// Tables with numbers as keys. Their sequences also count attempts that failed.
const NUMBERED: [&str; 4] =
    ["user_champion_subscription", "payment_record", "user_champion_subscription_record", "novel_champion_tiers"];

/// The tables that belong to the state.
pub(crate) const TABLES: [&str; 15] = [
    "users",
    "user_alias",
    "consent",
    "preorders",
    "outbox",
    "preorder_payment",
    "stripe_payment",
    "stripe_refund",
    "stripe_dispute",
    "stripe_subscription",
    "user_champion_subscription",
    "user_champion_subscription_record",
    "champion_segment",
    "payment_record",
    "stripe_event",
];

/// Announcements that may be superseded: what makes them untrue may come before or after they are sent.
pub const PERISHABLE: [&str; 6] = [
    "champion_action_required",
    "champion_payment_failed",
    "marketing_consent_given",
    "marketing_consent_withdrawn",
    "preorder_abandoned",
    "preorder_payment_failed",
];

/// The final state of a run. Equal states have the same rows and the same events at Klaviyo, apart from perishable ones:
/// each of those is either sent or superseded, which [`FinalState::of`] checks.
#[derive(Debug, Clone)]
pub struct FinalState {
    /// The rows, each as a line with its table.
    pub rows: Vec<String>,
    /// The events that Klaviyo counts, by the keys of their rows. One that counted twice would be there twice.
    pub klaviyo: Vec<String>,
    /// The perishable ones among the events that Klaviyo counts.
    pub perishable: Vec<String>,
}

impl PartialEq for FinalState {
    fn eq(&self, other: &Self) -> bool {
        (&self.rows, &self.klaviyo) == (&other.rows, &other.klaviyo)
    }
}

impl FinalState {
    /// Reads the final state.
    pub async fn of(tables: &Client, klaviyo: &KlaviyoStandIn) -> Self {
        Self::read(tables, klaviyo, |_| ()).await
    }

    /// Reads the final state, without what differs between equal runs of real processes: times and random numbers.
    pub async fn of_processes(tables: &Client, klaviyo: &KlaviyoStandIn) -> Self {
        Self::read(tables, klaviyo, forget_chance).await
    }

    async fn read(tables: &Client, klaviyo: &KlaviyoStandIn, forget: fn(&mut Value)) -> Self {
        let mut rows = Vec::new();
        let mut keys = BTreeMap::new();
        let mut superseded = BTreeSet::new();
        for table in TABLES {
            let sql = format!("select to_jsonb(t) from {table} t");
            for row in tables.query(&sql, &[]).await.unwrap() {
                let mut row: Value = row.get(0);
                if table == "outbox" {
                    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
                    keys.insert(text("id"), text("key"));
                    if !row["superseded_at"].is_null() {
                        assert!(PERISHABLE.contains(&text("metric").as_str()), "superseded: {row}");
                        superseded.insert(text("id"));
                    }
                }
                if counts(table, &row) {
                    clean(table, &mut row);
                    forget(&mut row);
                    rows.push(json!([table, row]));
                }
            }
        }
        for profile in klaviyo.profiles(None) {
            if profile.email_marketing != EmailMarketing::NeverSubscribed {
                rows.push(json!(["klaviyo", { "email": profile.email, "email_marketing": profile.email_marketing }]));
            }
        }
        let events = klaviyo.events();
        assert!(events.iter().all(|event| !superseded.contains(&event.unique_id)), "sent although superseded");
        let line = |event: AcceptedEvent| {
            let key = keys.get(&event.unique_id).cloned().unwrap_or_else(|| format!("unknown {}", event.unique_id));
            let mut event = json!([event.metric, event.email, key, event.value, event.time]);
            forget(&mut event);
            event
        };
        let (perishable, lasting): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|event| PERISHABLE.contains(&event.metric.as_str()));
        Self {
            rows: normalized(rows),
            klaviyo: normalized(lasting.into_iter().map(line)),
            perishable: normalized(perishable.into_iter().map(line)),
        }
    }

    /// Returns the names of the announcements that Klaviyo counts, sorted.
    #[must_use]
    pub fn announcements(&self) -> Vec<&str> {
        let length = |line: &String| line.split('"').nth(1).map(str::len);
        let mut metrics: Vec<_> =
            self.klaviyo.iter().chain(&self.perishable).filter_map(|line| Some(&line[2..2 + length(line)?])).collect();
        metrics.sort_unstable();
        metrics
    }

    /// Returns the difference to another state, line by line; empty if they are equal.
    #[must_use]
    pub fn difference(&self, other: &Self) -> String {
        let mut lines = Vec::new();
        for (mine, theirs) in [(&self.rows, &other.rows), (&self.klaviyo, &other.klaviyo)] {
            lines.extend(without(mine, theirs).map(|line| format!("- {line}")));
            lines.extend(without(theirs, mine).map(|line| format!("+ {line}")));
        }
        lines.join("\n")
    }
}

/// Returns the lines that `other` doesn't have, or has less often.
fn without<'a>(lines: &'a [String], other: &'a [String]) -> impl Iterator<Item = &'a String> {
    let mut left: BTreeMap<&String, usize> = BTreeMap::new();
    for line in other {
        *left.entry(line).or_default() += 1;
    }
    lines.iter().filter(move |line| match left.get_mut(line) {
        Some(count @ 1..) => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

/// Returns whether a row belongs to the state. Rows that only show how it came about don't:
///
/// - events, since their outcome depends on their order (but a parked one belongs to the state);
/// - a payment for which Stripe made nothing: its idempotency key was consumed by a 500, and the next attempt took
///   another.
fn counts(table: &str, row: &Value) -> bool {
    match table {
        "stripe_event" => row["outcome"] == "parked",
        "payment_record" => {
            row["closed"] != true || !row["paid_at"].is_null() || !row["stripe_payment_intent_id"].is_null()
        }
        _ => true,
    }
}

fn clean(table: &str, row: &mut Value) {
    let Some(row) = row.as_object_mut() else { return };
    for column in VOLATILE {
        row.remove(column);
    }
    for column in SET_OR_NOT {
        if let Some(value) = row.get_mut(column) {
            *value = (!value.is_null()).into();
        }
    }
    if table == "outbox" {
        // Klaviyo's pause holds for every row and stays in the row that was refused, also if that is superseded.
        if row.get("superseded_at").is_some_and(|at| !at.is_null()) {
            row.insert("not_before".to_owned(), Value::Null);
        }
        // Whether a perishable announcement is sent or superseded depends on when it was sent.
        let settled = ["sent_at", "superseded_at"]
            .map(|column| row.remove(column).is_some_and(|at| at != false && !at.is_null()));
        row.insert("settled".to_owned(), settled.contains(&true).into());
    }
    if NUMBERED.contains(&table) {
        row.remove("id");
        row.remove("created_at");
    }
    // The periods are sorted by their ids, which differ between runs.
    if let Some(periods) = row.get_mut("invoice_periods").and_then(Value::as_array_mut) {
        periods.sort_by_key(|period| period["start"].as_str().map(str::to_owned));
    }
    let perishable = row.get("metric").and_then(Value::as_str).is_some_and(|metric| PERISHABLE.contains(&metric));
    if let Some(profile) = row.get_mut("payload").and_then(|payload| payload["profile"].as_object_mut()) {
        // Firebase may not have answered when the announcement was written.
        profile.remove("external_id");
        // A preorder may be abandoned before or after its buyer's details at Stripe are known.
        profile.retain(|field, _| !perishable || field == "email");
    }
}

/// A number above every amount and below every time in seconds.
const EPOCH_SECONDS: i64 = 1_500_000_000;

/// Removes times and random numbers of a real process, wherever they are in a value.
fn forget_chance(value: &mut Value) {
    match value {
        Value::String(text) if is_time(text) => *value = "a time".into(),
        Value::Number(number) if number.as_i64().is_some_and(|number| number > EPOCH_SECONDS) => {
            *value = "a time".into();
        }
        Value::String(text) if text.starts_with("ROL-") => *value = "a number".into(),
        Value::Array(values) => values.iter_mut().for_each(forget_chance),
        Value::Object(fields) => fields.values_mut().for_each(forget_chance),
        _ => {}
    }
}

/// Returns whether this is a time as PostgreSQL and Klaviyo write it: `2026-01-31T12:00:00…`.
fn is_time(text: &str) -> bool {
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let fits = |(byte, wanted): (u8, &u8)| if *wanted == b'd' { byte.is_ascii_digit() } else { byte == *wanted };
    text.len() >= shape.len() && text.bytes().zip(shape).all(fits)
}
