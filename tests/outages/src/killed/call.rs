//! Calls of functions.

use pledge_domain::ports::Clock as _;
use pledge_faults::Delivery;
use pledge_proof::{environment::sqs_event, functions::WEBHOOK_SECRET};
use pledge_runtime::System;
use pledge_stripe_events::sign;
use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};

/// An invocation of a function, which may be repeated.
#[derive(Debug, Clone)]
pub struct Call {
    /// The name of the function's binary.
    pub function: &'static str,
    /// The event of the invocation.
    pub event: Value,
}

impl Call {
    /// Returns the invocation with which API Gateway passes a request to a function.
    #[must_use]
    pub fn request(function: &'static str, request: &HttpEvent) -> Self {
        Self { function, event: serde_json::from_str(&request.to_json()).unwrap() }
    }

    /// Returns the invocation with which an event of Stripe's is delivered.
    #[must_use]
    pub fn delivery(event: &Value) -> Self {
        let body = event.to_string();
        let signature = sign(body.as_bytes(), WEBHOOK_SECRET, System.now());
        let request = HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body);
        Self::request("stripe-webhook", &request)
    }

    /// Returns the invocation with which SQS delivers messages.
    #[must_use]
    pub fn batch(batch: &[Delivery]) -> Self {
        Self { function: "klaviyo-sender", event: sqs_event(batch) }
    }

    /// Returns the invocation by the sender's schedule.
    #[must_use]
    pub fn schedule() -> Self {
        Self { function: "klaviyo-sender", event: json!({ "detail-type": "Scheduled Event" }) }
    }
}
