//! The address that clients use: forwards to the emulator's two HTTP APIs, which are told apart by their host names.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

#[derive(Clone)]
struct Upstream {
    client: Client<HttpConnector, Body>,
    address: Authority,
    api: HeaderValue,
    webhooks: HeaderValue,
}

/// Forwards what arrives at `listener` to the emulator on `port`, bytes and headers as they are: webhooks to the API
/// `webhook_api`, anything else to the API `api`.
///
/// Ends when it is dropped.
pub(crate) async fn serve(listener: TcpListener, port: u16, api: &str, webhook_api: &str) -> std::io::Result<()> {
    let invalid = |error: &dyn std::error::Error| std::io::Error::other(error.to_string());
    let host = |id| format!("{id}.execute-api.localhost").parse().map_err(|error| invalid(&error));
    let upstream = Upstream {
        client: Client::builder(TokioExecutor::new()).build_http(),
        address: SocketAddr::from(([127, 0, 0, 1], port)).to_string().parse().map_err(|error| invalid(&error))?,
        api: host(api)?,
        webhooks: host(webhook_api)?,
    };
    axum::serve(listener, Router::new().fallback(forward).with_state(upstream)).await
}

async fn forward(State(upstream): State<Upstream>, mut request: Request) -> Response {
    let host = if request.uri().path().starts_with("/webhooks/") { upstream.webhooks } else { upstream.api };
    let mut uri = std::mem::take(request.uri_mut()).into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(upstream.address);
    uri.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    let Ok(uri) = Uri::from_parts(uri) else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    request.headers_mut().insert(header::HOST, host);
    for hop in [header::CONNECTION, header::UPGRADE, header::TE] {
        request.headers_mut().remove(hop);
    }
    match upstream.client.request(request).await {
        Ok(response) => response.map(Body::new),
        // What API Gateway says when it can't reach its integration.
        Err(_) => (StatusCode::BAD_GATEWAY, r#"{"message":"Internal Server Error"}"#).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::{HeaderMap, Method};

    use super::*;

    /// An upstream that sends back what it got, and a front before it.
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

    async fn front_of(port: u16) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { serve(listener, port, "abcd1234", "efgh5678").await });
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
