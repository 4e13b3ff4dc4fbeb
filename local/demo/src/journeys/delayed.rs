//! The customer pays with a method that takes days.

use pledge_driver::Failure;
use serde_json::json;

use super::{begin, deliveries, end, told};
use crate::story::Story;

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let told = told("A payment takes days", "completed", &["preorder_started", "preorder_success"]);
    let (preorder, session) = begin(story, told).await?;
    let before = deliveries(story).await?;
    story.driver.stripe.pay(&session, &json!({ "method": "bank_debit" })).await?;
    story.tell("Customer", "pays by bank debit: nothing has arrived yet");
    story.delivered(before).await?;
    story.stands(&preorder).await?;
    let again = story.driver.api.post("/checkout", &json!({ "preorderId": preorder })).await?;
    story.tell("API", &format!("POST /checkout → {} {}", again.status, again.text("code")));
    let before = deliveries(story).await?;
    story.driver.stripe.settle(&session, true).await?;
    story.tell("Bank", "the money arrives");
    end(story, before, &preorder).await
}
