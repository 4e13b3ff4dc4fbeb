//! Cancelled, taken up again, cancelled for good; the month that is paid is kept.

use pledge_driver::Failure;

use super::reader::Reader;
use crate::story::{Champion, Story};

pub async fn play(story: &mut Story) -> Result<(), Failure> {
    let events = &["champion_cancelled", "champion_started"];
    let reader = Reader::begin(story, Champion::expected("Cancel, resume, cancel", &["new"], events)).await?;
    reader.subscribe_and_pay(story, 1).await?;
    reader.change_renewal(story, "cancel").await?;
    story.supports().await?;
    reader.change_renewal(story, "resume").await?;
    story.supports().await?;
    reader.change_renewal(story, "cancel").await?;
    reader.month_passes(story).await?;
    story.supports().await?;
    story.champion_ends().await
}
