//! Where the front end would be: a page for each address that readers are sent back to.

use std::net::Ipv4Addr;

use axum::Router;
use axum::http::Uri;
use axum::response::Html;
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
    pub(crate) async fn start() -> Result<Self, Error> {
        let failed = || Error::io("the site could not be started");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed())?;
        let url = format!("http://{}", listener.local_addr().map_err(failed())?);
        let server = tokio::spawn(axum::serve(listener, Router::new().fallback(page)).into_future());
        Ok(Self { url, server })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn page(uri: Uri) -> Html<String> {
    // A URI has no character that HTML gives a meaning to but these.
    let address = uri.to_string().replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&#39;");
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Pledge</title>\
         <body style='font-family: sans-serif; max-width: 40em; margin: 4em auto'>\
         <h1>Back at the site</h1><p>The front end would be here, at</p><p><code>{address}</code></p>\
         <p>What became of a preorder: <code>GET /preorders/{{preorderId}}</code></p>"
    ))
}
