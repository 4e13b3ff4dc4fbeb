//! API keys: `Authorization: Bearer sk_test_…`, or the key as the user of basic authentication.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::stripe::error::ApiError;

/// The kind of key that a request came with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Caller {
    /// A secret key: may do everything.
    Secret,
    /// A restricted key: may read events.
    EventsReader,
    /// A publishable key: what a browser may do, with an object's client secret.
    Publishable,
}

/// The keys that are accepted. If none is set, any that looks like one is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    pub(crate) secret: Option<String>,
    pub(crate) events: Option<String>,
}

/// Checks the key of a request.
pub(super) fn check(headers: &HeaderMap, body_key: Option<&str>, keys: &Keys) -> Result<Caller, ApiError> {
    let key = from_header(headers).or_else(|| body_key.map(str::to_owned)).ok_or_else(|| {
        ApiError::unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization \
             header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
             https://stripe.com/docs/api#authentication for details.",
        )
    })?;
    let is_secret = match &keys.secret {
        Some(secret) => key == *secret,
        None => key.strip_prefix("sk_test_").is_some_and(|rest| !rest.is_empty()),
    };
    let reads_events = match (&keys.events, &keys.secret) {
        (Some(events), _) => key == *events,
        (None, Some(_)) => false,
        (None, None) => key.strip_prefix("rk_test_").is_some_and(|rest| !rest.is_empty()),
    };
    if is_secret {
        Ok(Caller::Secret)
    } else if reads_events {
        Ok(Caller::EventsReader)
    } else if key.strip_prefix("pk_test_").is_some_and(|rest| !rest.is_empty()) {
        Ok(Caller::Publishable)
    } else {
        let shown: String = key.chars().take(8).collect();
        Err(ApiError::unauthorized(format!("Invalid API Key provided: {shown}****")))
    }
}

fn from_header(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(credentials.trim().to_owned()),
        "basic" => {
            let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
            decoded.split(':').next().map(str::to_owned)
        }
        _ => None,
    }
}
