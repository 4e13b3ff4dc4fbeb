//! The body of a Create Event request, a JSON:API document (<https://developers.klaviyo.com/en/reference/create_event>).

use pledge_domain::{Timestamp, ids::OutboxId, outbox::Announcement, property};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Number, Value, value::RawValue};
use time::{UtcOffset, format_description::well_known::Rfc3339};

/// Returns the body for an announcement, as JSON. `metric_name` is the name of its event in Klaviyo.
///
/// # Errors
/// If the time or the amount has no JSON form; the same announcement fails again.
pub(crate) fn body(entry: &Announcement, metric_name: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let payload = &entry.payload;
    // Klaviyo's value is a number. The decimal text is written unchanged, since a float could round it.
    let value = payload.value.map(|money| RawValue::from_string(money.to_decimal())).transpose()?;
    let profile = Profile {
        email: payload.profile.email.as_str(),
        external_id: payload.profile.external_id.as_ref().map(|id| id.as_str()),
        phone_number: payload.profile.phone_number.as_deref(),
        first_name: payload.profile.first_name.as_deref(),
        last_name: payload.profile.last_name.as_deref(),
    };
    let event = Event {
        properties: Properties(&payload.properties),
        time: time(payload.occurred_at)?,
        value,
        value_currency: payload.value.map(|money| money.currency.to_iso()),
        unique_id: entry.id,
        metric: Document { data: Resource { kind: "metric", attributes: Metric { name: metric_name } } },
        profile: Document { data: Resource { kind: "profile", attributes: profile } },
    };
    Ok(serde_json::to_vec(&Document { data: Resource { kind: "event", attributes: event } })?)
}

/// Returns the time of the event; none if it is too early for Klaviyo, which then uses the time of the request. A time
/// "must be after the year 2000" (<https://developers.klaviyo.com/en/reference/create_event>). Klaviyo also refuses times
/// more than a year ahead, but nothing is announced before it has happened.
fn time(occurred_at: Timestamp) -> Result<Option<String>, time::error::Format> {
    let utc = occurred_at.to_offset(UtcOffset::UTC);
    (utc.year() > 2000).then(|| utc.format(&Rfc3339)).transpose()
}

/// An event's properties, with `amount` written as a number. The outbox keeps it as exact decimal text, but Klaviyo adds up
/// and compares only numbers.
struct Properties<'a>(&'a Map<String, Value>);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            match number(name, value) {
                Some(number) => map.serialize_entry(name, &number)?,
                None => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

fn number(name: &str, value: &Value) -> Option<Box<RawValue>> {
    let text = value.as_str().filter(|_| name == property::AMOUNT)?;
    let is_number = serde_json::from_str::<Number>(text).is_ok();
    RawValue::from_string(text.to_owned()).ok().filter(|_| is_number)
}

#[derive(Serialize)]
struct Document<T> {
    data: Resource<T>,
}

#[derive(Serialize)]
struct Resource<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    attributes: T,
}

#[derive(Serialize)]
struct Event<'a> {
    properties: Properties<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_currency: Option<String>,
    unique_id: OutboxId,
    metric: Document<Metric<'a>>,
    profile: Document<Profile<'a>>,
}

#[derive(Serialize)]
struct Metric<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Profile<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use pledge_domain::{
        email::Email,
        ids::UserId,
        money::{Currency, Money},
        outbox::{AnnouncementKind, Payload, Profile},
    };
    use serde_json::json;

    use super::*;

    fn entry(profile: Profile, value: Option<Money>) -> Announcement {
        let Value::Object(properties) = json!({ "color": "Red", "preorder_id": "p-1" }) else { unreachable!() };
        // 2026-01-02 03:04:05.5 in Tokyo.
        let occurred_at = Timestamp::from_unix_timestamp_nanos(1_767_290_645_500_000_000).unwrap();
        let occurred_at = occurred_at.to_offset(UtcOffset::from_hms(9, 0, 0).unwrap());
        Announcement::new(AnnouncementKind::PreorderSuccess, "p-1", Payload { profile, properties, value, occurred_at })
    }

    fn anonymous() -> Profile {
        let email = Email::parse("Reader@example.com").unwrap();
        Profile { email, external_id: None, phone_number: None, first_name: None, last_name: None }
    }

    fn body_text(entry: &Announcement) -> String {
        String::from_utf8(body(entry, "Rolitt Preorder Success").unwrap()).unwrap()
    }

    #[test]
    fn a_full_event_has_klaviyos_form() {
        let profile = Profile {
            external_id: Some(UserId::parse("uid-1").unwrap()),
            phone_number: Some("+85251234567".to_owned()),
            first_name: Some("Ada".to_owned()),
            last_name: Some("Lovelace".to_owned()),
            ..anonymous()
        };
        let expected = concat!(
            r#"{"data":{"type":"event","attributes":{"#,
            r#""properties":{"color":"Red","preorder_id":"p-1"},"#,
            r#""time":"2026-01-01T18:04:05.5Z","#,
            r#""value":19.99,"value_currency":"USD","#,
            r#""unique_id":"78532937-7f7e-5f73-9f93-d7cb602825fa","#,
            r#""metric":{"data":{"type":"metric","attributes":{"name":"Rolitt Preorder Success"}}},"#,
            r#""profile":{"data":{"type":"profile","attributes":{"email":"Reader@example.com","external_id":"uid-1","#,
            r#""phone_number":"+85251234567","first_name":"Ada","last_name":"Lovelace"}}}}}}"#,
        );
        assert_eq!(body_text(&entry(profile, Some(Money::new(1999, Currency::USD)))), expected);
    }

    #[test]
    fn the_amount_is_a_number_and_exact() {
        for (text, sent) in [
            ("19.99", r#""amount":19.99"#),
            ("0.00", r#""amount":0.00"#),
            ("90071992547409.93", r#""amount":90071992547409.93"#),
            ("1999", r#""amount":1999"#),
            ("no number", r#""amount":"no number""#),
        ] {
            let mut entry = entry(anonymous(), None);
            entry.payload.properties.insert("amount".to_owned(), json!(text));
            entry.payload.properties.insert("number".to_owned(), json!("1"));
            let body = body_text(&entry);
            assert!(body.contains(sent) && body.contains(r#""number":"1""#), "{body}");
        }
    }

    #[test]
    fn a_time_that_klaviyo_would_refuse_is_left_out() {
        for (seconds, sent) in [(0, false), (946_684_800, false), (978_307_199, false), (978_307_200, true)] {
            let mut entry = entry(anonymous(), None);
            entry.payload.occurred_at = Timestamp::from_unix_timestamp(seconds).unwrap();
            assert_eq!(body_text(&entry).contains(r#""time":"#), sent, "{seconds}");
        }
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let body = body_text(&entry(anonymous(), None));
        for absent in ["value", "external_id", "phone_number", "first_name", "last_name", "null"] {
            assert!(!body.contains(absent), "{absent} in {body}");
        }
    }

    #[test]
    fn the_value_is_the_exact_amount_of_its_currency() {
        let cases = [
            (1999, "jpy", r#""value":1999,"value_currency":"JPY""#),
            (1999, "kwd", r#""value":1.999,"value_currency":"KWD""#),
            (9_007_199_254_740_993, "usd", r#""value":90071992547409.93,"value_currency":"USD""#),
            (0, "usd", r#""value":0.00,"value_currency":"USD""#),
        ];
        for (amount, currency, expected) in cases {
            let body = body_text(&entry(anonymous(), Some(Money::new(amount, Currency::parse(currency).unwrap()))));
            assert!(body.contains(expected), "{expected} in {body}");
        }
    }
}
