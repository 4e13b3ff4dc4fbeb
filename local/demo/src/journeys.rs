//! The journeys.

mod abandoned;
mod delayed;
mod disordered;
mod klaviyo_down;
mod paid;
mod refunded;

use pledge_driver::Failure;

use crate::story::{Story, Told, email};

/// All of them.
pub async fn play(story: &mut Story) -> Result<(), Failure> {
    paid::play(story).await?;
    abandoned::play(story).await?;
    delayed::play(story).await?;
    refunded::play(story).await?;
    disordered::play(story).await?;
    klaviyo_down::play(story).await
}

/// The form and the checkout, with which each journey begins. Gives the preorder's id and the session's.
async fn begin(story: &mut Story, told: Told) -> Result<(String, String), Failure> {
    story.chapter(told.title);
    let email = email(story.preorders.len() + 1);
    let preorder = story.driver.api.preorder(&email, "Honey Khaki").await?;
    story.tell("API", &format!("POST /preorders → 201, preorder {preorder}"));
    story.stands(&preorder).await?;
    let session = story.driver.api.checkout(&preorder).await?;
    story.tell("API", &format!("POST /checkout → 200, session {session}"));
    story.preorders.push(Told { id: preorder.clone(), ..told });
    Ok((preorder, session))
}

/// How a journey ends: everything is delivered, the preorder stands, Klaviyo has heard of it.
async fn end(story: &Story, before: usize, preorder: &str) -> Result<(), Failure> {
    story.delivered(before).await?;
    story.stands(preorder).await?;
    let expected = story.preorders.last().map_or(0, |told| told.events.len());
    story.accepted(expected).await
}

/// The number of deliveries so far, to tell only what comes after.
async fn deliveries(story: &Story) -> Result<usize, Failure> {
    Ok(story.driver.stripe.deliveries().await?.len())
}

/// The payment of a session, as Stripe knows it.
async fn payment_of(story: &Story, session: &str) -> Result<String, Failure> {
    let session = story.driver.stripe.object(session).await?;
    Ok(session["payment_intent"].as_str().unwrap_or_default().to_owned())
}

/// A journey that isn't begun yet.
fn told(title: &'static str, expected: &'static str, events: &'static [&'static str]) -> Told {
    Told { title, id: String::new(), expected, events }
}
