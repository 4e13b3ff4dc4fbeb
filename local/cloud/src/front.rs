//! The address that clients use: forwards to the emulator's HTTP API, which is told apart by its host name.

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
    host: HeaderValue,
}

/// Forwards what arrives at `listener` to the API `api_id` of the emulator on `port`, bytes and headers as they are.
///
/// Ends when it is dropped.
pub(crate) async fn serve(listener: TcpListener, port: u16, api_id: &str) -> std::io::Result<()> {
    let invalid = |error: &dyn std::error::Error| std::io::Error::other(error.to_string());
    let upstream = Upstream {
        client: Client::builder(TokioExecutor::new()).build_http(),
        address: SocketAddr::from(([127, 0, 0, 1], port)).to_string().parse().map_err(|error| invalid(&error))?,
        host: format!("{api_id}.execute-api.localhost").parse().map_err(|error| invalid(&error))?,
    };
    axum::serve(listener, Router::new().fallback(forward).with_state(upstream)).await
}

async fn forward(State(upstream): State<Upstream>, mut request: Request) -> Response {
    let mut uri = std::mem::take(request.uri_mut()).into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(upstream.address);
    uri.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    let Ok(uri) = Uri::from_parts(uri) else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    request.headers_mut().insert(header::HOST, upstream.host);
    for hop in [header::CONNECTION, header::UPGRADE, header::TE] {
        request.headers_mut().remove(hop);
    }
    match upstream.client.request(request).await {
        Ok(response) => response.map(Body::new),
        // What API Gateway says when it can't reach its integration.
        Err(_) => (StatusCode::BAD_GATEWAY, r#"{"message":"Internal Server Error"}"#).into_response(),
    }
}
