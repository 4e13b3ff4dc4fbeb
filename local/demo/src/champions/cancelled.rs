//! A subscription is cancelled, resumed, and cancelled for good; the paid month is kept.

use pledge_driver::Failure;

use super::reader::Reader;
use crate::scenario::{Champion, Scenario};

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let events = &["champion_cancelled", "champion_started"];
    let reader = Reader::begin(scenario, Champion::expected("Cancel, resume, cancel", &["new"], events)).await?;
    reader.subscribe_and_pay(scenario, 1).await?;
    reader.change_renewal(scenario, "cancel").await?;
    scenario.supports().await?;
    reader.change_renewal(scenario, "resume").await?;
    scenario.supports().await?;
    reader.change_renewal(scenario, "cancel").await?;
    reader.month_passes(scenario).await?;
    scenario.supports().await?;
    scenario.champion_ends().await
}
