//! The first month is refunded.

use pledge_driver::Failure;

use super::reader::Reader;
use crate::scenario::{Champion, Scenario};

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let champion = Champion::expected("A month is refunded", &["new"], &["champion_refunded", "champion_started"]);
    let reader = Reader::begin(scenario, champion).await?;
    let intent = reader.subscribe_and_pay(scenario, 2).await?;
    scenario.supports().await?;
    scenario.driver.stripe.refund(&intent, None).await?;
    scenario.tell("Merchant", "refunds the month");
    scenario.delivered_quietly().await?;
    scenario.supports().await?;
    scenario.champion_ends().await
}
