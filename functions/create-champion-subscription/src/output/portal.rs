//! The response with the address of Stripe's billing portal.

use pledge_domain::ports::PortalLink;
use serde::{Serialize, Serializer};

/// The body with the address of Stripe's billing portal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionPortal {
    /// The portal's address. It is this reader's alone, and expires if it isn't opened within minutes.
    #[serde(serialize_with = "opened")]
    url: PortalLink,
}

impl From<PortalLink> for ChampionPortal {
    fn from(url: PortalLink) -> Self {
        Self { url }
    }
}

/// Serializes the portal's address in clear text, since the response goes to its reader.
fn opened<S: Serializer>(link: &PortalLink, serializer: S) -> Result<S::Ok, S::Error> {
    link.expose().serialize(serializer)
}
