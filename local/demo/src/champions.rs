//! The journeys of champions.

mod cancelled;
mod crowd;
mod failing_card;
mod months;
mod reader;
mod refunded;
mod shuffled;

use pledge_driver::Failure;

use crate::story::Story;

/// All of them. Those that need no time come first: the stand-in's clock only goes forward, for everybody.
pub async fn play(story: &mut Story) -> Result<(), Failure> {
    crowd::play(story).await?;
    refunded::play(story).await?;
    cancelled::play(story).await?;
    months::play(story).await?;
    failing_card::play(story).await?;
    shuffled::play(story).await
}
