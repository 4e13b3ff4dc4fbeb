//! A renewal fails, and the reader repairs it with another card.

use pledge_driver::Failure;
use serde_json::json;

use super::reader::Reader;
use crate::scenario::{Champion, Scenario};

const PAY: &str = "/payment/stripe/champion-subscription/pay";

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let events = &["champion_payment_failed", "champion_renewed", "champion_renewed", "champion_started"];
    let champion = Champion::expected("A renewal fails, and its reader repairs it", &["new", "renew", "renew"], events);
    let reader = Reader::begin(scenario, champion).await?;
    reader.subscribe_and_pay(scenario, 4).await?;
    let customer = reader.customer(scenario).await?;
    scenario.driver.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").await?;
    scenario.tell("Bank", "blocks the card");
    reader.month_passes(scenario).await?;
    scenario.supports().await?;
    let open = reader.post(scenario, PAY, json!({})).await?.expect_status(200)?;
    scenario.tell("Reader", &format!("owes {} {}", open.body["amount"], open.text("currency")));
    let paid =
        reader.post(scenario, PAY, json!({ "paymentMethodId": "pm_card_mastercard" })).await?.expect_status(200)?;
    if paid.text("status") != "paid" {
        return Err(Failure::Unexpected(format!("the invoice is {}", paid.body)));
    }
    scenario.delivered_quietly().await?;
    scenario.supports().await?;
    reader.month_passes(scenario).await?;
    scenario.tell("Bank", "charges the new card");
    scenario.champion_ends().await
}
