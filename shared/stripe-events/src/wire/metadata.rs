//! What we wrote on our objects at Stripe. Anything else is as if it weren't there.

use std::collections::BTreeMap;

use pledge_domain::{
    champion::ChampionMetadata,
    metadata_name,
    preorder::{Color, PreorderMetadata},
};
use serde::Deserialize;
use serde_json::Value;

use crate::wire::contact::clean;

/// An object's metadata. Stripe's values are texts of up to 500 characters.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, Value>);

impl Metadata {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    /// Returns the deployment in `deployment`.
    pub fn deployment(&self) -> Option<&str> {
        self.get(metadata_name::DEPLOYMENT).filter(|name| !name.is_empty())
    }

    /// Returns the metadata of a Checkout session or its payment.
    pub fn preorder(&self) -> PreorderMetadata {
        let mut metadata = PreorderMetadata::read(|key| self.get(key));
        // Any text is a colour, so it is cut as texts from our own form are.
        let color = clean(metadata.color.map(|color| color.as_str().to_owned()));
        metadata.color = color.map(Color::recorded);
        metadata
    }

    /// Returns the metadata of a subscription or a single purchase.
    pub fn champion(&self) -> Option<ChampionMetadata> {
        ChampionMetadata::read(|key| self.get(key))
    }
}
