//! The form is sent, and the customer pays.

use pledge_driver::Failure;
use serde_json::json;

use super::{begin, deliveries, end, expected};
use crate::scenario::Scenario;

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let expected = expected("A preorder is paid", "completed", &["preorder_started", "preorder_success"]);
    let (preorder, session) = begin(scenario, expected).await?;
    let before = deliveries(scenario).await?;
    scenario.driver.stripe.pay(&session, &json!({})).await?;
    scenario.tell("Customer", "pays by card on Stripe's page");
    end(scenario, before, &preorder).await
}
