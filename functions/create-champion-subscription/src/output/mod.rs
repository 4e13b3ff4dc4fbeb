//! The bodies of this function's responses.

mod change;
mod own;
mod pay;
mod portal;
mod started;
mod status;
mod tiers;

use pledge_domain::ports::ClientSecret;
use serde::{Serialize, Serializer};

pub use self::{
    change::ChampionChange,
    own::OwnChampions,
    pay::ChampionPayment,
    portal::ChampionPortal,
    started::{ChampionPurchase, ChampionSubscription},
    status::ChampionStatus,
    tiers::NovelTiers,
};

/// Serializes a client secret in clear text, since the response goes to the reader who pays with it.
fn exposed<S: Serializer>(secret: &Option<ClientSecret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ClientSecret::expose).serialize(serializer)
}
