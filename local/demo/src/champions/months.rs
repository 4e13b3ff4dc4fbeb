//! A subscription with 3-D Secure and its first month, renewals that are drafts for an hour, 30 days bought between them,
//! and an upgrade that lasts longer than a renewal.

use pledge_driver::{Failure, intent_of};

use super::reader::Reader;
use crate::scenario::{Champion, Scenario};

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
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
    let reader = Reader::begin(scenario, Champion::expected("Months of support", ledger, events)).await?;
    let secret = reader.subscribe(scenario, 2).await?;
    let stripe = scenario.driver.stripe.clone();
    stripe.confirm(&secret, "pm_card_threeDSecure2Required", &scenario.driver.endpoints).await?;
    stripe.authenticate(intent_of(&secret), false).await?;
    scenario.tell("Reader", "does not finish 3-D Secure");
    scenario.delivered_quietly().await?;
    let again = reader.subscribe(scenario, 2).await?;
    scenario.tell("API", if again == secret { "the same client secret again" } else { "ANOTHER client secret" });
    stripe.confirm(&again, "pm_card_threeDSecure2Required", &scenario.driver.endpoints).await?;
    stripe.authenticate(intent_of(&again), true).await?;
    scenario.tell("Reader", "finishes 3-D Secure");
    scenario.delivered_quietly().await?;
    scenario.supports().await?;
    // The first card would ask for 3-D Secure at each renewal.
    scenario.driver.stripe.replace_card(&reader.customer(scenario).await?, "pm_card_visa").await?;
    reader.month_passes(scenario).await?;
    reader.purchase(scenario, 2).await?;
    scenario.supports().await?;
    reader.month_passes(scenario).await?;
    reader.month_passes(scenario).await?;
    reader.purchase(scenario, 5).await?;
    scenario.supports().await?;
    // The renewal doesn't end what was bought at the higher tier.
    reader.month_passes(scenario).await?;
    scenario.supports().await?;
    scenario.champion_ends().await
}
