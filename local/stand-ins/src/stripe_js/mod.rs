//! The stand-in for Stripe.js: a script at Stripe's own path with the functions that the storefront uses. It calls the
//! stand-in of Stripe's API with the publishable key, as the real one does. <https://docs.stripe.com/js>

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

/// Returns the script. Its path has the name of the API version (`endive`).
pub(crate) fn router() -> Router {
    let script = ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("stripe.js"));
    Router::new().route("/endive/stripe.js", get(async || script))
}
