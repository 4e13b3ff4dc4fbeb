//! The objects that a shop would have made in Stripe's dashboard before its first sale.

use std::collections::BTreeMap;
use std::error::Error;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// The colours that can be ordered.
const COLOURS: [&str; 5] = ["Honey Khaki", "Sakura Pink", "Healing Green", "Moonlight Grey", "Red"];
/// The price of a preorder, in US cents.
const PREORDER_PRICE: &str = "29900";

/// Creates one price for each colour and returns the ids by colour.
pub(crate) async fn create_preorder_prices(
    stripe: &str,
    secret_key: &str,
) -> Result<BTreeMap<&'static str, String>, Box<dyn Error + Send + Sync>> {
    let mut prices = BTreeMap::new();
    for colour in COLOURS {
        let name = format!("Preorder, {colour}");
        let form = [("currency", "usd"), ("unit_amount", PREORDER_PRICE), ("product_data[name]", &name)];
        prices.insert(colour, make(stripe, secret_key, "prices", &form).await?);
    }
    Ok(prices)
}

/// Registers the billing portal as `ops portal register` does: another card, invoices and receipts.
pub(crate) async fn register_portal(stripe: &str, secret_key: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let form = [
        ("features[payment_method_update][enabled]", "true"),
        ("features[invoice_history][enabled]", "true"),
        ("metadata[pledge]", "portal"),
    ];
    make(stripe, secret_key, "billing_portal/configurations", &form).await.map(drop)
}

/// Makes an object at Stripe and returns its id.
async fn make(
    stripe: &str,
    secret_key: &str,
    path: &str,
    form: &[(&str, &str)],
) -> Result<String, Box<dyn Error + Send + Sync>> {
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::post(format!("{stripe}/v1/{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {secret_key}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(Serializer::new(String::new()).extend_pairs(form).finish()))?;
    let response = client.request(request).await?;
    let body = to_bytes(Body::new(response.into_body()), 1 << 20).await?;
    let made: Value = serde_json::from_slice(&body)?;
    Ok(made["id"].as_str().ok_or_else(|| format!("Stripe made nothing: {made}"))?.to_owned())
}
