//! Sending the AWS SDK's requests over our own HTTP client.
//!
//! The SDK's own client would add a second TLS stack, and read the system's certificates at every cold start.

use std::{fmt, time::Duration};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use reqwest::Client;

/// An HTTP client for the SDK that sends its requests with a [`Client`].
#[derive(Clone)]
pub(super) struct ReqwestClient {
    http: Client,
    timeout: Option<Duration>,
}

impl ReqwestClient {
    pub(super) fn new(http: Client) -> Self {
        Self { http, timeout: None }
    }

    async fn send(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut request = convert_request(request).map_err(ConnectorError::user)?;
        if let Some(timeout) = self.timeout {
            *request.timeout_mut() = Some(timeout);
        }
        let response = self.http.execute(request).await.map_err(convert_error)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(convert_error)?;
        convert_response(status, headers, body).map_err(|error| ConnectorError::other(error, None))
    }
}

impl HttpClient for ReqwestClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Self { http: self.http.clone(), timeout: settings.read_timeout() })
    }
}

impl HttpConnector for ReqwestClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().send(request))
    }
}

impl fmt::Debug for ReqwestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClient").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

fn convert_request(request: HttpRequest) -> Result<reqwest::Request, BoxError> {
    let (parts, body) = request.try_into_http1x()?.into_parts();
    let body = body.bytes().ok_or("a streaming body, which no call of ours has")?;
    Ok(http::Request::from_parts(parts, Bytes::copy_from_slice(body)).try_into()?)
}

fn convert_response(status: http::StatusCode, headers: http::HeaderMap, body: Bytes) -> Result<HttpResponse, BoxError> {
    let mut response = http::Response::new(SdkBody::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response.try_into()?)
}

/// Converts an error for the SDK's retry policy. The URL is removed from its text, since it has the account's number.
fn convert_error(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}
