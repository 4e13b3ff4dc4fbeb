//! Paid, and later all the money goes back.

use pledge_driver::Failure;
use serde_json::json;

use super::{begin, deliveries, end, payment_of, told};
use crate::story::Story;

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let events = &["preorder_refunded", "preorder_started", "preorder_success"];
    let (preorder, session) = begin(story, told("A payment is refunded", "refunded", events)).await?;
    let before = deliveries(story).await?;
    story.driver.stripe.pay(&session, &json!({})).await?;
    story.tell("Customer", "pays by card on Stripe's page");
    story.delivered(before).await?;
    story.stands(&preorder).await?;
    let before = deliveries(story).await?;
    story.driver.stripe.refund(&payment_of(story, &session).await?, None).await?;
    story.tell("Merchant", "refunds the whole amount");
    end(story, before, &preorder).await
}
