//! Klaviyo answers 429 and 500 for a while.

use pledge_driver::Failure;
use serde_json::json;

use super::{begin, deliveries, end, expected};
use crate::scenario::Scenario;

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let klaviyo = &scenario.driver.klaviyo;
    let limited =
        json!({ "path": "/api/events", "times": 4, "answer": { "kind": "status", "status": 429, "retry_after": 1 } });
    let broken = json!({ "path": "/api/events", "times": 3, "answer": { "kind": "status", "status": 500 } });
    klaviyo.fault(&limited).await?;
    klaviyo.fault(&broken).await?;
    let expected = expected("Klaviyo refuses for a while", "completed", &["preorder_started", "preorder_success"]);
    let (preorder, session) = begin(scenario, expected).await?;
    scenario.tell("Klaviyo", "answers 429 four times and 500 three times; the queue or the sweep tries again");
    let before = deliveries(scenario).await?;
    scenario.driver.stripe.pay(&session, &json!({})).await?;
    scenario.tell("Customer", "pays by card on Stripe's page");
    end(scenario, before, &preorder).await
}
