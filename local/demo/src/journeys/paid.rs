//! The form is sent, the customer pays.

use pledge_driver::Failure;
use serde_json::json;

use super::{begin, deliveries, end, told};
use crate::story::Story;

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let told = told("A preorder is paid", "completed", &["preorder_started", "preorder_success"]);
    let (preorder, session) = begin(story, told).await?;
    let before = deliveries(story).await?;
    story.driver.stripe.pay(&session, &json!({})).await?;
    story.tell("Customer", "pays by card on Stripe's page");
    end(story, before, &preorder).await
}
