//! Parsing API Gateway's event to a request, whatever characters the client used.
//!
//! `lambda_http` builds a URI from the event and panics if that fails, before any code of ours runs. API Gateway passes on
//! decoded paths and unchanged queries; both may have characters that are invalid in a URI, so these are escaped first.
//! `Host` and `X-Forwarded-Proto` become part of the URI too, and are removed if they are invalid in it.

use lambda_http::{
    LambdaEvent, Request,
    http::{HeaderMap, HeaderName, header, uri::Authority},
    request::LambdaRequest,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Error;

/// The characters that must be escaped in a query (RFC 3986, section 3.4). The percent sign isn't one of them, since it
/// begins an escape.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The characters that must be escaped in a path (RFC 3986, section 3.3): those of a query, and the question mark, at which
/// the query begins.
const PATH: &AsciiSet = &QUERY.add(b'?');

/// The longest escaped path and query together, in bytes, that become a URI. API Gateway accepts 10,240 bytes of request
/// line and headers (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>), and an escaped
/// byte takes three.
const MAX_TARGET: usize = 3 * 10_240;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Parses API Gateway's event to a request.
///
/// # Errors
/// [`Error`] if the text isn't an event of an HTTP API in payload format 2.0.
pub fn request(event: &str) -> Result<Request, Error> {
    serde_json::from_str(event).map(|event| Request::from(escaped(event)))
}

/// Returns the invocation with everything escaped that would make `lambda_http` panic.
pub(crate) fn escape(invocation: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    LambdaEvent { payload: escaped(invocation.payload), context: invocation.context }
}

fn escaped(event: LambdaRequest) -> LambdaRequest {
    // This build has only the events of HTTP APIs, by the features of `lambda_http`.
    let LambdaRequest::ApiGatewayV2(mut event) = event else { return event };
    let path = escaped_path(event.raw_path.as_deref().unwrap_or_default());
    let query = event.raw_query_string.as_deref().map(|query| utf8_percent_encode(query, QUERY).to_string());
    let length = path.len() + query.as_ref().map_or(0, String::len);
    // No endpoint has the path `/`, so a target that is too long is answered with 404.
    (event.raw_path, event.raw_query_string) =
        if length > MAX_TARGET { (Some("/".to_owned()), None) } else { (Some(path), query) };
    keep_what_fits(&mut event.headers);
    LambdaRequest::ApiGatewayV2(event)
}

fn escaped_path(path: &str) -> String {
    let path = utf8_percent_encode(path, PATH).to_string();
    if path.starts_with('/') { path } else { format!("/{path}") }
}

fn keep_what_fits(headers: &mut HeaderMap) {
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or_default());
    let host = text(&header::HOST)
        .is_none_or(|host| host.parse::<Authority>().is_ok() && url::Url::parse(&format!("https://{host}/")).is_ok());
    let proto = text(&FORWARDED_PROTO).is_none_or(|proto| matches!(proto, "http" | "https"));
    if !host {
        headers.remove(header::HOST);
    }
    if !proto {
        headers.remove(FORWARDED_PROTO);
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::RequestExt;
    use pledge_testkit::http::HttpEvent;

    use super::*;
    use crate::route;

    fn read(event: &HttpEvent) -> Request {
        request(&event.to_json()).unwrap()
    }

    #[test]
    fn a_path_or_query_with_any_character_becomes_a_request() {
        let odd = "\u{0}\u{1}\t\n \"#%&'+;<=>?@[\\]^`{|}\u{7f}é日本\u{feff}\u{202e}😀%zz%";
        let all = (0..=0x10_FFFF_u32).step_by(97).filter_map(char::from_u32);
        for text in all.map(String::from).chain([odd.to_owned(), "x".repeat(200_000), " ".repeat(60_000)]) {
            read(&HttpEvent::get("/preorders").query(&text));
            read(&HttpEvent::get(&format!("/preorders/{text}")));
            read(&HttpEvent::get(&text));
        }
    }

    #[test]
    fn a_parameter_means_the_same_whether_its_client_escaped_it_or_not() {
        for query in ["novelId=7&name=é [1]|", "novelId=7&name=%C3%A9%20%5B1%5D%7C"] {
            let request = read(&HttpEvent::get("/").query(query));
            let parameters = request.query_string_parameters();
            assert_eq!((parameters.first("novelId"), parameters.first("name")), (Some("7"), Some("é [1]|")), "{query}");
        }
    }

    #[test]
    fn a_question_mark_in_a_path_begins_no_query() {
        let request = read(&HttpEvent::get("/preorders/1?novelId=7").query("novelId=8"));
        assert_eq!(route::segments(&request), ["preorders", "1%3FnovelId=7"]);
        assert_eq!(request.uri().query(), Some("novelId=8"));
    }

    #[test]
    fn a_host_or_scheme_that_fits_in_no_uri_is_left_out() {
        for (name, value) in [
            ("host", "a b"),
            ("host", ""),
            ("host", "[::"),
            ("host", "x:99999"),
            ("host", "日本"),
            ("x-forwarded-proto", "https,http"),
            ("x-forwarded-proto", ""),
            ("x-forwarded-proto", "data"),
        ] {
            let request = read(&HttpEvent::get("/preorders").header(name, value));
            assert_eq!(request.uri(), "https://api.example.com/preorders", "{name}: {value}");
        }
    }
}
