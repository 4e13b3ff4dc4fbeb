//! The response with all novels that a reader supports.

use pledge_domain::{
    Timestamp,
    champion::status::{Standing, Stretch},
};
use pledge_http_api::UtcTime;
use serde::Serialize;

use super::status::ChampionStatus;

/// The novels that a reader supports, supported, or began to pay for.
#[derive(Debug, Serialize)]
pub struct OwnChampions {
    /// The reader's support of each novel, sorted by the novels' numbers.
    champions: Vec<OwnChampion>,
}

impl OwnChampions {
    /// Makes the body from the state of a reader's support of each novel at `now`.
    pub fn new(standings: Vec<Standing>, now: Timestamp) -> Self {
        let one = |standing: Standing| OwnChampion {
            segments: standing.stretches.iter().map(AccessSegment::from).collect(),
            status: ChampionStatus::new(standing, now),
        };
        Self { champions: standings.into_iter().map(one).collect() }
    }
}

/// The state of a reader's support of one novel, and their past, present and future access.
#[derive(Debug, Serialize)]
pub struct OwnChampion {
    /// The state of the support now.
    status: ChampionStatus,
    /// The access that was bought, in order.
    segments: Vec<AccessSegment>,
}

/// Access at one tier, without a gap.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessSegment {
    /// The tier.
    tier_level: u8,
    /// When the access begins.
    start: UtcTime,
    /// When the access ends.
    end: UtcTime,
}

impl From<&Stretch> for AccessSegment {
    fn from(stretch: &Stretch) -> Self {
        let (start, end) = (UtcTime(stretch.period.start), UtcTime(stretch.period.end));
        Self { tier_level: stretch.tier.get(), start, end }
    }
}
