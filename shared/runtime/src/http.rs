//! The one HTTP client of a function. Stripe, Klaviyo, Firebase and the AWS SDK share its connections.

use std::time::Duration;

use reqwest::{Client, redirect};
use rustls::ClientConfig;

/// The longest wait for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest wait for a whole response, unless a caller sets a limit of its own.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The time for which an unused connection is kept. Most servers close theirs after 60 seconds or more, which a frozen
/// function notices too late, so connections are dropped before.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// Returns a client over `tls` with time limits. It doesn't follow redirects (no API that we call uses them, and following
/// one would send keys elsewhere), and doesn't use the proxies that environment variables name.
///
/// # Errors
/// [`reqwest::Error`] if reqwest doesn't support this version of rustls.
pub fn client(mut tls: ClientConfig) -> reqwest::Result<Client> {
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("pledge/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(8)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, response::Redirect, routing::get};

    use super::*;
    use crate::tls;

    #[tokio::test]
    async fn redirects_are_answers_and_not_followed() {
        let app = Router::new().route("/", get(|| async { Redirect::temporary("/elsewhere") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });

        let client = client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
        let response = client.get(format!("http://{address}/")).send().await.unwrap();
        assert_eq!(response.status().as_u16(), StatusCode::TEMPORARY_REDIRECT.as_u16());
    }
}
