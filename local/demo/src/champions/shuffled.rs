//! Everything is delivered twice, in no order.

use pledge_driver::{Failure, Order};

use super::reader::Reader;
use crate::story::{Champion, Story};

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let events = &["champion_extended", "champion_renewed", "champion_renewed", "champion_started"];
    let ledger = &["extend", "new", "renew", "renew"];
    let reader = Reader::begin(story, Champion::expected("Everything twice, shuffled", ledger, events)).await?;
    let stripe = story.driver.stripe.clone();
    reader.subscribe_and_pay(story, 6).await?;
    stripe.hold(true).await?;
    stripe.copies(2).await?;
    story.tell("Stripe", "holds its deliveries back");
    stripe.advance(super::reader::MONTH).await?;
    story.tell("Time", "a month passes");
    let bought = reader.ask_to_purchase(story, 6).await?;
    stripe.confirm(&bought, "pm_card_visa", &story.driver.endpoints).await?;
    story.tell("Reader", "buys 30 days more");
    stripe.advance(super::reader::MONTH).await?;
    story.tell("Time", "a month passes");
    stripe.release(Order::Shuffled(42)).await?;
    stripe.hold(false).await?;
    story.tell("Stripe", "delivers everything twice, shuffled");
    story.delivered_quietly().await?;
    stripe.copies(1).await?;
    story.supports().await?;
    story.champion_ends().await
}
