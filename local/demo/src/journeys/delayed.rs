//! The customer pays with a method that takes days.

use pledge_driver::Failure;
use serde_json::json;

use super::{begin, deliveries, end, expected};
use crate::scenario::Scenario;

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let expected = expected("A payment takes days", "completed", &["preorder_started", "preorder_success"]);
    let (preorder, session) = begin(scenario, expected).await?;
    let before = deliveries(scenario).await?;
    scenario.driver.stripe.pay(&session, &json!({ "method": "bank_debit" })).await?;
    scenario.tell("Customer", "pays by bank debit: nothing has arrived yet");
    scenario.delivered(before).await?;
    scenario.stands(&preorder).await?;
    let again = scenario.driver.api.post("/checkout", &json!({ "preorderId": preorder })).await?;
    scenario.tell("API", &format!("POST /checkout → {} {}", again.status, again.text("code")));
    let before = deliveries(scenario).await?;
    scenario.driver.stripe.settle(&session, true).await?;
    scenario.tell("Bank", "the money arrives");
    end(scenario, before, &preorder).await
}
