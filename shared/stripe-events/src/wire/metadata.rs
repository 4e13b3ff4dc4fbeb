//! The metadata that this project gave its objects at Stripe. Entries of any other form are ignored.

use std::collections::BTreeMap;

use pledge_domain::{
    champion::ChampionMetadata,
    metadata_name,
    preorder::{Color, PreorderMetadata},
};
use serde::Deserialize;
use serde_json::Value;

use crate::wire::contact::clean;

/// An object's metadata. Values are texts of up to 500 characters (<https://docs.stripe.com/api/metadata>).
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, Value>);

impl Metadata {
    /// Returns the text of an entry; none if there is no such entry, or its value isn't a text.
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    /// Returns the entry `deployment`: the stage of the deployment that made the object.
    pub fn deployment(&self) -> Option<&str> {
        self.get(metadata_name::DEPLOYMENT).filter(|name| !name.is_empty())
    }

    /// Returns the metadata of a Checkout session or its payment.
    pub fn preorder(&self) -> PreorderMetadata {
        let mut metadata = PreorderMetadata::read(|key| self.get(key));
        // Any text may be a colour, so it is cut to the length that our own form accepts.
        let color = clean(metadata.color.map(|color| color.as_str().to_owned()));
        metadata.color = color.map(Color::recorded);
        metadata
    }

    /// Returns the metadata of a subscription or a single purchase; none if the object has none of ours.
    pub fn champion(&self) -> Option<ChampionMetadata> {
        ChampionMetadata::read(|key| self.get(key))
    }
}
