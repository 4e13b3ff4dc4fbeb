//! References to other objects.

use pledge_domain::ids::InvalidId;
use serde::Deserialize;

/// A reference to another object: usually its id, the object itself where it was expanded.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Expandable {
    /// Returns the id of the object, expanded or not.
    Id(String),
    /// The object, of which only the id matters.
    Object {
        /// Returns the id of the object, expanded or not.
        id: String,
    },
}

impl Expandable {
    /// Returns the id of the object, expanded or not.
    pub fn id(&self) -> &str {
        let (Self::Id(id) | Self::Object { id }) = self;
        id
    }

    /// Returns the id of the object, if it is of the kind that `parse` takes.
    pub fn parse<T>(self, parse: impl FnOnce(String) -> Result<T, InvalidId>) -> Result<T, InvalidId> {
        let (Self::Id(id) | Self::Object { id }) = self;
        parse(id)
    }
}
