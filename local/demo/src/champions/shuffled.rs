//! Every event is delivered twice, in a shuffled order.

use pledge_driver::{Failure, Order};

use super::reader::Reader;
use crate::scenario::{Champion, Scenario};

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let events = &["champion_extended", "champion_renewed", "champion_renewed", "champion_started"];
    let ledger = &["extend", "new", "renew", "renew"];
    let reader = Reader::begin(scenario, Champion::expected("Everything twice, shuffled", ledger, events)).await?;
    let stripe = scenario.driver.stripe.clone();
    reader.subscribe_and_pay(scenario, 6).await?;
    stripe.hold(true).await?;
    stripe.copies(2).await?;
    scenario.tell("Stripe", "holds its deliveries back");
    stripe.advance(super::reader::MONTH).await?;
    scenario.tell("Time", "a month passes");
    let bought = reader.ask_to_purchase(scenario, 6).await?;
    stripe.confirm(&bought, "pm_card_visa", &scenario.driver.endpoints).await?;
    scenario.tell("Reader", "buys 30 days more");
    stripe.advance(super::reader::MONTH).await?;
    scenario.tell("Time", "a month passes");
    stripe.release(Order::Shuffled(42)).await?;
    stripe.hold(false).await?;
    scenario.tell("Stripe", "delivers everything twice, shuffled");
    scenario.delivered_quietly().await?;
    stripe.copies(1).await?;
    scenario.supports().await?;
    scenario.champion_ends().await
}
