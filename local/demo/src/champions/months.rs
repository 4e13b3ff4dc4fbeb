//! 3-D Secure, the first month, renewals that are drafts for an hour, 30 days bought between them, and an upgrade that
//! outlives a renewal.

use pledge_driver::{Failure, intent_of};

use super::reader::Reader;
use crate::story::{Champion, Story};

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let ledger = &["extend", "new", "renew", "renew", "renew", "renew", "upgrade"];
    let events = &[
        "champion_extended",
        "champion_payment_failed",
        "champion_renewed",
        "champion_renewed",
        "champion_renewed",
        "champion_renewed",
        "champion_started",
        "champion_upgraded",
    ];
    let reader = Reader::begin(story, Champion::expected("Months of support", ledger, events)).await?;
    let secret = reader.subscribe(story, 2).await?;
    let stripe = story.driver.stripe.clone();
    stripe.confirm(&secret, "pm_card_threeDSecure2Required", &story.driver.endpoints).await?;
    stripe.authenticate(intent_of(&secret), false).await?;
    story.tell("Reader", "does not finish 3-D Secure");
    story.delivered_quietly().await?;
    let again = reader.subscribe(story, 2).await?;
    story.tell("API", if again == secret { "the same client secret again" } else { "ANOTHER client secret" });
    stripe.confirm(&again, "pm_card_threeDSecure2Required", &story.driver.endpoints).await?;
    stripe.authenticate(intent_of(&again), true).await?;
    story.tell("Reader", "finishes 3-D Secure");
    story.delivered_quietly().await?;
    story.supports().await?;
    // That card would ask for 3-D Secure at each renewal.
    story.driver.stripe.replace_card(&reader.customer(story).await?, "pm_card_visa").await?;
    reader.month_passes(story).await?;
    reader.purchase(story, 2).await?;
    story.supports().await?;
    reader.month_passes(story).await?;
    reader.month_passes(story).await?;
    reader.purchase(story, 5).await?;
    story.supports().await?;
    // The renewal doesn't end what was bought at the higher tier.
    reader.month_passes(story).await?;
    story.supports().await?;
    story.champion_ends().await
}
