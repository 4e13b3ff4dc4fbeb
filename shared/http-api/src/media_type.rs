//! The content type, encoding and charset of a request's body.

use lambda_http::{
    Request,
    http::{HeaderName, StatusCode, header},
};

use crate::error::ApiError;

/// The content type of plain HTML forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// The content type of HTML forms that upload files.
pub(crate) const MULTIPART: &str = "multipart/form-data";

/// Returns the content type without its parameters, in the client's spelling; none if there is none or it isn't text.
pub(crate) fn of(request: &Request) -> Option<&str> {
    text(request, header::CONTENT_TYPE)?.split(';').next().map(str::trim)
}

/// Checks by the headers that the body's format is supported. The body itself isn't read.
///
/// # Errors
/// 415 `UNSUPPORTED_MEDIA_TYPE` for a compressed body, one of several parts, and one in another charset than UTF-8. The
/// message says what to send instead.
pub(crate) fn check(request: &Request) -> Result<(), ApiError> {
    if let Some(coding) = text(request, header::CONTENT_ENCODING).filter(|coding| !is(coding, "identity")) {
        return Err(unsupported(format!(
            "The body is encoded as \"{}\". Send it as it is, without Content-Encoding.",
            shown(coding)
        )));
    }
    if of(request).is_some_and(|kind| is(kind, MULTIPART)) {
        return Err(unsupported(format!("{MULTIPART} is not understood. Send JSON, or an HTML form as {FORM}.")));
    }
    match charset(request) {
        Some(charset) if !["utf-8", "utf8", "us-ascii"].iter().any(|known| is(&charset, known)) => {
            Err(unsupported(format!("The body is in the charset \"{}\". Send it in UTF-8.", shown(&charset))))
        }
        Some(_) | None => Ok(()),
    }
}

fn charset(request: &Request) -> Option<String> {
    let parameters = text(request, header::CONTENT_TYPE)?.split(';').skip(1);
    let mut pairs = parameters.filter_map(|parameter| parameter.split_once('='));
    let (_, value) = pairs.find(|(name, _)| is(name, "charset"))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned())
}

fn text(request: &Request, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok().filter(|text| !text.trim().is_empty())
}

fn is(text: &str, name: &str) -> bool {
    text.trim().eq_ignore_ascii_case(name)
}

/// Returns the first 40 characters of a client's text, for a message.
fn shown(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

fn unsupported(message: String) -> ApiError {
    ApiError::Refused { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, code: "UNSUPPORTED_MEDIA_TYPE", message }
}

#[cfg(test)]
mod tests {
    use lambda_http::{Body, http};

    use super::*;

    fn checked(name: &str, value: &str) -> Result<(), (u16, String)> {
        let request = http::Request::builder().header(name, value).body(Body::Empty).unwrap();
        check(&request).map_err(|error| (error.status().as_u16(), error.message()))
    }

    #[test]
    fn another_charset_than_utf_8_is_named() {
        for charset in ["Shift_JIS", "iso-8859-1", "UTF-16", "windows-1252"] {
            for kind in ["application/json", FORM, "text/plain"] {
                let (status, message) = checked("content-type", &format!("{kind}; charset={charset}")).unwrap_err();
                assert_eq!(status, 415);
                assert!(message.contains(charset) && message.contains("UTF-8"), "{message}");
            }
        }
        for good in ["", ";charset=utf-8", "; Charset=\"UTF-8\"", ";charset=utf8", "; v=1; charset=us-ascii", ";"] {
            assert_eq!(checked("content-type", &format!("application/json{good}")), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_compressed_body_is_named() {
        for coding in ["gzip", "br", "deflate", "identity, gzip"] {
            let (status, message) = checked("content-encoding", coding).unwrap_err();
            assert_eq!(status, 415);
            assert!(message.contains(coding) && message.contains("without Content-Encoding"), "{message}");
        }
        assert_eq!(checked("content-encoding", "identity"), Ok(()));
    }

    #[test]
    fn a_form_of_several_parts_is_told_what_to_send() {
        let (status, message) = checked("content-type", "Multipart/Form-Data; boundary=x").unwrap_err();
        assert_eq!(status, 415);
        assert!(message.contains(FORM), "{message}");
    }
}
