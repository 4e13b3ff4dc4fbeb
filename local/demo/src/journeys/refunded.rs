//! A preorder is paid, and later refunded in full.

use pledge_driver::Failure;
use serde_json::json;

use super::{begin, deliveries, end, expected, payment_of};
use crate::scenario::Scenario;

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let events = &["preorder_refunded", "preorder_started", "preorder_success"];
    let (preorder, session) = begin(scenario, expected("A payment is refunded", "refunded", events)).await?;
    let before = deliveries(scenario).await?;
    scenario.driver.stripe.pay(&session, &json!({})).await?;
    scenario.tell("Customer", "pays by card on Stripe's page");
    scenario.delivered(before).await?;
    scenario.stands(&preorder).await?;
    let before = deliveries(scenario).await?;
    scenario.driver.stripe.refund(&payment_of(scenario, &session).await?, None).await?;
    scenario.tell("Merchant", "refunds the whole amount");
    end(scenario, before, &preorder).await
}
