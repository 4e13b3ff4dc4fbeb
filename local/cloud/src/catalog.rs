//! What a shop would have set up in Stripe's dashboard before its first sale.

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
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    let mut prices = BTreeMap::new();
    for colour in COLOURS {
        let form = Serializer::new(String::new())
            .append_pair("currency", "usd")
            .append_pair("unit_amount", PREORDER_PRICE)
            .append_pair("product_data[name]", &format!("Preorder, {colour}"))
            .finish();
        let request = Request::post(format!("{stripe}/v1/prices"))
            .header(header::AUTHORIZATION, format!("Bearer {secret_key}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))?;
        let response = client.request(request).await?;
        let body = to_bytes(Body::new(response.into_body()), 1 << 20).await?;
        let price: Value = serde_json::from_slice(&body)?;
        let id = price["id"].as_str().ok_or_else(|| format!("no price was created: {price}"))?;
        prices.insert(colour, id.to_owned());
    }
    Ok(prices)
}
