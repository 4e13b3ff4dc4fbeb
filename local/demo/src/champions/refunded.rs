//! The first month goes back.

use pledge_driver::Failure;

use super::reader::Reader;
use crate::story::{Champion, Story};

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let champion = Champion::expected("A month is refunded", &["new"], &["champion_refunded", "champion_started"]);
    let reader = Reader::begin(story, champion).await?;
    let intent = reader.subscribe_and_pay(story, 2).await?;
    story.supports().await?;
    story.driver.stripe.refund(&intent, None).await?;
    story.tell("Merchant", "refunds the month");
    story.delivered_quietly().await?;
    story.supports().await?;
    story.champion_ends().await
}
