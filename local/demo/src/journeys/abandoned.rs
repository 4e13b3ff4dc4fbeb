//! Nobody pays, and the session expires.

use pledge_driver::Failure;

use super::{begin, deliveries, end, told};
use crate::story::Story;

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let told = told("A preorder is abandoned", "cancelled", &["preorder_abandoned", "preorder_started"]);
    let (preorder, session) = begin(story, told).await?;
    let before = deliveries(story).await?;
    story.driver.stripe.expire(&session, &story.driver.endpoints).await?;
    story.tell("Stripe", "the session expires unpaid");
    end(story, before, &preorder).await
}
