//! A bank disputes one payment twice: the merchant wins the first dispute and loses the second.

use pledge_driver::Failure;
use serde_json::json;

use super::reader::Reader;
use crate::scenario::{Champion, Scenario};

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let events = &["champion_disputed", "champion_disputed", "champion_refunded", "champion_started"];
    let champion = Champion::expected("A month is disputed twice", &["new"], events);
    let reader = Reader::begin(scenario, champion).await?;
    let intent = reader.subscribe_and_pay(scenario, 4).await?;
    scenario.supports().await?;
    for (outcome, told) in [("won", "wins"), ("lost", "loses")] {
        let dispute = scenario.driver.stripe.dispute(&intent, &json!({ "reason": "fraudulent" })).await?;
        scenario.tell("Bank", "disputes the month");
        scenario.delivered_quietly().await?;
        scenario.driver.stripe.set_dispute(dispute["id"].as_str().unwrap_or_default(), outcome).await?;
        scenario.tell("Merchant", &format!("{told} the dispute"));
        scenario.delivered_quietly().await?;
        scenario.supports().await?;
    }
    scenario.champion_ends().await
}
