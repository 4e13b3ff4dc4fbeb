//! What a function is invoked for.

use pledge_domain::ports::Clock as _;
use pledge_proof::{functions::WEBHOOK_SECRET, queue::Delivery, world::sqs_event};
use pledge_runtime::System;
use pledge_stripe_events::sign;
use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};

/// An invocation, which may be repeated.
#[derive(Debug, Clone)]
pub struct Call {
    /// The binary.
    pub function: &'static str,
    /// What it gets.
    pub event: Value,
}

impl Call {
    /// A request that API Gateway hands to this function.
    #[must_use]
    pub fn request(function: &'static str, request: &HttpEvent) -> Self {
        Self { function, event: serde_json::from_str(&request.to_json()).unwrap() }
    }

    /// Stripe delivers an event.
    #[must_use]
    pub fn delivery(event: &Value) -> Self {
        let body = event.to_string();
        let signature = sign(body.as_bytes(), WEBHOOK_SECRET, System.now());
        let request = HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body);
        Self::request("stripe-webhook", &request)
    }

    /// SQS delivers messages.
    #[must_use]
    pub fn batch(batch: &[Delivery]) -> Self {
        Self { function: "klaviyo-sender", event: sqs_event(batch) }
    }

    /// The schedule fires.
    #[must_use]
    pub fn schedule() -> Self {
        Self { function: "klaviyo-sender", event: json!({ "detail-type": "Scheduled Event" }) }
    }
}
