//! The journeys of preorders.

mod abandoned;
mod delayed;
mod disordered;
mod klaviyo_down;
mod paid;
mod refunded;

use pledge_driver::Failure;

use crate::scenario::{Expected, Scenario, email};

/// Plays all journeys of preorders.
pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    paid::play(scenario).await?;
    abandoned::play(scenario).await?;
    delayed::play(scenario).await?;
    refunded::play(scenario).await?;
    disordered::play(scenario).await?;
    klaviyo_down::play(scenario).await
}

/// Sends the form and opens the checkout, which begins a journey. Returns the ids of the preorder and the session.
async fn begin(scenario: &mut Scenario, expected: Expected) -> Result<(String, String), Failure> {
    scenario.heading(expected.title);
    let email = email(scenario.preorders.len() + 1);
    let preorder = scenario.driver.api.preorder(&email, "Honey Khaki").await?;
    scenario.tell("API", &format!("POST /preorders → 201, preorder {preorder}"));
    scenario.stands(&preorder).await?;
    let session = scenario.driver.api.checkout(&preorder).await?;
    scenario.tell("API", &format!("POST /checkout → 200, session {session}"));
    scenario.preorders.push(Expected { id: preorder.clone(), ..expected });
    Ok((preorder, session))
}

/// Ends a journey: waits until all events are delivered, and prints the preorder's status and Klaviyo's events.
async fn end(scenario: &Scenario, before: usize, preorder: &str) -> Result<(), Failure> {
    scenario.delivered(before).await?;
    scenario.stands(preorder).await?;
    let events = scenario.preorders.last().map_or(0, |preorder| preorder.events.len());
    scenario.accepted(events).await
}

/// Returns the number of deliveries so far, so that only later ones are printed.
async fn deliveries(scenario: &Scenario) -> Result<usize, Failure> {
    Ok(scenario.driver.stripe.deliveries().await?.len())
}

/// Returns the payment of a session at Stripe.
async fn payment_of(scenario: &Scenario, session: &str) -> Result<String, Failure> {
    let session = scenario.driver.stripe.object(session).await?;
    Ok(session["payment_intent"].as_str().unwrap_or_default().to_owned())
}

/// Returns a journey that hasn't begun, with the status and the Klaviyo events with which it must end.
fn expected(title: &'static str, status: &'static str, events: &'static [&'static str]) -> Expected {
    Expected { title, id: String::new(), status, events }
}
