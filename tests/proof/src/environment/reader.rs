//! Sends what readers and their browsers send, and checks what they may see.

use pledge_testkit::http::HttpEvent;
use serde_json::Value;

use super::{MAX_ATTEMPTS, TestEnvironment};

/// The messages that a server error may have.
const ANYBODY_MAY_READ: [&str; 4] = [
    "Something went wrong on our side.",
    "The service is unavailable for a moment. Please try again.",
    "The payment provider cannot take this now. Nothing was charged; please try again.",
    "Other requests of yours are being handled. Please try again.",
];

impl TestEnvironment {
    /// Sends a reader's request until it is answered with less than 500. Returns that status and the body.
    pub async fn request(&mut self, event: &HttpEvent) -> (u16, Value) {
        for _ in 0..MAX_ATTEMPTS {
            let answer = self.call(async |functions| functions.request(event).await).await;
            match answer {
                Some((status @ ..500, body)) => return (status, body),
                Some((_, body)) => assert_says_nothing(&body),
                None => {}
            }
        }
        panic!("the reader never got an answer to {event:?}");
    }

    /// Sends a reader's request until it is answered with less than 500, and expects this status. Returns the body.
    pub async fn ask(&mut self, event: &HttpEvent, expected: u16) -> Value {
        let (status, body) = self.request(event).await;
        assert_eq!(status, expected, "{event:?}: {body}");
        body
    }

    /// Registers the configuration of the billing portal, as an operator does.
    pub async fn register_portal(&self) {
        let url = format!("{}/v1/billing_portal/configurations", self.stripe.base_url());
        let form = "features[payment_method_update][enabled]=true&metadata[pledge]=portal";
        let request = self.browser.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
        let response = request.bearer_auth("sk_test_proof").send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// Follows the link of an expired session. Returns the copy of the session that Stripe opens then.
    pub async fn recover(&self, session: &str) -> String {
        let expired = self.stripe.object(session);
        let link = expired["after_expiration"]["recovery"]["url"].as_str().unwrap();
        let response = self.browser.get(link).send().await.unwrap();
        assert!(response.status().as_u16() < 400, "{link}: {}", response.status());
        let copies = self.stripe.objects("checkout.session");
        let newest = copies.into_iter().find(|copy| copy["recovered_from"] == session).unwrap();
        newest["id"].as_str().unwrap().to_owned()
    }

    /// Pays as Stripe.js does in the reader's browser.
    pub async fn confirm(&self, client_secret: &str, method: &str) {
        let (paid, answer) = self.try_to_confirm(client_secret, method).await;
        assert!(paid, "{answer}");
    }

    /// Tries to pay as Stripe.js does in the reader's browser. Returns whether Stripe took it, and what it said.
    pub async fn try_to_confirm(&self, client_secret: &str, method: &str) -> (bool, String) {
        let intent = client_secret.split("_secret_").next().unwrap();
        let url = format!("{}/v1/payment_intents/{intent}/confirm", self.stripe.base_url());
        let form = format!("client_secret={client_secret}&payment_method={method}&key=pk_test_1");
        let request = self.browser.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
        let response = request.send().await.unwrap();
        (response.status().is_success(), response.text().await.unwrap())
    }
}

/// Checks that a server error has a code, a message for anybody and a request id, and nothing of what went wrong.
pub(super) fn assert_says_nothing(body: &Value) {
    let fields: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["code", "message", "requestId"], "{body}");
    let message = body["message"].as_str().unwrap();
    assert!(ANYBODY_MAY_READ.contains(&message), "{message}");
}
