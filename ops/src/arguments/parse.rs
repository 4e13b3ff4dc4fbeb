//! Parsers of arguments into the domain's types. Their errors are texts for the person who typed the argument.

use pledge_domain::{
    Timestamp,
    champion::{PaymentMethod, TierLevel},
    email::Email,
    ids::{EventId, NovelId, OutboxId, PreorderId, PriceId, SubscriptionId, UserId},
    money::Currency,
    outbox::PhoneNumber,
};
use time::{Date, format_description::well_known::Rfc3339, macros::format_description};
use uuid::Uuid;

use super::PreorderName;

/// Parses the id of an event.
pub fn event_id(text: &str) -> Result<EventId, String> {
    EventId::parse(text).map_err(|error| error.to_string())
}

/// Parses the id of a row of the outbox.
pub fn outbox_id(text: &str) -> Result<OutboxId, String> {
    Uuid::try_parse(text).map(OutboxId::from_uuid).map_err(|_| "must be a UUID".to_owned())
}

/// Parses a time, or a day, which stands for its midnight in UTC.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || Date::parse(text, format_description!("[year]-[month]-[day]"));
    let midnight = |day: Date| day.midnight().assume_utc();
    Timestamp::parse(text, &Rfc3339)
        .or_else(|_| day().map(midnight))
        .map_err(|_| "must be a day (2026-10-31) or a time (2026-10-31T12:00:00Z)".to_owned())
}

/// Parses the uid of a reader.
pub fn user_id(text: &str) -> Result<UserId, String> {
    UserId::parse(text).map_err(|error| error.to_string())
}

/// Parses the number of a novel.
pub fn novel_id(text: &str) -> Result<NovelId, String> {
    let number = text.parse().map_err(|_| "must be a number".to_owned())?;
    NovelId::new(number).map_err(|error| error.to_string())
}

/// Parses the id of a preorder.
pub fn preorder_id(text: &str) -> Result<PreorderId, String> {
    PreorderId::parse(text).map_err(|error| error.to_string())
}

/// Parses the level of a tier.
pub fn tier_level(text: &str) -> Result<TierLevel, String> {
    let level = text.parse().map_err(|_| "must be a number".to_owned())?;
    TierLevel::new(level).map_err(|_| format!("must be from 1 to {}", TierLevel::MAX))
}

/// Parses the id of a price at Stripe.
pub fn price_id(text: &str) -> Result<PriceId, String> {
    PriceId::parse(text).map_err(|error| error.to_string())
}

/// Parses a currency.
pub fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).map_err(|error| error.to_string())
}

/// Parses an e-mail address.
pub fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| error.to_string())
}

/// Parses a telephone number.
pub fn phone(text: &str) -> Result<PhoneNumber, String> {
    PhoneNumber::parse(text).ok_or_else(|| "must begin with + and the country, as in +852 5123 4567".to_owned())
}

/// Parses a reason: a few words on one line.
pub fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("must be some words on one line, 200 letters at most".to_owned()) }
}

/// Parses the id or the number of a preorder.
pub fn preorder_name(text: &str) -> Result<PreorderName, String> {
    let upper = text.to_ascii_uppercase();
    let number =
        upper.strip_prefix("ROL-").filter(|rest| rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_hexdigit()));
    match number {
        Some(_) => Ok(PreorderName::Number(upper)),
        None => PreorderId::parse(text)
            .map(PreorderName::Id)
            .map_err(|_| "must be a preorder's id or its number, as in ROL-1B9D6BCD".to_owned()),
    }
}

/// Parses the id of a subscription.
pub fn subscription_id(text: &str) -> Result<SubscriptionId, String> {
    SubscriptionId::parse(text).map_err(|error| error.to_string())
}

/// Parses the name of the company that moved the money.
pub fn method(text: &str) -> Result<PaymentMethod, String> {
    let is_name = (2..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match PaymentMethod::from_name(text) {
        PaymentMethod::Stripe => {
            Err("what was paid through Stripe comes from Stripe: ops event replay, ops reconcile".into())
        }
        method if is_name && text != "goodwill" => Ok(method),
        _ => Err("must be a name like paypal or bank_transfer".to_owned()),
    }
}

/// Parses the name of a database role.
pub fn role(text: &str) -> Result<String, String> {
    let is_name = text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if is_name { Ok(text.to_owned()) } else { Err("must be a role's name: small letters, digits and _".to_owned()) }
}
