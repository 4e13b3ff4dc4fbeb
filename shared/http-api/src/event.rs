//! From API Gateway's event to a request, whatever characters its client used.
//!
//! `lambda_http` builds a URI out of the event and panics if that fails, before any code of ours runs. API Gateway passes
//! on paths that it has decoded, and queries as they came; either may have characters that no URI may have, so those are
//! escaped first. `Host` and `X-Forwarded-Proto` go into the same URI, and are left out if they don't fit.

use lambda_http::{
    LambdaEvent, Request,
    http::{HeaderMap, HeaderName, header, uri::Authority},
    request::LambdaRequest,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Error;

/// What a query may not hold as it is (RFC 3986, section 3.4), but for the percent sign, which escapes.
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

/// What a path may not hold as it is (section 3.3): the question mark as well, since the query begins there.
const PATH: &AsciiSet = &QUERY.add(b'?');

/// The longest path and query together, escaped, that become a URI. API Gateway takes 10,240 bytes of request line and
/// headers, and a byte needs three when it is escaped.
const MAX_TARGET: usize = 3 * 10_240;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Reads API Gateway's event as a request.
///
/// # Errors
/// If the text isn't an event of an HTTP API in payload format 2.0.
pub fn request(event: &str) -> Result<Request, Error> {
    serde_json::from_str(event).map(|event| Request::from(escaped(event)))
}

/// Escapes what would keep `lambda_http` from making a request of an invocation.
pub(crate) fn escape(invocation: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    LambdaEvent { payload: escaped(invocation.payload), context: invocation.context }
}

fn escaped(event: LambdaRequest) -> LambdaRequest {
    // Events of other kinds than those of HTTP APIs don't exist in this build.
    let LambdaRequest::ApiGatewayV2(mut event) = event else { return event };
    let path = escaped_path(event.raw_path.as_deref().unwrap_or_default());
    let query = event.raw_query_string.as_deref().map(|query| utf8_percent_encode(query, QUERY).to_string());
    let length = path.len() + query.as_ref().map_or(0, String::len);
    // No endpoint has such a path, so that a target that is too long is answered with 404.
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
