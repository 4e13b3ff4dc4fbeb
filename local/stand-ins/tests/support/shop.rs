//! A shop with a customer who subscribes.

use pledge_stand_ins::Clock;
use pledge_stand_ins::stripe::{StripeOptions, StripeStandIn};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{Api, answer, text, types};

pub const HOUR: u64 = 60 * 60;
pub const DAY: u64 = 24 * HOUR;
/// The start of October, 2026-10-01T00:00:00Z.
pub const OCTOBER: i64 = 1_790_812_800;
pub const NOVEMBER: i64 = OCTOBER + 31 * 86_400;
pub const DECEMBER: i64 = NOVEMBER + 30 * 86_400;

/// A customer, a monthly price of 5.00 USD, and a clock that stands still.
pub struct Shop {
    pub stripe: StripeStandIn,
    pub api: Api,
    pub customer: String,
    pub price: String,
}

impl Shop {
    pub async fn open() -> Self {
        let options = StripeOptions { clock: Clock::stopped(OCTOBER), ..StripeOptions::default() };
        let stripe = StripeStandIn::start(options).await.unwrap();
        let api = Api::new(stripe.base_url());
        let customer = api.make("/v1/customers", &[("email", "jo@example.com")]).await;
        let price = Self::price(&api, "500", "tier_3").await;
        Self { stripe, customer: text(&customer, "/id").to_owned(), price, api }
    }

    pub async fn price(api: &Api, amount: &str, key: &str) -> String {
        let params = [
            ("currency", "usd"),
            ("unit_amount", amount),
            ("recurring[interval]", "month"),
            ("product_data[name]", "Champion"),
            ("lookup_key", key),
        ];
        text(&api.make("/v1/prices", &params).await, "/id").to_owned()
    }

    /// Subscribes as the project does: the subscription is incomplete until the reader confirms.
    pub async fn subscribe(&self) -> Value {
        let params = [
            ("customer", self.customer.as_str()),
            ("items[0][price]", &self.price),
            ("payment_behavior", "default_incomplete"),
            ("payment_settings[save_default_payment_method]", "on_subscription"),
            ("metadata[userId]", "u1"),
            ("expand[0]", "latest_invoice.confirmation_secret"),
        ];
        self.api.make("/v1/subscriptions", &params).await
    }

    /// Confirms a payment intent as Stripe.js does, with the publishable key and the client secret.
    pub async fn confirm(&self, secret: &str, method: &str) -> (StatusCode, Value) {
        let intent = secret.split("_secret_").next().unwrap();
        let path = format!("/v1/payment_intents/{intent}/confirm");
        let params = [("client_secret", secret), ("payment_method", method), ("key", "pk_test_1")];
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(params);
        let request = self.api.http.request(Method::POST, format!("{}{path}", self.api.base));
        answer(request.header("content-type", "application/x-www-form-urlencoded").body(encoded.finish())).await
    }

    /// Subscribes and pays with a card that is accepted.
    pub async fn active(&self) -> String {
        let subscription = self.subscribe().await;
        let secret = text(&subscription, "/latest_invoice/confirmation_secret/client_secret");
        assert_eq!(self.confirm(secret, "pm_card_visa").await.0, StatusCode::OK);
        text(&subscription, "/id").to_owned()
    }

    pub fn status(&self, subscription: &str) -> String {
        text(&self.stripe.object(subscription), "/status").to_owned()
    }

    pub fn end(&self, subscription: &str) -> i64 {
        self.stripe.object(subscription).pointer("/items/data/0/current_period_end").unwrap().as_i64().unwrap()
    }

    /// Returns the types of the events since `seen`, without payment methods and intents.
    pub fn since(&self, seen: usize) -> Vec<String> {
        let interesting = |kind: &&str| !kind.starts_with("payment_") && !kind.starts_with("charge.");
        types(&self.stripe.events()[seen..]).into_iter().filter(interesting).map(str::to_owned).collect()
    }
}
