//! References from one of Stripe's objects to another (<https://docs.stripe.com/api/expanding_objects>).

use pledge_domain::ids::InvalidId;
use serde::Deserialize;

/// A reference to another object: its id, or the object itself where Stripe expanded it.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Expandable {
    /// The id of the object.
    Id(String),
    /// The expanded object, of which only the id is read.
    Object {
        /// The id of the object.
        id: String,
    },
}

impl Expandable {
    /// Returns the id of the object, expanded or not.
    pub fn id(&self) -> &str {
        let (Self::Id(id) | Self::Object { id }) = self;
        id
    }

    /// Parses the id of the object, expanded or not, with `parse`.
    ///
    /// # Errors
    /// [`InvalidId`] from `parse`, for example if the object is of another kind.
    pub fn parse<T>(self, parse: impl FnOnce(String) -> Result<T, InvalidId>) -> Result<T, InvalidId> {
        let (Self::Id(id) | Self::Object { id }) = self;
        parse(id)
    }
}
