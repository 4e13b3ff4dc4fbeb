//! Idempotency keys as <https://docs.stripe.com/api/idempotent_requests> describes them.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::Value;

use super::error::ApiError;

/// The age from which Stripe removes keys, in seconds.
const KEPT: i64 = 24 * 60 * 60;

/// The greatest length of a key, in characters.
const LONGEST: usize = 255;

/// The results of the requests that came with a key.
#[derive(Debug, Default)]
pub(crate) struct Idempotency {
    by_key: HashMap<String, Slot>,
}

#[derive(Debug)]
struct Slot {
    created: i64,
    /// Method, path and parameters of the first request.
    request: String,
    /// The result; none while the first request is running.
    result: Option<(StatusCode, Value)>,
}

/// The treatment of a request that has a key.
#[derive(Debug)]
pub(crate) enum Claim {
    /// The request is the first with its key. It is to be done, then [`Idempotency::save`] or [`Idempotency::release`]
    /// called.
    First,
    /// The request was done before, with this result.
    Replay(StatusCode, Value),
}

impl Idempotency {
    pub(crate) fn claim(&mut self, key: &str, path: &str, request: String, now: i64) -> Result<Claim, ApiError> {
        if key.chars().count() > LONGEST {
            return Err(ApiError::idempotency_mismatch(format!(
                "Idempotency keys can be at most {LONGEST} characters long."
            )));
        }
        match self.by_key.get(key) {
            None => {
                let slot = Slot { created: now, request, result: None };
                self.by_key.insert(key.to_owned(), slot);
                Ok(Claim::First)
            }
            Some(slot) if slot.request != request => Err(mismatch(key, path, &slot.request)),
            Some(Slot { result: None, .. }) => Err(ApiError::idempotency_in_use(key)),
            Some(Slot { result: Some((status, body)), .. }) => Ok(Claim::Replay(*status, body.clone())),
        }
    }

    /// Keeps the result, a success or an error, for later requests with the key.
    pub(crate) fn save(&mut self, key: &str, status: StatusCode, body: Value) {
        if let Some(slot) = self.by_key.get_mut(key) {
            slot.result = Some((status, body));
        }
    }

    /// Forgets the key of a request that was refused before it began.
    pub(crate) fn release(&mut self, key: &str) {
        self.by_key.remove(key);
    }

    pub(crate) fn prune(&mut self, now: i64) {
        self.by_key.retain(|_, slot| slot.result.is_none() || now - slot.created < KEPT);
    }
}

fn mismatch(key: &str, path: &str, first: &str) -> ApiError {
    let first_path = first.split(' ').nth(1).unwrap_or_default();
    ApiError::idempotency_mismatch(if first_path == path {
        format!(
            "Keys for idempotent requests can only be used with the same parameters they were \
             first used with. Try using a key other than '{key}' if you meant to execute a \
             different request."
        )
    } else {
        format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first \
             used for ('{path}' vs '{first_path}'). Try using a key other than '{key}' if you \
             meant to execute a different request."
        )
    })
}
