//! The body of a request, which is bounded and parsed by its content type.

use lambda_http::{Body, Request};
use serde_json::{Map, Value};

use crate::{error::ApiError, media_type};

/// The largest body of a browser's request, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// Returns the bytes of the body as the client sent them. If API Gateway delivered them in base64, `lambda_http` has
/// decoded them.
///
/// # Errors
/// [`ApiError::TooLarge`] if there are more than `limit` bytes.
pub fn bytes(request: &Request, limit: usize) -> Result<&[u8], ApiError> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > limit { Err(ApiError::TooLarge { limit }) } else { Ok(bytes) }
}

/// Returns whether the request comes from a plain HTML form rather than from a script.
#[must_use]
pub fn is_html_form(request: &Request) -> bool {
    media_type::of(request).is_some_and(|kind| kind.eq_ignore_ascii_case(media_type::FORM))
}

/// Returns the fields of the body, which is a JSON object or an HTML form (whose values are all texts).
///
/// # Errors
/// [`ApiError::InvalidRequest`] if it is neither, [`ApiError::TooLarge`] above [`MAX_BODY`], 415 if it is compressed, of
/// several parts, or in another charset than UTF-8.
pub fn object(request: &Request) -> Result<Map<String, Value>, ApiError> {
    let bytes = without_mark(bytes(request, MAX_BODY)?);
    media_type::check(request)?;
    if is_html_form(request) {
        let pairs = url::form_urlencoded::parse(bytes);
        return Ok(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ApiError::InvalidRequest("must have a JSON object as its body")),
        Err(_) if std::str::from_utf8(bytes).is_err() => Err(ApiError::InvalidRequest("must have a body in UTF-8")),
        Err(_) => Err(ApiError::InvalidRequest("must have a body in JSON")),
    }
}

/// Returns the fields of the body as [`object`] does; a request without a body has none.
///
/// # Errors
/// Those of [`object`] if there is a body.
pub fn optional_object(request: &Request) -> Result<Map<String, Value>, ApiError> {
    if bytes(request, MAX_BODY)?.is_empty() { Ok(Map::new()) } else { object(request) }
}

/// Returns the bytes without a byte-order mark, which some editors and programming languages write before a text.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: &str, body: &str) -> Request {
        lambda_http::http::Request::builder().header("content-type", kind).body(Body::from(body)).unwrap()
    }

    #[test]
    fn json_and_forms_give_the_same_fields() {
        let json = object(&request("application/json", r#"{"email":"a@b.co"}"#)).unwrap();
        let form = object(&request("application/x-www-form-urlencoded; charset=utf-8", "email=a%40b.co")).unwrap();
        assert_eq!(json, form);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        for (kind, body) in [("application/json", r#"{"email":"a@b.co"}"#), (media_type::FORM, "email=a%40b.co")] {
            let marked = object(&request(kind, &format!("\u{feff}{body}"))).unwrap();
            assert_eq!(marked, object(&request(kind, body)).unwrap());
        }
    }

    #[test]
    fn a_body_in_another_charset_is_named_although_nothing_says_so() {
        let shift_jis = b"{\"city\":\"\x93\x8c\x8b\x9e\"}".as_slice();
        let request = lambda_http::http::Request::new(Body::from(shift_jis));
        assert_eq!(object(&request).unwrap_err().message(), "The request must have a body in UTF-8.");
    }

    #[test]
    fn a_body_that_is_no_json_object_or_too_large_is_refused() {
        for body in ["", "email=a", "[]", "7", "{", "\u{0}"] {
            let error = object(&request("application/json", body)).unwrap_err();
            assert_eq!(error.status(), 400, "{body:?}");
        }
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_BODY));
        assert_eq!(object(&request("application/json", &large)).unwrap_err().status(), 413);
    }
}
