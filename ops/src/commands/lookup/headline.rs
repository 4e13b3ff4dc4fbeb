//! One-line summaries of rows.

use crate::lookup::{Record, Section};

/// Returns a line that says what a row is and what its present state is.
pub fn headline(section: Section, record: &Record) -> String {
    let text = |name: &str| record.text(name).to_owned();
    let novel = || format!("novel {}", record.number("novel_id"));
    let what = match section {
        Section::People => format!("{} {}", text("id"), text("email")),
        Section::Consents => consent(record),
        Section::Preorders => format!("{} is {}, {}", text("preorder_number"), text("status"), text("color")),
        Section::PreorderPayments => paid(record, "id"),
        Section::Payments => {
            let kind = record.some("kind").unwrap_or("settled");
            format!("{} of {}: {kind} at tier {}, {}", record.money("amount"), novel(), tier(record), text("status"))
        }
        Section::Refunds | Section::Disputes => {
            let newest = record.history().last().map(|(_, status)| (*status).to_owned()).unwrap_or_default();
            format!("{} of {} is {newest}", text("id"), record.money("amount"))
        }
        Section::Events => format!("{} {} {}", text("type"), text("id"), outcome(record)),
        Section::Grants => {
            let days = record.number("subscription_duration_days");
            format!("{days} days at tier {} of {}: {}", tier(record), novel(), text("payment_status"))
        }
        Section::Segments => format!("{} at tier {} until {}", novel(), tier(record), text("end_at")),
        Section::Subscriptions => format!("{} to {} at tier {}: {}", text("id"), novel(), tier(record), text("status")),
        Section::Support => support(record),
        Section::Announcements => format!("{} is {}", text("metric"), state(record)),
    };
    match record.at() {
        Some(at) => format!("{at}  {}", what.trim()),
        None => what.trim().to_owned(),
    }
}

/// Returns a text that says whether consent to marketing was given or withdrawn for an address.
pub fn consent(record: &Record) -> String {
    let said = if record.is("given") { "consents to" } else { "withdraws consent to" };
    let proven = if record.is("proven") { "proven" } else { "not proven" };
    format!("{} ({proven}) {said} marketing, in {}", record.text("email"), record.text("source").replace('_', " "))
}

/// Returns an event's outcome, with the reason if there is one.
pub fn outcome(event: &Record) -> String {
    match event.some("reason") {
        Some(reason) => format!("{}: {reason}", event.text("outcome")),
        None => event.text("outcome").to_owned(),
    }
}

/// Returns a text about a payment of a preorder: its amount, what was refunded, and whether it is disputed.
pub fn paid(payment: &Record, id: &str) -> String {
    let mut said = format!("{} paid with {}", payment.money("amount"), payment.text(id));
    if payment.number("refunded_amount") > 0 {
        said.push_str(&format!("; {} went back", payment.money("refunded_amount")));
    }
    if let Some(status) = payment.some("dispute_status") {
        said.push_str(&format!("; disputed: {status}"));
    }
    said
}

/// Returns a text about a reader's support of a novel.
pub fn support(champion: &Record) -> String {
    let novel = champion.number("novel_id");
    match (champion.number("tier_level"), champion.some("tier_until")) {
        (level, Some(until)) if level > 0 => {
            format!(
                "novel {novel}: tier {level} until {until}, all that was bought until {}",
                champion.text("end_date")
            )
        }
        _ if champion.is("is_active") => {
            let (tier, until) = (champion.number("grace_tier"), champion.text("grace_until"));
            format!("novel {novel}: in grace at tier {tier} until {until}")
        }
        _ => format!("novel {novel}: nothing runs; the last ended at {}", champion.text("end_date")),
    }
}

/// Returns the state of an announcement: `sent`, `superseded`, `parked` or `waiting`.
pub fn state(announcement: &Record) -> &'static str {
    let is = |name| announcement.some(name).is_some();
    match () {
        () if is("sent_at") => "sent",
        () if is("superseded_at") => "superseded",
        () if is("parked_at") => "parked",
        () => "waiting",
    }
}

fn tier(record: &Record) -> String {
    record.get("tier_level").as_i64().map_or_else(|| "-".to_owned(), |level| level.to_string())
}
