//! The history of an object, taken from its rows.

use super::headline::{consent, outcome, paid, support};
use crate::{
    console::words::count,
    lookup::{Record, Section},
};

/// Something that happened or will happen.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The time in ISO 8601; none if it isn't known.
    pub at: Option<String>,
    /// The place of the event, in one word such as `form`, `payment` or `Klaviyo`.
    pub lane: &'static str,
    /// A description of what happened.
    pub says: String,
    /// Whether a person should look at it.
    pub is_trouble: bool,
    /// The row that the entry was taken from.
    pub record: &'a Record,
}

/// Returns the entries in a row. A present state gets the time `now`.
pub fn entries<'a>(section: Section, record: &'a Record, now: &str) -> Vec<Entry<'a>> {
    let mut chronology = Chronology { record, list: Vec::new() };
    match section {
        Section::People => person(&mut chronology),
        Section::Consents => chronology.at("said_at", "consent", consent(record)),
        Section::Preorders => preorder(&mut chronology, now),
        Section::Events => event(&mut chronology),
        Section::PreorderPayments => chronology.at("paid_at", "payment", paid(record, "id")),
        Section::Payments => payment(&mut chronology),
        Section::Refunds => history(&mut chronology, "refund"),
        Section::Disputes => history(&mut chronology, "dispute"),
        Section::Grants => grant(&mut chronology),
        Section::Segments => segment(&mut chronology),
        Section::Subscriptions => subscription(&mut chronology, now),
        Section::Support => chronology.add(Some(now), "now", support(record)),
        Section::Announcements => announcement(&mut chronology),
    }
    chronology.list
}

struct Chronology<'a> {
    record: &'a Record,
    list: Vec<Entry<'a>>,
}

impl Chronology<'_> {
    /// Adds an entry at the time in a column, if there is one.
    fn at(&mut self, column: &str, lane: &'static str, says: String) {
        if let Some(at) = self.record.some(column).map(str::to_owned) {
            self.add(Some(&at), lane, says);
        }
    }

    fn add(&mut self, at: Option<&str>, lane: &'static str, says: String) {
        let at = at.map(str::to_owned);
        self.list.push(Entry { at, lane, says, is_trouble: false, record: self.record });
    }

    /// Marks the last entry as something to look at.
    fn trouble(&mut self) {
        if let Some(last) = self.list.last_mut() {
            last.is_trouble = true;
        }
    }
}

fn person(chronology: &mut Chronology<'_>) {
    let (id, email) = (chronology.record.text("id"), chronology.record.text("email"));
    let proven = if chronology.record.is("email_verified") { "proven" } else { "not proven" };
    let address = if email.is_empty() { "no address".to_owned() } else { format!("{email} ({proven})") };
    chronology.at("created_at", "person", format!("{id} becomes known, {address}"));
    chronology.at("last_login_at", "person", format!("{id} signs in, for the last time so far"));
}

fn preorder(chronology: &mut Chronology<'_>, now: &str) {
    let record = chronology.record;
    let (number, color, locale) = (record.text("preorder_number"), record.text("color"), record.text("locale"));
    let says = format!("{number}: the form is sent for {}: {color}, {locale}", record.text("email"));
    chronology.at("created_at", "form", says);
    let session = record.some("session_id").map(|session| (session, record.text("session_state").replace('_', " ")));
    if let Some((session, state)) = &session
        && state == "open"
    {
        chronology.at("session_expires_at", "checkout", format!("the pay page {session} closes"));
    }
    chronology.at("disputed_at", "dispute", format!("{number} is held: nothing is sent to the customer"));
    let reason = record.some("held_reason").map(|reason| format!(": {reason}")).unwrap_or_default();
    chronology.at("held_at", "parcel", format!("{number} is held by an operator{reason}"));
    chronology.at("fulfilled_at", "parcel", format!("{number} is sent"));
    let owner = record.some("user_id").map_or_else(|| "nobody's yet".to_owned(), |user| format!("{user}'s"));
    let attempts = count(record.number("checkout_attempt"), "checkout attempt");
    let newest = session.map(|(session, state)| format!("; its newest session {session} is {state}"));
    let newest = newest.unwrap_or_default();
    let says = format!("{number} is {}, after {attempts}, and {owner}{newest}", record.text("status"));
    chronology.add(Some(now), "now", says);
}

fn event(chronology: &mut Chronology<'_>) {
    let record = chronology.record;
    let (created, recorded) = (record.text("created"), record.text("processed_at"));
    let late = if created == recorded { String::new() } else { format!(" (recorded {recorded})") };
    let says = format!("{} {} {}{late}", record.text("type"), record.text("id"), outcome(record));
    chronology.at("created", "event", says);
    if record.text("outcome") == "parked" {
        chronology.trouble();
    }
}

