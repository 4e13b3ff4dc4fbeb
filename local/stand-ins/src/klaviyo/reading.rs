//! `GET /api/metrics` and `GET /api/events`, over the accepted events.
//! <https://developers.klaviyo.com/en/reference/get_metrics>, <https://developers.klaviyo.com/en/reference/get_events>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::api::check_reading;
use super::error::ApiError;
use super::state::{AcceptedEvent, Klaviyo};

/// The number of items on a page.
const PAGE: usize = 200;

type Parameters = Query<BTreeMap<String, String>>;

pub(super) async fn metrics(State(klaviyo): State<Arc<Klaviyo>>, headers: HeaderMap, query: Parameters) -> Response {
    list_metrics(&klaviyo, &headers, &query).map_or_else(IntoResponse::into_response, |all| Json(all).into_response())
}

pub(super) async fn events(State(klaviyo): State<Arc<Klaviyo>>, headers: HeaderMap, query: Parameters) -> Response {
    list_events(&klaviyo, &headers, &query).map_or_else(IntoResponse::into_response, |all| Json(all).into_response())
}

fn list_metrics(
    klaviyo: &Klaviyo,
    headers: &HeaderMap,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    check_reading(klaviyo.api_key.as_deref(), headers)?;
    known(parameters, &["page[cursor]", "fields[metric]"])?;
    let names: BTreeSet<_> = klaviyo.events(None, None).into_iter().map(|event| event.metric).collect();
    let metric = |name: String| json!({ "type": "metric", "id": id_of(&name), "attributes": { "name": name } });
    page(headers, "metrics", parameters, &names.into_iter().map(metric).collect::<Vec<_>>())
}

fn list_events(
    klaviyo: &Klaviyo,
    headers: &HeaderMap,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    check_reading(klaviyo.api_key.as_deref(), headers)?;
    known(parameters, &["page[cursor]", "filter", "fields[event]", "sort"])?;
    let filter = parameters.get("filter").map_or(Ok(Filter::default()), |text| Filter::parse(text))?;
    let events = klaviyo.events(None, None).into_iter().filter(|event| filter.fits(event));
    let mut events: Vec<_> = events.collect();
    events.sort_by_key(|event| event.time);
    let event = |event: AcceptedEvent| {
        let mut properties = event.properties;
        properties["$event_id"] = event.unique_id.clone().into();
        json!({ "type": "event", "id": event.unique_id, "attributes": { "timestamp": event.time, "event_properties": properties } })
    };
    page(headers, "events", parameters, &events.into_iter().map(event).collect::<Vec<_>>())
}

/// The conditions that `filter=` may have here.
#[derive(Default)]
struct Filter {
    metric: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
}

impl Filter {
    /// Parses `and(a,b,…)` of comparisons, or one comparison.
    fn parse(text: &str) -> Result<Self, ApiError> {
        let inner = text.strip_prefix("and(").and_then(|text| text.strip_suffix(')')).unwrap_or(text);
        let mut filter = Self::default();
        for comparison in inner.split_inclusive(')').map(|part| part.trim_start_matches(',')) {
            let parts = comparison.strip_suffix(')').and_then(|text| text.split_once('('));
            let parts = parts.and_then(|(operator, rest)| Some((operator, rest.split_once(',')?)));
            match parts {
                Some(("equals", ("metric_id", id))) => filter.metric = Some(id.trim_matches('"').to_owned()),
                Some(("greater-or-equal", ("datetime", at))) => filter.from = Some(time(at)?),
                Some(("less-than", ("datetime", at))) => filter.to = Some(time(at)?),
                _ => return Err(ApiError::invalid("filter", format!("Invalid filter: '{comparison}'"))),
            }
        }
        Ok(filter)
    }

    fn fits(&self, event: &AcceptedEvent) -> bool {
        self.metric.as_ref().is_none_or(|id| *id == id_of(&event.metric))
            && self.from.is_none_or(|from| event.time >= from)
            && self.to.is_none_or(|to| event.time < to)
    }
}

fn time(text: &str) -> Result<i64, ApiError> {
    let time = OffsetDateTime::parse(text, &Rfc3339);
    time.map(OffsetDateTime::unix_timestamp).map_err(|_| ApiError::invalid("filter", "datetime must be a date-time"))
}

/// Returns an id in the shape of Klaviyo's: six characters, derived from the name.
fn id_of(name: &str) -> String {
    let number = name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{:06X}", number & 0x00ff_ffff)
}

fn known(parameters: &BTreeMap<String, String>, names: &[&str]) -> Result<(), ApiError> {
    let unknown = parameters.keys().find(|name| !names.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(ApiError::invalid(name, format!("'{name}' is not a valid query parameter."))))
}

/// Returns the page at the cursor, with a link to the next one.
fn page(
    headers: &HeaderMap,
    path: &str,
    parameters: &BTreeMap<String, String>,
    all: &[Value],
) -> Result<Value, ApiError> {
    let cursor = parameters.get("page[cursor]").map_or(Ok(0), |cursor| cursor.parse());
    let start: usize = cursor.map_err(|_| ApiError::invalid("page[cursor]", "Invalid page cursor."))?;
    let end = (start + PAGE).min(all.len());
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let next = (end < all.len()).then(|| {
        let others = parameters.iter().filter(|(name, _)| *name != "page[cursor]");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair("page[cursor]", &end.to_string());
        format!("http://{host}/api/{path}?{}", query.finish())
    });
    Ok(json!({ "data": all.get(start..end).unwrap_or_default(), "links": { "next": next } }))
}
