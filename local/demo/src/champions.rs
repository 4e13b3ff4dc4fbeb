//! The journeys of champions.

mod cancelled;
mod crowd;
mod disputed;
mod failing_card;
mod months;
mod reader;
mod refunded;
mod shuffled;

use pledge_driver::Failure;

use crate::scenario::Scenario;

/// Plays all journeys of champions. Those that need no time come first, since the stand-in's clock only goes forward, for
/// everybody.
pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    crowd::play(scenario).await?;
    refunded::play(scenario).await?;
    disputed::play(scenario).await?;
    cancelled::play(scenario).await?;
    months::play(scenario).await?;
    failing_card::play(scenario).await?;
    shuffled::play(scenario).await
}
