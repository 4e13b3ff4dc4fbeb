//! Where the front end would be: an order form, and the page that customers are sent back to.

use std::net::Ipv4Addr;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Error;

/// The running site; it stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) url: String,
    server: JoinHandle<std::io::Result<()>>,
}

impl Site {
    /// Starts it, as a client of the API at `api`.
    pub(crate) async fn start(api: &str) -> Result<Self, Error> {
        let failed = || Error::io("the site could not be started");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed())?;
        let url = format!("http://{}", listener.local_addr().map_err(failed())?);
        let page = |html: &'static str| {
            let html = html.replace("{{api}}", api);
            get(async move || Html(html))
        };
        let style = get(async || ([(CONTENT_TYPE, "text/css")], include_str!("../site/site.css")));
        let router = Router::new()
            .route("/", page(include_str!("../site/order.html")))
            .route("/site.css", style)
            .fallback_service(page(include_str!("../site/return.html")));
        Ok(Self { url, server: tokio::spawn(axum::serve(listener, router).into_future()) })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}
