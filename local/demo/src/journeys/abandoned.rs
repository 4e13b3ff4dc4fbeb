//! Nobody pays, and the session expires.

use pledge_driver::Failure;

use super::{begin, deliveries, end, expected};
use crate::scenario::Scenario;

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let expected = expected("A preorder is abandoned", "cancelled", &["preorder_abandoned", "preorder_started"]);
    let (preorder, session) = begin(scenario, expected).await?;
    let before = deliveries(scenario).await?;
    scenario.driver.stripe.expire(&session, &scenario.driver.endpoints).await?;
    scenario.tell("Stripe", "the session expires unpaid");
    end(scenario, before, &preorder).await
}
