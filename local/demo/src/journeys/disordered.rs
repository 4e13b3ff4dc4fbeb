//! Every event is delivered twice, and the refund before the payment.

use pledge_driver::{Failure, Order};
use serde_json::json;

use super::{begin, deliveries, end, expected, payment_of};
use crate::scenario::Scenario;

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let events = &["preorder_refunded", "preorder_started", "preorder_success"];
    let expected = expected("Webhooks arrive twice and out of order", "refunded", events);
    let (preorder, session) = begin(scenario, expected).await?;
    let before = deliveries(scenario).await?;
    let stripe = &scenario.driver.stripe;
    stripe.hold(true).await?;
    stripe.copies(2).await?;
    stripe.pay(&session, &json!({})).await?;
    scenario.tell("Customer", "pays by card on Stripe's page");
    stripe.refund(&payment_of(scenario, &session).await?, None).await?;
    scenario.tell("Merchant", "refunds the whole amount");
    stripe.release(Order::Reversed).await?;
    stripe.hold(false).await?;
    stripe.copies(1).await?;
    end(scenario, before, &preorder).await
}
