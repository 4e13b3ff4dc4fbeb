//! The issuer's keys, cached for as long as the issuer allows.

use std::{collections::HashMap, fmt, time::Duration};

use http::{
    HeaderMap,
    header::{AGE, CACHE_CONTROL},
};
use pledge_domain::{Timestamp, error_chain::ErrorChain, ports::TokenError};
use reqwest::Client;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{error::FirebaseError, rs256::PublicKey};

/// The name of the endpoint in errors.
const WHAT: &str = "the issuer's key endpoint";

/// The longest wait for the keys.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The time for which keys are kept if the response doesn't say.
const DEFAULT_AGE: Duration = Duration::from_secs(300);
/// The longest time for which keys are kept. Google's responses say some hours.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// The time past their age for which keys are used while none can be fetched, so that an outage at Google doesn't sign
/// everybody out.
const OUTAGE: Duration = Duration::from_secs(6 * 3600);

/// The shortest time between two fetches for unknown key ids, so that tokens with made-up ids don't cause a fetch each.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(60);

/// The shortest time between two fetches while Google doesn't answer: one request in this time waits for it, and the others
/// use the old keys.
const FAILURE_INTERVAL: Duration = Duration::from_secs(60);

/// The issuer's keys, by their ids. Only one task fetches at a time; the others wait for its result.
pub(super) struct KeyCache {
    http: Client,
    url: String,
    /// The longest time for which keys are kept.
    max_age: Duration,
    /// The time past their age for which keys are used while none can be fetched.
    outage: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, PublicKey>,
    fresh_until: Option<Timestamp>,
    searched_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
}

impl KeyCache {
    pub(super) fn new(http: Client, url: impl Into<String>) -> Self {
        Self { http, url: url.into(), max_age: MAX_AGE, outage: OUTAGE, state: Mutex::default() }
    }

    /// Returns an empty cache of the keys at another address.
    pub(super) fn at(self, url: String) -> Self {
        Self { url, state: Mutex::default(), ..self }
    }

    /// Returns a cache that keeps keys for at most `max_age`, and for `outage` more while none can be fetched.
    pub(super) fn kept_for(self, max_age: Duration, outage: Duration) -> Self {
        Self { max_age, outage, ..self }
    }

    /// Returns the client that fetches the keys.
    pub(super) fn http(&self) -> &Client {
        &self.http
    }

    /// Returns the key with this id. Fetches the keys if they are stale, or if the id is unknown and the last fetch for an
    /// unknown id was more than [`UNKNOWN_KEY_INTERVAL`] ago. A stale key is used for some hours more while none can be
    /// fetched.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] if the issuer has no such key, [`TokenError::Unavailable`] if the keys can't be fetched.
    pub(super) async fn get(&self, id: &str, now: Timestamp) -> Result<PublicKey, TokenError> {
        let mut state = self.state.lock().await;
        let known = state.keys.contains_key(id);
        if state.wants_keys(known, now, self.outage) {
            match self.fetch().await {
                Ok((keys, age)) => {
                    let searched_at = if keys.contains_key(id) { state.searched_at } else { Some(now) };
                    *state = State { keys, fresh_until: Some(now + age), searched_at, failed_at: None };
                }
                Err(error) if known && state.outlives(self.outage, now) => {
                    tracing::warn!(target: "pledge", error = %ErrorChain(&error), "the issuer's keys are used past their age");
                    state.failed_at = Some(now);
                }
                Err(error) => return Err(TokenError::Unavailable(error.into())),
            }
        }
        state.keys.get(id).cloned().ok_or(TokenError::Invalid("it is signed with an unknown key"))
    }

    async fn fetch(&self) -> Result<(HashMap<String, PublicKey>, Duration), FirebaseError> {
        let response =
            self.http.get(&self.url).timeout(TIMEOUT).send().await.map_err(FirebaseError::transport(WHAT))?;
        let status = response.status();
        if !status.is_success() {
            return Err(FirebaseError::Refused { what: WHAT, status, code: String::new() });
        }
        let age = max_age(response.headers()).min(self.max_age);
        let body = response.bytes().await.map_err(FirebaseError::transport(WHAT))?;
        let set: JwkSet = serde_json::from_slice(&body).map_err(|_| FirebaseError::Unexpected { what: WHAT })?;
        let keys: HashMap<_, _> = set.keys.iter().filter_map(Jwk::public_key).collect();
        if keys.is_empty() { Err(FirebaseError::Unexpected { what: WHAT }) } else { Ok((keys, age)) }
    }
}

impl State {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.fresh_until.is_some_and(|until| now < until)
    }

    fn wants_keys(&self, known: bool, now: Timestamp, outage: Duration) -> bool {
        if self.is_fresh(now) {
            return !known && self.may_search(now);
        }
        let failed_lately = self.failed_at.is_some_and(|at| now < at + FAILURE_INTERVAL);
        !(known && failed_lately && self.outlives(outage, now))
    }

    fn outlives(&self, outage: Duration, now: Timestamp) -> bool {
        self.fresh_until.is_some_and(|until| now < until + outage)
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

/// A JSON Web Key (RFC 7517) with the fields of an RSA key. Keys of other kinds are skipped.
#[derive(Deserialize)]
struct Jwk {
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    fn public_key(&self) -> Option<(String, PublicKey)> {
        Some((self.kid.clone()?, PublicKey::from_jwk(self.n.as_deref()?, self.e.as_deref()?)?))
    }
}

/// Returns for how long a response may still be kept: `max-age` less the `Age` that it spent in other caches.
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
