//! A request ready to be sent any number of times.

use std::hash::{DefaultHasher, Hash, Hasher};

use reqwest::{
    Client, Method,
    header::{CONTENT_TYPE, HeaderName},
};
use stripe_client_core::{RequestBuilder, StripeMethod};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What every try sends alike.
pub struct Outgoing {
    method: Method,
    path: String,
    url: String,
    body: Option<String>,
    key: Option<String>,
}

impl Outgoing {
    /// Takes a typed request to the API at `base`, with an idempotency key if it is to have one.
    pub fn new(base: &str, request: RequestBuilder, key: Option<&str>) -> Self {
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let url = format!("{base}/v1{}{query}", request.path);
        let body = request.body.as_deref().map(sorted);
        Self { method, path: request.path, url, body, key: key.map(str::to_owned) }
    }

    /// Makes the HTTP request of one try.
    pub fn prepare(&self, http: &Client) -> reqwest::RequestBuilder {
        let mut request = http.request(self.method.clone(), &self.url);
        if let Some(key) = &self.key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(body) = &self.body {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.clone());
        }
        request
    }

    /// Returns the path, which holds no more than ids.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Differs between requests and is the same for the same request: spreads the repetitions of many functions that
    /// failed at one moment, without a source of randomness.
    pub fn seed(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.key, &self.url).hash(&mut hasher);
        hasher.finish()
    }
}

/// The form with its fields in order of their names. async-stripe keeps metadata in hash maps, whose order differs from
/// one process to the next, and Stripe refuses other parameters under a key that it has seen.
fn sorted(form: &str) -> String {
    let mut fields: Vec<&str> = form.split('&').collect();
    fields.sort_by_key(|field| field.split('=').next());
    fields.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_by_name_and_items_of_a_list_keep_their_order() {
        assert_eq!(sorted("b=1&a[x]=2&c[]=9&c[]=3&a=0"), "a=0&a[x]=2&b=1&c[]=9&c[]=3");
        assert_eq!(sorted(""), "");
    }

    #[test]
    fn path_and_query_follow_the_version() {
        let request = RequestBuilder::new(StripeMethod::Get, "/prices").query(&serde_json::json!({"limit": 3}));
        let outgoing = Outgoing::new("http://127.0.0.1:1", request, None);
        assert_eq!(outgoing.url, "http://127.0.0.1:1/v1/prices?limit=3");
    }
}
