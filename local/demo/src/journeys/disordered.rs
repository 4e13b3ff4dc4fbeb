//! Everything is delivered twice, and the refund arrives before the payment.

use pledge_driver::{Failure, Order};
use serde_json::json;

use super::{begin, deliveries, end, payment_of, told};
use crate::story::Story;

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let events = &["preorder_refunded", "preorder_started", "preorder_success"];
    let told = told("Webhooks arrive twice and out of order", "refunded", events);
    let (preorder, session) = begin(story, told).await?;
    let before = deliveries(story).await?;
    let stripe = &story.driver.stripe;
    stripe.hold(true).await?;
    stripe.copies(2).await?;
    stripe.pay(&session, &json!({})).await?;
    story.tell("Customer", "pays by card on Stripe's page");
    stripe.refund(&payment_of(story, &session).await?, None).await?;
    story.tell("Merchant", "refunds the whole amount");
    stripe.release(Order::Reversed).await?;
    stripe.hold(false).await?;
    stripe.copies(1).await?;
    end(story, before, &preorder).await
}
