//! References to other objects.

use pledge_domain::ids::{InvalidId, PaymentIntentId};
use serde::Deserialize;

/// Another object: usually its id, the object itself where it was expanded.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Expandable {
    /// The id.
    Id(String),
    /// The object, of which only the id matters.
    Object {
        /// The id.
        id: String,
    },
}

impl Expandable {
    /// The id of a payment.
    pub fn parse(self) -> Result<PaymentIntentId, InvalidId> {
        let (Self::Id(id) | Self::Object { id }) = self;
        PaymentIntentId::parse(id)
    }
}
