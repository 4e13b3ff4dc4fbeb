//! The check of a create-event body, name by name and type by type.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

use super::error::ApiError;
use super::state::PhonePolicy;

/// The greatest number of properties of an event.
const PROPERTIES: usize = 400;
/// The greatest length of a metric's name, in characters.
const METRIC_NAME: usize = 128;

/// A body that Klaviyo accepts.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) metric: String,
    pub(crate) profile: Value,
    pub(crate) properties: Value,
    /// The event's time in seconds since the epoch, if one was given.
    pub(crate) time: Option<i64>,
    pub(crate) value: Option<Value>,
    pub(crate) value_currency: Option<String>,
    pub(crate) unique_id: Option<String>,
    /// Whether an invalid phone number was left out.
    pub(crate) phone_ignored: bool,
}

const ATTRIBUTES: [&str; 7] = ["properties", "time", "value", "value_currency", "unique_id", "metric", "profile"];
const PROFILE: [&str; 14] = [
    "email",
    "phone_number",
    "external_id",
    "anonymous_id",
    "_kx",
    "first_name",
    "last_name",
    "organization",
    "locale",
    "title",
    "image",
    "location",
    "properties",
    "meta",
];
const IDENTIFIERS: [&str; 5] = ["email", "phone_number", "external_id", "anonymous_id", "_kx"];

pub(crate) fn check(body: &[u8], phones: PhonePolicy, now: i64) -> Result<Checked, ApiError> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| ApiError::invalid("/data", format!("The payload is not valid JSON: {error}")))?;
    let body = object(&body, "")?;
    only(body, &["data"], "", "event")?;
    let attributes = resource(body, "", "event", &["type", "attributes"])?;
    let at = "/data/attributes";
    only(attributes, &ATTRIBUTES, at, "event")?;

    let properties = required(attributes, "properties", at)?;
    if object(properties, &format!("{at}/properties"))?.len() > PROPERTIES {
        return Err(ApiError::invalid(
            &format!("{at}/properties"),
            format!("An event can have up to {PROPERTIES} properties."),
        ));
    }
    let metric = metric(required(attributes, "metric", at)?)?;
    let (profile, phone_ignored) = profile(required(attributes, "profile", at)?, phones)?;
    Ok(Checked {
        metric,
        profile,
        properties: properties.clone(),
        time: optional(attributes, "time").map(|time| parse_time(time, &format!("{at}/time"), now)).transpose()?,
        value: optional(attributes, "value").map(number).transpose()?,
        value_currency: optional(attributes, "value_currency").map(currency).transpose()?,
        unique_id: match optional(attributes, "unique_id") {
            Some(id) => Some(text(id, &format!("{at}/unique_id"))?.to_owned()),
            None => None,
        },
        phone_ignored,
    })
}

fn metric(metric: &Value) -> Result<String, ApiError> {
    let at = "/data/attributes/metric";
    let metric = object(metric, at)?;
    only(metric, &["data"], at, "metric")?;
    let attributes = resource(metric, at, "metric", &["type", "attributes"])?;
    let at = "/data/attributes/metric/data/attributes";
    only(attributes, &["name", "service"], at, "metric")?;
    let name = text(required(attributes, "name", at)?, &format!("{at}/name"))?;
    if name.is_empty() || name.chars().count() > METRIC_NAME {
        return Err(ApiError::invalid(
            &format!("{at}/name"),
            format!("A metric name has 1 to {METRIC_NAME} characters."),
        ));
    }
    Ok(name.to_owned())
}

fn profile(profile: &Value, phones: PhonePolicy) -> Result<(Value, bool), ApiError> {
    let at = "/data/attributes/profile";
    let profile = object(profile, at)?;
    only(profile, &["data"], at, "profile")?;
    let mut attributes = resource(profile, at, "profile", &["type", "id", "attributes"])?.clone();
    let at = "/data/attributes/profile/data/attributes";
    only(&attributes, &PROFILE, at, "profile")?;
    for name in PROFILE {
        let pointer = format!("{at}/{name}");
        match (name, optional(&attributes, name)) {
            (_, None) => {}
            ("location" | "properties" | "meta", Some(value)) => drop(object(value, &pointer)?),
            ("email", Some(value)) if !is_email(text(value, &pointer)?) => {
                return Err(ApiError::invalid(&pointer, "Invalid email address"));
            }
            (_, Some(value)) => drop(text(value, &pointer)?),
        }
    }
    let phone = optional(&attributes, "phone_number").and_then(Value::as_str);
    let bad_phone = phone.is_some_and(|number| !is_e164(number));
    let others = IDENTIFIERS.iter().filter(|name| **name != "phone_number");
    let has_other = others.into_iter().any(|name| optional(&attributes, name).is_some());
    if bad_phone && (phones == PhonePolicy::Refuse || !has_other) {
        return Err(ApiError::invalid(
            &format!("{at}/phone_number"),
            "Invalid phone number format (Example of a valid format: +12345678901)",
        ));
    }
    if !has_other && phone.is_none() {
        return Err(ApiError::invalid(
            at,
            "At least one of the following identifiers is required: email, phone_number, external_id, anonymous_id, _kx.",
        ));
    }
    if bad_phone {
        attributes.remove("phone_number");
    }
    Ok((Value::Object(attributes), bad_phone))
}

