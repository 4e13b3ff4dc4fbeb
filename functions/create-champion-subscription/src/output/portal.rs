//! The way to Stripe's billing portal.

use pledge_domain::ports::PortalLink;
use serde::{Serialize, Serializer};

/// The way to Stripe's billing portal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionPortal {
    /// The portal's address, for this reader alone, and to be opened within minutes.
    #[serde(serialize_with = "opened")]
    url: PortalLink,
}

impl From<PortalLink> for ChampionPortal {
    fn from(url: PortalLink) -> Self {
        Self { url }
    }
}

/// Writes the address of a portal into the response to its reader.
fn opened<S: Serializer>(link: &PortalLink, serializer: S) -> Result<S::Ok, S::Error> {
    link.expose().serialize(serializer)
}
