//! Faults on demand: coming requests fail, hang or are answered late, before or after their effect.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long a silent fault keeps a connection open.
const SILENCE: Duration = Duration::from_secs(600);

/// A fault, the requests that it hits, and how often.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The method of the requests that it hits; any if none is given.
    #[serde(default)]
    pub method: Option<String>,
    /// The path of the requests that it hits, in which `*` stands for any text; any if none is given.
    #[serde(default)]
    pub path: Option<String>,
    /// The number of matching requests that it hits.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether it strikes before or after the request takes effect.
    #[serde(default)]
    pub when: When,
    /// The wait before the answer (or before the effect, for a fault before it), in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    /// The answer that the caller gets; the real one unless another is given.
    #[serde(default)]
    pub answer: Answer,
}

/// The side of a request's effect on which a fault strikes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The fault strikes before the effect.
    #[default]
    Before,
    /// The fault strikes after the effect: only the answer is lost or replaced.
    After,
}

/// The answer that the caller gets.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The real answer.
    #[default]
    Real,
    /// An error of the vendor's shape.
    Status {
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header, in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// A refusal for good: 400 `invalid_request_error` as Stripe gives it.
    Refusal {
        /// Stripe's `code`.
        #[serde(default)]
        code: Option<String>,
        /// Stripe's `param`.
        #[serde(default)]
        param: Option<String>,
        /// Stripe's `message`.
        #[serde(default)]
        message: Option<String>,
    },
    /// An HTML page, as load balancers in front of an API send it.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// The connection closes without an answer.
    HangUp,
    /// The connection stays open without an answer until the caller gives up.
    Silence,
}

/// Marks a response that the server replaces by closing the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HangUp;

impl Fault {
    /// Makes the next matching request get `status` in the vendor's error shape.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::answering(Answer::Status { status, retry_after: None })
    }

    /// Makes the next matching request get 429 and a `Retry-After` of `seconds`.
    #[must_use]
    pub fn rate_limited(seconds: u64) -> Self {
        Self::answering(Answer::Status { status: 429, retry_after: Some(seconds) })
    }

    /// Makes Stripe refuse the next matching request with this `code` and `param`; none if they are empty.
    #[must_use]
    pub fn refusal(code: &str, param: &str) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self::answering(Answer::Refusal { code: some(code), param: some(param), message: None })
    }

    /// Makes the next matching request get an HTML page with `status`.
    #[must_use]
    pub fn html(status: u16) -> Self {
        Self::answering(Answer::Html { status })
    }

    /// Makes a fault that closes the connection of the next matching request without an answer.
    #[must_use]
    pub fn hang_up() -> Self {
        Self::answering(Answer::HangUp)
    }

    /// Makes a fault that leaves the next matching request without an answer.
    #[must_use]
    pub fn silence() -> Self {
        Self::answering(Answer::Silence)
    }

    /// Makes a fault that answers the next matching request late.
    #[must_use]
    pub fn slow(delay: Duration) -> Self {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        Self { delay_ms, ..Self::answering(Answer::Real) }
    }

    /// Limits the fault to requests of `method` to `path`, in which `*` stands for any text.
    #[must_use]
    pub fn on(self, method: &str, path: &str) -> Self {
        Self { method: Some(method.to_owned()), path: Some(path.to_owned()), ..self }
    }

    /// Makes the fault strike after the request took effect, so that only the answer is lost.
    #[must_use]
    pub fn after_effect(self) -> Self {
        Self { when: When::After, ..self }
    }

    /// Makes the fault hit `times` requests instead of one.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    fn answering(answer: Answer) -> Self {
        Self { method: None, path: None, times: 1, when: When::Before, delay_ms: 0, answer }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.times > 0
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|pattern| glob(pattern, path))
    }

    /// Waits, then returns the fault's own answer; none if the real one is due.
    pub(crate) async fn strike(&self, error: impl Fn(u16) -> Response) -> Option<Response> {
        tokio::time::sleep(Duration::from_millis(self.delay_ms)).await;
        match self.answer {
            Answer::Real => None,
            Answer::Status { status, retry_after } => {
                let mut response = error(status);
                if let Some(seconds) = retry_after {
                    response.headers_mut().insert("retry-after", seconds.into());
                }
                Some(response)
            }
            Answer::Refusal { ref code, ref param, ref message } => {
                Some(refusal(code.as_deref(), param.as_deref(), message.as_deref()))
            }
            Answer::Html { status } => Some(html(status)),
            Answer::HangUp => Some(hang_up()),
            Answer::Silence => {
                tokio::time::sleep(SILENCE).await;
                Some(hang_up())
            }
        }
    }
}

fn once() -> u32 {
    1
}

fn refusal(code: Option<&str>, param: Option<&str>, message: Option<&str>) -> Response {
    let message = message.unwrap_or("Refused on purpose.");
    let mut error = json!({ "type": "invalid_request_error", "message": message });
    for (name, value) in [("code", code), ("param", param)] {
        if let Some(value) = value {
            error[name] = value.into();
        }
    }
    (axum::http::StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

fn html(status: u16) -> Response {
    let status = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    (status, [("content-type", "text/html")], page).into_response()
}

fn hang_up() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(HangUp);
    response
}

/// Returns whether `text` fits `pattern`, in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text
            .strip_prefix(head)
            .is_some_and(|rest| (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|end| glob(tail, end)))),
    }
}

/// The faults that have requests left to hit, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    waiting: Arc<Mutex<Vec<Fault>>>,
}

impl Faults {
    /// Adds a fault behind the others.
    pub fn add(&self, fault: Fault) {
        self.lock().push(fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Returns the faults that have requests left to hit.
    #[must_use]
    pub fn waiting(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Takes one use of the oldest fault that matches a request; none if no fault does.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut waiting = self.lock();
        let index = waiting.iter().position(|fault| fault.matches(method, path))?;
        let fault = waiting.get_mut(index)?;
        fault.times -= 1;
        let taken = fault.clone();
        if taken.times == 0 {
            waiting.remove(index);
        }
        Some(taken)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_used_up_by_matching_requests_only() {
        let faults = Faults::default();
        faults.add(Fault::status(500).on("POST", "/v1/*/expire").times(2));
        assert!(faults.take("GET", "/v1/sessions/expire").is_none());
        assert!(faults.take("POST", "/v1/sessions").is_none());
        assert!(faults.take("POST", "/v1/sessions/cs_1/expire").is_some());
        assert!(faults.take("POST", "/v1/sessions/cs_1/expire").is_some());
        assert!(faults.take("POST", "/v1/sessions/cs_1/expire").is_none());
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(glob("*", "/anything"));
        assert!(glob("/v1/*", "/v1/"));
        assert!(glob("/v1/*/x*", "/v1/a/b/xyz"));
        assert!(!glob("/v1/*/x", "/v1/a/y"));
    }
}
