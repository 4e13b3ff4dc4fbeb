//! Parts of journeys.

use std::time::Duration;

use pledge_stand_ins::stripe::Payment;
use serde_json::Value;

use super::requests::{form, purchase, subscription, wish_to_pay};
use crate::{environment::TestEnvironment, functions::READER};

/// The seconds of a day.
pub(super) const DAY: u64 = 24 * 60 * 60;

/// Sends the form of this reader. Returns the preorder's id.
pub async fn preorder(environment: &mut TestEnvironment, email: &str) -> String {
    text(&environment.ask(&form(email), 201).await, "preorderId")
}

/// Opens the checkout of this preorder. Returns the session's id.
pub async fn checkout(environment: &mut TestEnvironment, preorder: &str) -> String {
    text(&environment.ask(&wish_to_pay(preorder), 200).await, "sessionId")
}

/// Sends the form, opens the checkout and pays by card; everything is delivered afterwards.
pub async fn paid(environment: &mut TestEnvironment) {
    let preorder = preorder(environment, READER).await;
    let session = checkout(environment, &preorder).await;
    environment.stripe.pay_session(&session, Payment::default());
    environment.settle().await;
}

/// Subscribes to novel 7 and pays; everything is delivered afterwards.
pub async fn subscribed(environment: &mut TestEnvironment) {
    let answer = environment.ask(&subscription(2), 201).await;
    environment.confirm(&text(&answer, "clientSecret"), "pm_card_visa").await;
    environment.settle().await;
}

/// Subscribes to novel 7; a month later the card is refused, and everything is delivered afterwards.
pub async fn past_due(environment: &mut TestEnvironment) {
    subscribed(environment).await;
    let customer = text(&environment.stripe.objects("customer")[0], "id");
    environment.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    environment.advance(Duration::from_secs(32 * DAY));
    environment.settle().await;
}

/// Buys 30 days of novel 7 at this level; everything is delivered afterwards.
pub async fn purchased(environment: &mut TestEnvironment, level: i64) {
    let answer = environment.ask(&purchase(level), 201).await;
    environment.confirm(&text(&answer, "clientSecret"), "pm_card_visa").await;
    environment.settle().await;
}

/// Returns the text with this name in an answer.
pub(super) fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}")).to_owned()
}
