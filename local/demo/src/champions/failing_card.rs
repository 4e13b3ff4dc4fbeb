//! A renewal fails, and recovers with another card.

use pledge_driver::Failure;

use super::reader::Reader;
use crate::story::{Champion, Story};

/// Stripe tries again within days.
const DAYS: u64 = 8 * 24 * 60 * 60;

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let events = &["champion_payment_failed", "champion_renewed", "champion_started"];
    let champion = Champion::expected("A renewal fails and recovers", &["new", "renew"], events);
    let reader = Reader::begin(story, champion).await?;
    reader.subscribe_and_pay(story, 4).await?;
    let customer = reader.customer(story).await?;
    story.driver.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").await?;
    story.tell("Bank", "blocks the card");
    reader.month_passes(story).await?;
    story.supports().await?;
    story.driver.stripe.replace_card(&customer, "pm_card_visa").await?;
    story.tell("Reader", "gives Stripe another card");
    story.driver.stripe.advance(DAYS).await?;
    story.tell("Time", "Stripe tries again some days later");
    story.delivered_quietly().await?;
    story.supports().await?;
    story.champion_ends().await
}
