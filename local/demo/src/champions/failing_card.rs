//! A renewal fails, and the reader repairs it with another card.

use pledge_driver::Failure;
use serde_json::json;

use super::reader::Reader;
use crate::story::{Champion, Story};

const PAY: &str = "/payment/stripe/champion-subscription/pay";

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let events = &["champion_payment_failed", "champion_renewed", "champion_renewed", "champion_started"];
    let champion = Champion::expected("A renewal fails, and its reader repairs it", &["new", "renew", "renew"], events);
    let reader = Reader::begin(story, champion).await?;
    reader.subscribe_and_pay(story, 4).await?;
    let customer = reader.customer(story).await?;
    story.driver.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").await?;
    story.tell("Bank", "blocks the card");
    reader.month_passes(story).await?;
    story.supports().await?;
    let open = reader.post(story, PAY, json!({})).await?.expect_status(200)?;
    story.tell("Reader", &format!("owes {} {}", open.body["amount"], open.text("currency")));
    let paid = reader.post(story, PAY, json!({ "paymentMethodId": "pm_card_mastercard" })).await?.expect_status(200)?;
    if paid.text("status") != "paid" {
        return Err(Failure::Unexpected(format!("the invoice is {}", paid.body)));
    }
    story.delivered_quietly().await?;
    story.supports().await?;
    reader.month_passes(story).await?;
    story.tell("Bank", "charges the new card");
    story.champion_ends().await
}
