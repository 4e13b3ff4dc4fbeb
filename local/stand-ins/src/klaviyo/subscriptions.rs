//! `POST /api/profile-subscription-bulk-create-jobs` and `…-bulk-delete-jobs`: subscribe profiles to marketing by e-mail,
//! and unsubscribe them. <https://developers.klaviyo.com/en/reference/bulk_subscribe_profiles>,
//! <https://developers.klaviyo.com/en/reference/bulk_unsubscribe_profiles>

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::api::check_headers;
use super::body::{is_email, object, only, optional, parse_time, required, text};
use super::error::ApiError;
use super::limits::RateLimits;
use super::profiles::{EmailMarketing, Identifiers};
use super::state::{Inner, Job, Klaviyo};

/// The two kinds of jobs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Subscribe,
    Unsubscribe,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Subscribe => "profile-subscription-bulk-create-job",
            Self::Unsubscribe => "profile-subscription-bulk-delete-job",
        }
    }

    fn consent(self) -> &'static str {
        match self {
            Self::Subscribe => "SUBSCRIBED",
            Self::Unsubscribe => "UNSUBSCRIBED",
        }
    }

    /// Returns how many profiles one job may have.
    fn profiles(self) -> usize {
        match self {
            Self::Subscribe => 1_000,
            Self::Unsubscribe => 100,
        }
    }

    fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Subscribe => &["profiles", "custom_source", "historical_import"],
            Self::Unsubscribe => &["profiles"],
        }
    }
}

/// A job that Klaviyo accepts.
struct Checked {
    emails: Vec<String>,
    list: Option<String>,
    custom_source: Option<String>,
    historical_import: bool,
}

pub(super) async fn subscribe(State(klaviyo): State<Arc<Klaviyo>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&klaviyo, &headers, &body, Kind::Subscribe)
}

pub(super) async fn unsubscribe(State(klaviyo): State<Arc<Klaviyo>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&klaviyo, &headers, &body, Kind::Unsubscribe)
}

fn answer(klaviyo: &Klaviyo, headers: &HeaderMap, body: &[u8], kind: Kind) -> Response {
    let response = match take(klaviyo, headers, body, kind) {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => error.into_response(),
    };
    let body = serde_json::from_slice(body).unwrap_or_default();
    klaviyo.with(|inner| inner.jobs.push(Job { kind: kind.name(), body, status: response.status().as_u16() }));
    response
}

fn take(klaviyo: &Klaviyo, headers: &HeaderMap, body: &[u8], kind: Kind) -> Result<(), ApiError> {
    check_headers(klaviyo.api_key.as_deref(), headers)?;
    let now = klaviyo.common.clock.now();
    klaviyo.with(|inner| match inner.limits {
        Some(limits) => {
            let limits = limits.at_most(RateLimits::SUBSCRIPTION_JOBS);
            inner.job_windows.admit(limits, now).map_err(ApiError::throttled)
        }
        None => Ok(()),
    })?;
    let checked = check(body, kind, now)?;
    klaviyo.with(|inner| apply(inner, &checked, kind))
}

fn check(body: &[u8], kind: Kind, now: i64) -> Result<Checked, ApiError> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| ApiError::invalid("/data", format!("The payload is not valid JSON: {error}")))?;
    let body = object(&body, "")?;
    only(body, &["data"], "", kind.name())?;
    let data = object(required(body, "data", "")?, "/data")?;
    only(data, &["type", "attributes", "relationships"], "/data", kind.name())?;
    is_type(data, "/data", kind.name())?;
    let at = "/data/attributes";
    let attributes = object(required(data, "attributes", "/data")?, at)?;
    only(attributes, kind.attributes(), at, kind.name())?;
    let historical_import = match optional(attributes, "historical_import") {
        None => false,
        Some(flag) => flag
            .as_bool()
            .ok_or_else(|| ApiError::invalid(&format!("{at}/historical_import"), "Not a valid boolean."))?,
    };
    let custom_source = optional(attributes, "custom_source")
        .map(|source| text(source, &format!("{at}/custom_source")).map(str::to_owned))
        .transpose()?;
    let at = "/data/attributes/profiles";
    let profiles = object(required(attributes, "profiles", "/data/attributes")?, at)?;
    only(profiles, &["data"], at, kind.name())?;
    let at = format!("{at}/data");
    let profiles = required(profiles, "data", "/data/attributes/profiles")?
        .as_array()
        .ok_or_else(|| ApiError::invalid(&at, "Expected an array."))?;
    if profiles.is_empty() || profiles.len() > kind.profiles() {
        let most = kind.profiles();
        return Err(ApiError::invalid(&at, format!("A job takes between 1 and {most} profiles.")));
    }
    let emails = profiles
        .iter()
        .enumerate()
        .map(|(index, profile)| email(profile, &format!("{at}/{index}"), kind, historical_import, now))
        .collect::<Result<_, _>>()?;
    Ok(Checked { emails, list: list(data, kind)?, custom_source, historical_import })
}

