//! Calls: what a function is invoked with.

use pledge_domain::ports::Clock as _;
use pledge_faults::Delivery;
use pledge_proof::{environment::sqs_event, functions::WEBHOOK_SECRET};
use pledge_runtime::System;
use pledge_stripe_events::sign;
use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};

/// What a function is invoked with; it may be repeated.
#[derive(Debug, Clone)]
pub struct Call {
    /// The name of the binary.
    pub function: &'static str,
    /// The event of the invocation.
    pub event: Value,
}

impl Call {
    /// Returns the call with which API Gateway hands a request to this function.
    #[must_use]
    pub fn request(function: &'static str, request: &HttpEvent) -> Self {
        Self { function, event: serde_json::from_str(&request.to_json()).unwrap() }
    }

    /// Returns the call with which Stripe delivers an event.
    #[must_use]
    pub fn delivery(event: &Value) -> Self {
        let body = event.to_string();
        let signature = sign(body.as_bytes(), WEBHOOK_SECRET, System.now());
        let request = HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body);
        Self::request("stripe-webhook", &request)
    }

    /// Returns the call with which SQS delivers messages.
    #[must_use]
    pub fn batch(batch: &[Delivery]) -> Self {
        Self { function: "klaviyo-sender", event: sqs_event(batch) }
    }

    /// Returns the call of the schedule.
    #[must_use]
    pub fn schedule() -> Self {
        Self { function: "klaviyo-sender", event: json!({ "detail-type": "Scheduled Event" }) }
    }
}
