//! The address that clients use: forwards to the emulator's two HTTP APIs, which are told apart by their host names, and
//! shows the console.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::console::{Activity, Entry, System, now};

/// The largest body that is forwarded, in bytes; API Gateway's limit is 10 MB.
const LARGEST: usize = 10 << 20;
/// The largest text that is shown, in bytes.
const SHOWN: usize = 64 << 10;

/// The emulator on `port`, and the ids of its two APIs.
#[derive(Debug)]
pub(crate) struct Apis<'a> {
    pub(crate) port: u16,
    /// The id of the API that the front end calls.
    pub(crate) api: &'a str,
    /// The id of the API that Stripe calls.
    pub(crate) webhooks: &'a str,
}

#[derive(Clone)]
struct Upstream {
    client: Client<HttpConnector, Body>,
    address: Authority,
    api: HeaderValue,
    webhooks: HeaderValue,
    activity: Activity,
}

/// Answers requests for which `console` has routes, and forwards the others to the emulator with their bytes and headers
/// unchanged: webhooks to their API, the rest to the other API. Forwarded requests are recorded in `activity`.
///
/// Serving ends when the future is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    apis: &Apis<'_>,
    console: Router,
    activity: Activity,
) -> std::io::Result<()> {
    let invalid = |error: &dyn std::error::Error| std::io::Error::other(error.to_string());
    let host = |id| format!("{id}.execute-api.localhost").parse().map_err(|error| invalid(&error));
    let address = SocketAddr::from(([127, 0, 0, 1], apis.port));
    let upstream = Upstream {
        client: Client::builder(TokioExecutor::new()).build_http(),
        address: address.to_string().parse().map_err(|error| invalid(&error))?,
        api: host(apis.api)?,
        webhooks: host(apis.webhooks)?,
        activity,
    };
    let forwarding = Router::new().fallback(forward).with_state(upstream);
    axum::serve(listener, console.fallback_service(forwarding)).await
}

async fn forward(State(upstream): State<Upstream>, request: Request) -> Response {
    let (began, since) = (now(), Instant::now());
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let (method, uri) = (parts.method.clone(), parts.uri.clone());
    let signed_in = parts.headers.contains_key(header::AUTHORIZATION);
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let (parts, answered) = pass_on(&upstream, request).await.into_parts();
    let answered = to_bytes(answered, LARGEST).await.unwrap_or_default();
    // A browser's preflight requests are left out of the activity.
    if method != Method::OPTIONS {
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let sent = json!({ "method": method.as_str(), "path": path, "signedIn": signed_in, "body": shown(&body) });
        upstream.activity.push(Entry {
            id: 0,
            at: began,
            from: if is_webhook(&uri) { System::Stripe } else { System::Browser },
            to: System::Api,
            title: title(&method, &uri, &sent),
            result: parts.status.as_u16().to_string(),
            ok: !parts.status.is_client_error() && !parts.status.is_server_error(),
            took: u64::try_from(since.elapsed().as_millis()).ok(),
            before: sent,
            after: json!({ "status": parts.status.as_u16(), "body": shown(&answered) }),
        });
    }
    Response::from_parts(parts, Body::from(answered))
}

fn is_webhook(uri: &Uri) -> bool {
    uri.path().starts_with("/webhooks/")
}

/// Returns the title of a request: `POST /checkout`, or the type of an event.
fn title(method: &Method, uri: &Uri, sent: &Value) -> String {
    match sent.pointer("/body/type").and_then(Value::as_str) {
        Some(event) if is_webhook(uri) => event.to_owned(),
        _ => format!("{method} {}", uri.path()),
    }
}

/// Returns a body as JSON, or else as text; null without one.
fn shown(body: &Bytes) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > SHOWN {
        return json!(format!("{} bytes", body.len()));
    }
    serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
}

async fn pass_on(upstream: &Upstream, mut request: Request) -> Response {
    let host = if is_webhook(request.uri()) { &upstream.webhooks } else { &upstream.api };
    let mut uri = std::mem::take(request.uri_mut()).into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(upstream.address.clone());
    uri.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    let Ok(uri) = Uri::from_parts(uri) else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    request.headers_mut().insert(header::HOST, host.clone());
    for hop in [header::CONNECTION, header::UPGRADE, header::TE, header::TRANSFER_ENCODING] {
        request.headers_mut().remove(hop);
    }
    match upstream.client.request(request).await {
        Ok(response) => {
            let mut response = response.map(Body::new);
            // The body is forwarded whole.
            response.headers_mut().remove(header::TRANSFER_ENCODING);
            response
        }
        // The answer of API Gateway when it can't reach its integration.
        Err(_) => (StatusCode::BAD_GATEWAY, r#"{"message":"Internal Server Error"}"#).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    /// Starts an upstream that sends back what it gets, and the server under test before it. Returns that server's
    /// address.
    async fn echo_behind_front() -> String {
        let echo = async |method: Method, uri: Uri, headers: HeaderMap, body: axum::body::Bytes| {
            let seen = format!("{method} {uri} host={:?}", headers[header::HOST]);
            ([("x-seen", seen), ("x-signature", format!("{:?}", headers.get("stripe-signature")))], body)
        };
        let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = upstream.local_addr().unwrap().port();
        tokio::spawn(axum::serve(upstream, Router::new().fallback(echo)).into_future());
        front_of(port).await
    }

    #[test]
    fn an_event_is_named_by_its_type() {
        let sent = json!({ "body": { "type": "invoice.paid" } });
        assert_eq!(title(&Method::POST, &Uri::from_static("/webhooks/stripe"), &sent), "invoice.paid");
        assert_eq!(title(&Method::POST, &Uri::from_static("/checkout?a=b"), &sent), "POST /checkout");
    }

    async fn front_of(port: u16) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let apis = Apis { port, api: "abcd1234", webhooks: "efgh5678" };
        tokio::spawn(async move { serve(listener, &apis, Router::new(), Activity::default()).await });
        url
    }

    async fn send(request: Request) -> Response {
        let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
        client.request(request).await.unwrap().map(Body::new)
    }

    #[tokio::test]
    async fn forwards_bytes_and_headers_as_they_are_to_the_apis_host() {
        let front = echo_behind_front().await;
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let request = Request::post(format!("{front}/webhooks/stripe?a=%20b"))
            .header("stripe-signature", "t=1,v1=é")
            .body(Body::from(bytes.clone()))
            .unwrap();

        let response = send(request).await;

        assert_eq!(
            response.headers()["x-seen"],
            r#"POST /webhooks/stripe?a=%20b host="efgh5678.execute-api.localhost""#
        );
        assert_eq!(response.headers()["x-signature"], r#"Some("t=1,v1=\xc3\xa9")"#);
        assert_eq!(to_bytes(response.into_body(), usize::MAX).await.unwrap(), bytes);
    }

    #[tokio::test]
    async fn what_is_no_webhook_goes_to_the_api_of_the_front_end() {
        let front = echo_behind_front().await;
        let response = send(Request::get(format!("{front}/preorders/1")).body(Body::empty()).unwrap()).await;
        assert_eq!(response.headers()["x-seen"], r#"GET /preorders/1 host="abcd1234.execute-api.localhost""#);
    }

    #[tokio::test]
    async fn answers_as_a_gateway_when_the_emulator_is_gone() {
        let gone = crate::process::free_port().unwrap();
        let front = front_of(gone).await;
        let response = send(Request::get(front).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    }
}