fn is_type(resource: &Map<String, Value>, at: &str, kind: &str) -> Result<(), ApiError> {
    let pointer = format!("{at}/type");
    let given = text(required(resource, "type", at)?, &pointer)?;
    if given == kind {
        return Ok(());
    }
    Err(ApiError::invalid(&pointer, format!("'{given}' is not a valid type: expected '{kind}'.")))
}

/// Checks a profile of a job and returns its address.
fn email(profile: &Value, at: &str, kind: Kind, historical_import: bool, now: i64) -> Result<String, ApiError> {
    let profile = object(profile, at)?;
    let names: &[&str] = if kind == Kind::Subscribe { &["type", "id", "attributes"] } else { &["type", "attributes"] };
    only(profile, names, at, "profile")?;
    is_type(profile, at, "profile")?;
    let at = format!("{at}/attributes");
    let attributes = object(required(profile, "attributes", at.trim_end_matches("/attributes"))?, &at)?;
    only(attributes, &["email", "subscriptions"], &at, "profile")?;
    let email = text(required(attributes, "email", &at)?, &format!("{at}/email"))?;
    if !is_email(email) {
        return Err(ApiError::invalid(&format!("{at}/email"), "Invalid email address"));
    }
    let at = format!("{at}/subscriptions");
    let subscriptions = object(required(attributes, "subscriptions", at.trim_end_matches("/subscriptions"))?, &at)?;
    // Klaviyo knows sms, whatsapp and push too; they are not simulated.
    only(subscriptions, &["email"], &at, "profile")?;
    let channel = object(required(subscriptions, "email", &at)?, &format!("{at}/email"))?;
    let at = format!("{at}/email");
    only(channel, &["marketing"], &at, "profile")?;
    let marketing = object(required(channel, "marketing", &at)?, &format!("{at}/marketing"))?;
    let at = format!("{at}/marketing");
    let names: &[&str] = if kind == Kind::Subscribe { &["consent", "consented_at"] } else { &["consent"] };
    only(marketing, names, &at, "profile")?;
    if required(marketing, "consent", &at)? != kind.consent() {
        return Err(ApiError::invalid(&format!("{at}/consent"), format!("Must be '{}'.", kind.consent())));
    }
    let pointer = format!("{at}/consented_at");
    match (historical_import, optional(marketing, "consented_at")) {
        (false, None) => {}
        (true, Some(time)) if parse_time(time, &pointer, now)? < now => {}
        (true, _) => {
            return Err(ApiError::invalid(&pointer, "A historical import needs a consented_at that is in the past."));
        }
        (false, Some(_)) => {
            return Err(ApiError::invalid(&pointer, "consented_at is for historical imports only."));
        }
    }
    Ok(email.to_owned())
}

/// Returns the list that a job names.
fn list(data: &Map<String, Value>, kind: Kind) -> Result<Option<String>, ApiError> {
    let at = "/data/relationships";
    let Some(relationships) = optional(data, "relationships") else { return Ok(None) };
    let relationships = object(relationships, at)?;
    only(relationships, &["list"], at, kind.name())?;
    let Some(list) = optional(relationships, "list") else { return Ok(None) };
    let at = "/data/relationships/list";
    let list = object(list, at)?;
    only(list, &["data"], at, "list")?;
    let at = "/data/relationships/list/data";
    let list = object(required(list, "data", "/data/relationships/list")?, at)?;
    only(list, &["type", "id"], at, "list")?;
    is_type(list, at, "list")?;
    Ok(Some(text(required(list, "id", at)?, &format!("{at}/id"))?.to_owned()))
}

fn apply(inner: &mut Inner, job: &Checked, kind: Kind) -> Result<(), ApiError> {
    let double_opt_in = match &job.list {
        // A list of an account is double opt-in by default.
        None => true,
        Some(id) => *inner.lists.get(id).ok_or_else(|| ApiError::no_such_list(id))?,
    };
    for email in &job.emails {
        let attributes = Map::from_iter([("email".to_owned(), Value::from(email.as_str()))]);
        let profile = inner.profiles.upsert(&Identifiers::of(&attributes)).map_err(ApiError::conflict)?;
        match kind {
            Kind::Subscribe => {
                profile.lists.extend(job.list.clone());
                profile.custom_source.clone_from(&job.custom_source);
                if !double_opt_in || job.historical_import {
                    profile.email_marketing = EmailMarketing::Subscribed;
                } else if profile.email_marketing != EmailMarketing::Subscribed {
                    profile.email_marketing = EmailMarketing::Pending;
                    profile.confirmations_asked += 1;
                }
            }
            Kind::Unsubscribe => profile.unsubscribe(job.list.as_deref()),
        }
    }
    Ok(())
}