/// Returns the attributes of a resource of the given type from its `data`.
fn resource<'v>(
    outer: &'v Map<String, Value>,
    at: &str,
    kind: &str,
    names: &[&str],
) -> Result<&'v Map<String, Value>, ApiError> {
    let pointer = format!("{at}/data");
    let data = object(required(outer, "data", at)?, &pointer)?;
    only(data, names, &pointer, kind)?;
    let given = text(required(data, "type", &pointer)?, &format!("{pointer}/type"))?;
    if given != kind {
        return Err(ApiError::invalid(
            &format!("{pointer}/type"),
            format!("'{given}' is not a valid type: expected '{kind}'."),
        ));
    }
    object(required(data, "attributes", &pointer)?, &format!("{pointer}/attributes"))
}

pub(super) fn only(object: &Map<String, Value>, names: &[&str], at: &str, kind: &str) -> Result<(), ApiError> {
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(ApiError::invalid(
            &format!("{at}/{name}"),
            format!("'{name}' is not a valid field for the resource '{kind}'."),
        )),
        None => Ok(()),
    }
}

pub(super) fn required<'v>(object: &'v Map<String, Value>, name: &str, at: &str) -> Result<&'v Value, ApiError> {
    optional(object, name)
        .ok_or_else(|| ApiError::invalid(&format!("{at}/{name}"), format!("'{name}' is a required field.")))
}

/// Returns a field unless it is missing or null.
pub(super) fn optional<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !value.is_null())
}

pub(super) fn object<'v>(value: &'v Value, at: &str) -> Result<&'v Map<String, Value>, ApiError> {
    value.as_object().ok_or_else(|| ApiError::invalid(at, "Expected an object."))
}

pub(super) fn text<'v>(value: &'v Value, at: &str) -> Result<&'v str, ApiError> {
    value.as_str().ok_or_else(|| ApiError::invalid(at, "Not a valid string."))
}

fn number(value: &Value) -> Result<Value, ApiError> {
    match value {
        Value::Number(_) => Ok(value.clone()),
        _ => Err(ApiError::invalid("/data/attributes/value", "A valid number is required.")),
    }
}

fn currency(value: &Value) -> Result<String, ApiError> {
    let at = "/data/attributes/value_currency";
    let code = text(value, at)?;
    if code.len() == 3 && code.chars().all(|letter| letter.is_ascii_uppercase()) {
        return Ok(code.to_owned());
    }
    Err(ApiError::invalid(at, "Not a valid ISO 4217 currency code."))
}

/// Parses a time, which "must be after the year 2000 and can only be up to 1 year in the future"
/// (<https://developers.klaviyo.com/en/v2024-10-15/reference/create_event>).
pub(super) fn parse_time(value: &Value, at: &str, now: i64) -> Result<i64, ApiError> {
    const YEAR: i64 = 365 * 24 * 60 * 60;
    let given = text(value, at)?;
    let time = OffsetDateTime::parse(given, &Iso8601::DEFAULT)
        .map_err(|_| ApiError::invalid(at, "Datetime has wrong format. Use ISO 8601 with an offset."))?;
    if time.year() <= 2000 || time.unix_timestamp() > now + YEAR {
        return Err(ApiError::invalid(at, "The time must be after the year 2000 and at most one year ahead."));
    }
    Ok(time.unix_timestamp())
}

pub(super) fn is_email(text: &str) -> bool {
    let host = text.split_once('@').filter(|(user, _)| !user.is_empty()).map(|(_, host)| host);
    !text.contains(char::is_whitespace)
        && host.is_some_and(|host| {
            host.contains('.') && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
        })
}

/// Returns whether a number is `+` and 8 to 15 digits of which the first isn't zero.
fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.chars().all(|digit| digit.is_ascii_digit())
    })
}
