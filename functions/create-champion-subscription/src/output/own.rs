//! The response with everything that a reader supports.

use pledge_domain::{
    Timestamp,
    champion::status::{Standing, Stretch},
};
use pledge_http_api::UtcTime;
use serde::Serialize;

use super::status::ChampionStatus;

/// Everything that a reader supports, supported, or began to pay for.
#[derive(Debug, Serialize)]
pub struct OwnChampions {
    /// One for each novel, by the novels' numbers.
    champions: Vec<OwnChampion>,
}

impl OwnChampions {
    /// Makes the body from how a reader stands with each novel at `now`.
    pub fn new(standings: Vec<Standing>, now: Timestamp) -> Self {
        let one = |standing: Standing| OwnChampion {
            segments: standing.stretches.iter().map(AccessSegment::from).collect(),
            status: ChampionStatus::new(standing, now),
        };
        Self { champions: standings.into_iter().map(one).collect() }
    }
}

/// How a reader's support of one novel stands, and when they could, can and will be able to read on.
#[derive(Debug, Serialize)]
pub struct OwnChampion {
    /// How the support stands now.
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
    /// When it begins.
    start: UtcTime,
    /// When it ends.
    end: UtcTime,
}

impl From<&Stretch> for AccessSegment {
    fn from(stretch: &Stretch) -> Self {
        let (start, end) = (UtcTime(stretch.period.start), UtcTime(stretch.period.end));
        Self { tier_level: stretch.tier.get(), start, end }
    }
}
