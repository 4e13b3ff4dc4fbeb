//! The meaning of a response of Klaviyo's API: taken, to be retried, or refused for good.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use pledge_domain::{outbox::ProfilePart, ports::MarketingError};
use serde::Deserialize;

/// The longest text of a code, title or pointer in a reason, in characters.
const MAX_PART: usize = 120;

/// Returns the result of a request by its response. Klaviyo answers 202 for an event that it will process, and for a
/// repeat.
///
/// # Errors
/// [`MarketingError`]. A refused API key (401, 403) is retryable, since it says nothing about the event, which waits until
/// the key is right again.
pub(crate) fn judge(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<(), MarketingError> {
    if status.is_success() {
        return Ok(());
    }
    let Errors { errors } = serde_json::from_slice(body).unwrap_or_default();
    let reason = reason(status, &errors);
    let about = matches!(status.as_u16(), 400 | 409 | 422).then(|| about(&errors)).flatten();
    match about {
        Some(part) => Err(MarketingError::ProfileRefused { reason, part }),
        None if is_retryable(status) => Err(MarketingError::Retryable { reason, retry_after: retry_after(headers) }),
        None => Err(MarketingError::Permanent { reason }),
    }
}

/// Returns the part of the profile to leave out: the smallest that covers every error; none if an error is about anything
/// else, or if there are no errors.
fn about(errors: &[ErrorObject]) -> Option<ProfilePart> {
    let parts = errors.iter().map(ErrorObject::about).collect::<Option<Vec<_>>>()?;
    parts.into_iter().max()
}

fn is_retryable(status: StatusCode) -> bool {
    let key_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    // 409 means that another request about the same object is in progress.
    let busy = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT);
    key_refused || busy || status.is_server_error()
}

/// Returns the time of the `Retry-After` header, which Klaviyo writes in seconds only.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Returns the status with code, title and pointer of the first three errors. Their `detail` is left out, since it may
/// quote personal data.
fn reason(status: StatusCode, errors: &[ErrorObject]) -> String {
    let errors = errors.iter().take(3).map(ErrorObject::describe).filter(|text| !text.is_empty());
    std::iter::once(status.as_u16().to_string()).chain(errors).collect::<Vec<_>>().join("; ")
}

#[derive(Default, Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<ErrorObject>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorObject {
    code: Option<String>,
    title: Option<String>,
    source: Option<Source>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Source {
    pointer: Option<String>,
}

impl ErrorObject {
    /// Returns the part of the profile that this error is about; none if it is about something else.
    ///
    /// The code `duplicate_profile` means that two identifiers of the profile belong to two profiles.
    fn about(&self) -> Option<ProfilePart> {
        let pointer = self.source.as_ref().and_then(|source| source.pointer.as_deref()).unwrap_or_default();
        if pointer.contains("/phone_number") {
            return Some(ProfilePart::PhoneNumber);
        }
        let of_profile = pointer.contains("/profile") || self.code.as_deref() == Some("duplicate_profile");
        of_profile.then_some(ProfilePart::AllButAddress)
    }

    fn describe(&self) -> String {
        let pointer = self.source.as_ref().and_then(|source| source.pointer.as_deref());
        let parts = [self.code.as_deref(), self.title.as_deref(), pointer];
        parts.into_iter().flatten().map(shorten).collect::<Vec<_>>().join(" ")
    }
}

fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_PART).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16) -> StatusCode {
        StatusCode::from_u16(code).unwrap()
    }

    fn judged(code: u16) -> Result<(), MarketingError> {
        judge(status(code), &HeaderMap::new(), b"")
    }

    #[test]
    fn the_status_decides_between_taken_later_and_never() {
        for code in [200, 201, 202] {
            assert_eq!(judged(code), Ok(()));
        }
        for code in [401, 403, 408, 409, 429, 500, 502, 503, 504] {
            let expected = MarketingError::Retryable { reason: code.to_string(), retry_after: None };
            assert_eq!(judged(code), Err(expected));
        }
        for code in [301, 400, 404, 410, 413, 415, 422] {
            assert_eq!(judged(code), Err(MarketingError::Permanent { reason: code.to_string() }));
        }
    }

    #[test]
    fn retry_after_is_in_seconds_and_nonsense_is_ignored() {
        for (text, expected) in [("7", Some(7)), (" 30 ", Some(30)), ("soon", None), ("-1", None), ("", None)] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            let Err(MarketingError::Retryable { retry_after, .. }) = judge(status(429), &headers, b"") else {
                panic!("429 is retryable");
            };
            assert_eq!(retry_after, expected.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn the_reason_says_what_is_wrong_and_quotes_nothing_that_was_sent() {
        let body = br#"{"errors":[{"id":"1","status":400,"code":"invalid","title":"Invalid input.",
            "detail":"reader@example.com is not a metric","source":{"pointer":"/data/attributes/metric"}}]}"#;
        let expected = "400; invalid Invalid input. /data/attributes/metric".to_owned();
        assert_eq!(judge(status(400), &HeaderMap::new(), body), Err(MarketingError::Permanent { reason: expected }));
    }

    #[test]
    fn a_refusal_says_which_part_of_the_profile_it_is_about() {
        let profile = "/data/attributes/profile/data/attributes";
        let error = |code: &str, pointer: &str| format!(r#"{{"code":"{code}","source":{{"pointer":"{pointer}"}}}}"#);
        let phone = error("invalid", &format!("{profile}/phone_number"));
        let name = error("invalid", &format!("{profile}/first_name"));
        let duplicate = error("duplicate_profile", "/data/attributes");
        let metric = error("invalid", "/data/attributes/metric");
        for (status, errors, part) in [
            (400, vec![&phone], Some(ProfilePart::PhoneNumber)),
            (400, vec![&name], Some(ProfilePart::AllButAddress)),
            (400, vec![&phone, &name], Some(ProfilePart::AllButAddress)),
            (409, vec![&duplicate], Some(ProfilePart::AllButAddress)),
            (400, vec![&phone, &metric], None),
            (400, vec![&metric], None),
            (400, vec![], None),
            (500, vec![&phone], None),
        ] {
            let errors = errors.into_iter().map(String::as_str).collect::<Vec<_>>().join(",");
            let body = format!("{{\"errors\":[{errors}]}}");
            let about = match judge(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes()) {
                Err(MarketingError::ProfileRefused { part, .. }) => Some(part),
                _ => None,
            };
            assert_eq!(about, part, "{status} {body}");
        }
    }

    #[test]
    fn an_answer_of_any_shape_has_a_short_reason() {
        let long = format!(r#"{{"errors":[{{"code":"{}"}}]}}"#, "x".repeat(10_000));
        for body in ["<html>Bad gateway</html>", "{\"errors\":null}", "{\"errors\":[{\"code\":1}]}", long.as_str()] {
            let Err(MarketingError::Retryable { reason, .. }) = judge(status(502), &HeaderMap::new(), body.as_bytes())
            else {
                panic!("502 is retryable");
            };
            assert!(reason.starts_with("502") && reason.len() < 200, "{reason}");
        }
    }
}
