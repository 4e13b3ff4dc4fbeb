//! The issuer's keys, cached for as long as the issuer allows.

use std::{collections::HashMap, fmt, time::Duration};

use http::{
    HeaderMap,
    header::{AGE, CACHE_CONTROL},
};
use jsonwebtoken::DecodingKey;
use pledge_domain::{Timestamp, ports::TokenError};
use reqwest::Client;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::error::FirebaseError;

/// What is asked, for errors.
const WHAT: &str = "the issuer's key endpoint";

/// Longest wait for the keys.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long keys are kept if the answer doesn't say, and at most. Google says some hours.
const DEFAULT_AGE: Duration = Duration::from_secs(300);
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// Tokens with made-up key ids must not make us ask Google each time.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(60);

/// Keys by their id. Only one task fetches at a time; the others wait for what it brings.
pub(super) struct KeyCache {
    http: Client,
    url: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, DecodingKey>,
    fresh_until: Option<Timestamp>,
    searched_at: Option<Timestamp>,
}

impl KeyCache {
    pub(super) fn new(http: Client, url: impl Into<String>) -> Self {
        Self { http, url: url.into(), state: Mutex::default() }
    }

    /// The same cache, empty, of another address.
    pub(super) fn at(self, url: String) -> Self {
        Self::new(self.http, url)
    }

    /// The key with this id. Fetches the keys if they are stale, or if the id is unknown and nobody has looked for an
    /// unknown id lately.
    pub(super) async fn get(&self, id: &str, now: Timestamp) -> Result<DecodingKey, TokenError> {
        let mut state = self.state.lock().await;
        if !state.is_fresh(now) || (!state.keys.contains_key(id) && state.may_search(now)) {
            let (keys, age) = self.fetch().await.map_err(|error| TokenError::Unavailable(error.into()))?;
            state.keys = keys;
            state.fresh_until = Some(now + age);
            if !state.keys.contains_key(id) {
                state.searched_at = Some(now);
            }
        }
        state.keys.get(id).cloned().ok_or(TokenError::Invalid("it is signed with an unknown key"))
    }

    async fn fetch(&self) -> Result<(HashMap<String, DecodingKey>, Duration), FirebaseError> {
        let response =
            self.http.get(&self.url).timeout(TIMEOUT).send().await.map_err(FirebaseError::transport(WHAT))?;
        let status = response.status();
        if !status.is_success() {
            return Err(FirebaseError::Refused { what: WHAT, status, code: String::new() });
        }
        let age = max_age(response.headers());
        let body = response.bytes().await.map_err(FirebaseError::transport(WHAT))?;
        let set: JwkSet = serde_json::from_slice(&body).map_err(|_| FirebaseError::Unexpected { what: WHAT })?;
        let keys: HashMap<_, _> = set.keys.iter().filter_map(Jwk::decoding_key).collect();
        if keys.is_empty() { Err(FirebaseError::Unexpected { what: WHAT }) } else { Ok((keys, age)) }
    }
}

impl State {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.fresh_until.is_some_and(|until| now < until)
    }

    fn may_search(&self, now: Timestamp) -> bool {
        self.searched_at.is_none_or(|at| now >= at + UNKNOWN_KEY_INTERVAL)
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").field("url", &self.url).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

/// An RFC 7517 key, as far as RS256 needs it. Keys of other kinds are skipped.
#[derive(Deserialize)]
struct Jwk {
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    fn decoding_key(&self) -> Option<(String, DecodingKey)> {
        let key = DecodingKey::from_rsa_components(self.n.as_deref()?, self.e.as_deref()?).ok()?;
        Some((self.kid.clone()?, key))
    }
}

/// What is left of the answer's life: `max-age` less the time that it spent in other caches.
fn max_age(headers: &HeaderMap) -> Duration {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let directives = text(CACHE_CONTROL).unwrap_or_default().split(',');
    let max_age = directives.filter_map(|directive| directive.trim().strip_prefix("max-age=")?.parse().ok()).next();
    let age = text(AGE).and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    max_age.map_or(DEFAULT_AGE, |max: u64| Duration::from_secs(max.saturating_sub(age)).min(MAX_AGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_live_as_long_as_the_answer_may() {
        let cases = [
            (Some("public, max-age=19302, must-revalidate, no-transform"), None, 19302),
            (Some("max-age=100"), Some("40"), 60),
            (Some("max-age=100"), Some("400"), 0),
            (Some("max-age=99999999"), None, MAX_AGE.as_secs()),
            (Some("no-cache"), None, DEFAULT_AGE.as_secs()),
            (None, None, DEFAULT_AGE.as_secs()),
        ];
        for (cache_control, age, expected) in cases {
            let headers = [(CACHE_CONTROL, cache_control), (AGE, age)];
            let headers = headers.into_iter().filter_map(|(name, text)| Some((name, text?.parse().unwrap()))).collect();
            assert_eq!(max_age(&headers).as_secs(), expected, "{headers:?}");
        }
    }
}
