//! A request that can be sent any number of times.

use std::hash::{DefaultHasher, Hash, Hasher};

use reqwest::{
    Client, Method,
    header::{CONTENT_TYPE, HeaderName},
};
use url::form_urlencoded::Serializer;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request to Stripe's API, which every try sends unchanged.
#[derive(Debug)]
pub struct Request {
    method: Method,
    /// The path below `/v1`, with a leading slash.
    path: String,
    query: Option<String>,
    form: Option<String>,
    key: Option<String>,
}

impl Request {
    /// Makes a request without parameters. `path` is below `/v1` and begins with a slash.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: None, form: None, key: None }
    }

    /// Makes a GET request with these parameters, which it encodes. `path` is below `/v1` and begins with a slash.
    pub fn get<'a>(path: impl Into<String>, parameters: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let query = Serializer::new(String::new()).extend_pairs(parameters).finish();
        Self::new(Method::GET, path).with_query((!query.is_empty()).then_some(query))
    }

    /// Returns the request with a query, which is already encoded.
    #[must_use]
    pub fn with_query(self, query: Option<String>) -> Self {
        Self { query, ..self }
    }

    /// Returns the request with a form as its body, which is already encoded.
    #[must_use]
    pub fn with_form(self, form: Option<&str>) -> Self {
        Self { form: form.map(sorted), ..self }
    }

    /// Returns the request with an idempotency key.
    #[must_use]
    pub fn with_key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    /// Makes the HTTP request for one try to the API at `base`.
    pub(crate) fn prepare(&self, http: &Client, base: &str) -> reqwest::RequestBuilder {
        let mut request = http.request(self.method.clone(), self.url(base));
        if let Some(key) = &self.key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(form) = &self.form {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
        }
        request
    }

    /// Returns the path, which holds nothing personal but ids and may be logged.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Returns a number that is equal for equal requests and differs between others. It varies the pauses before
    /// repetitions, so that many functions that failed at one moment don't all repeat at one moment.
    pub(crate) fn seed(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.key, &self.path, &self.query).hash(&mut hasher);
        hasher.finish()
    }

    /// Returns the whole address of the request to the API at `base`.
    fn url(&self, base: &str) -> String {
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{base}/v1{}{query}", self.path)
    }
}

/// Returns the form with its fields sorted by name. async-stripe keeps metadata in hash maps, whose order differs between
/// processes, and Stripe refuses changed parameters under an idempotency key that it has seen.
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
        let request = Request::get("/prices", [("limit", "3".to_owned()), ("created[lt]", "7".to_owned())]);
        assert_eq!(request.url("http://127.0.0.1:1"), "http://127.0.0.1:1/v1/prices?limit=3&created%5Blt%5D=7");
        assert_eq!(Request::get("/prices", []).url("http://127.0.0.1:1"), "http://127.0.0.1:1/v1/prices");
    }
}