fn payment(chronology: &mut Chronology<'_>) {
    let record = chronology.record;
    let kind = record.some("kind").unwrap_or("settled payment").replace('_', " ");
    let (novel, tier) = (record.number("novel_id"), record.number("tier_level"));
    let id = ["stripe_invoice_id", "stripe_payment_intent_id", "record_id"].into_iter().find_map(|it| record.some(it));
    let id = id.unwrap_or_default();
    let what = format!("{kind} of tier {tier}, novel {novel}, {}", record.money("amount"));
    chronology.at("created_at", "payment", format!("{what}: begins as {}", record.text("record_id")));
    chronology.at("failed_at", "payment", format!("{what}: a try to pay is refused ({id})"));
    chronology.at("paid_at", "payment", format!("{what}: paid with {id}"));
}

fn history(chronology: &mut Chronology<'_>, lane: &'static str) {
    let record = chronology.record;
    let (id, amount, intent) = (record.text("id"), record.money("amount"), record.text("payment_intent_id"));
    let paid = format!("{id} of {amount}, paid with {intent}");
    let history = record.history();
    for (at, status) in &history {
        chronology.add(Some(at), lane, format!("{paid}, is {}", status.replace('_', " ")));
        if lane == "dispute" || matches!(*status, "failed" | "canceled") {
            chronology.trouble();
        }
    }
    if history.is_empty() {
        chronology.add(record.some("updated_at"), lane, paid);
    }
    chronology.at("evidence_due_at", lane, format!("{id}: evidence must be at Stripe by then"));
}

fn grant(chronology: &mut Chronology<'_>) {
    let record = chronology.record;
    let (kind, tier, novel) =
        (record.text("subscription_type"), record.number("tier_level"), record.number("novel_id"));
    let days = count(record.number("subscription_duration_days"), "day");
    let runs = match (record.some("start_date"), record.some("end_date")) {
        (Some(start), Some(end)) => format!("running {start} to {end}"),
        _ => "none of it runs".to_owned(),
    };
    let status = record.text("payment_status");
    chronology.at("created_at", "ledger", format!("{kind}: {days} at tier {tier} of novel {novel}, {runs}; {status}"));
}

fn segment(chronology: &mut Chronology<'_>) {
    let record = chronology.record;
    let (novel, tier, end) = (record.number("novel_id"), record.number("tier_level"), record.text("end_at"));
    chronology.at("start_at", "access", format!("novel {novel} at tier {tier} until {end}"));
}

fn subscription(chronology: &mut Chronology<'_>, now: &str) {
    let record = chronology.record;
    let (id, novel, tier) = (record.text("id"), record.number("novel_id"), record.number("tier_level"));
    let paused = if record.is("collection_paused") { ", nothing is collected" } else { "" };
    let end = match (record.some("period_end"), record.is("cancel_at_period_end")) {
        (Some(end), true) => format!(", ends at {end}"),
        (Some(end), false) => format!(", period until {end}"),
        (None, _) => String::new(),
    };
    let status = record.text("status").replace('_', " ");
    chronology.add(Some(now), "now", format!("{id}: novel {novel} at tier {tier} is {status}{paused}{end}"));
}

fn announcement(chronology: &mut Chronology<'_>) {
    let record = chronology.record;
    let (metric, id) = (record.text("metric"), record.text("id"));
    let failed = record.number("attempts");
    let refusal = record.some("last_error").map(|error| format!(": {error}")).unwrap_or_default();
    chronology.at("created_at", "outbox", format!("{metric} is recorded as {id}"));
    if record.some("parked_at").is_some() {
        let attempts = count(failed, "attempt");
        chronology.at("parked_at", "Klaviyo", format!("refuses {metric} for good after {attempts}{refusal}"));
        chronology.trouble();
    } else if record.some("sent_at").is_some() {
        let before = if failed == 0 { String::new() } else { format!(", after {}{refusal}", count(failed, "refusal")) };
        chronology.at("sent_at", "Klaviyo", format!("takes {metric}{before}"));
    } else if record.some("superseded_at").is_some() {
        chronology.at("superseded_at", "outbox", format!("{metric} doesn't hold any more and is left out"));
    } else {
        let says = format!("{metric} waits, after {}{refusal}", count(failed, "refusal"));
        chronology.add(record.some("queued_at").or(record.some("created_at")), "outbox", says);
    }
}
