//! What we wrote on our objects at Stripe. Anything else is as if it weren't there.

use std::collections::BTreeMap;

use pledge_domain::{
    champion::ChampionMetadata,
    consent::TextVersion,
    ids::{PreorderId, PriceId, UserId},
    locale::Locale,
    preorder::Color,
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
        self.get("deployment").filter(|name| !name.is_empty())
    }

    /// Returns the preorder in `preorderId`.
    pub fn preorder(&self) -> Option<PreorderId> {
        PreorderId::parse(self.get("preorderId")?).ok()
    }

    /// Returns the attempt in `checkoutAttempt`, which counts from 1.
    pub fn attempt(&self) -> Option<i32> {
        self.get("checkoutAttempt")?.parse().ok().filter(|attempt| *attempt > 0)
    }

    /// Returns the uid in `userId`.
    pub fn user(&self) -> Option<UserId> {
        UserId::parse(self.get("userId")?).ok()
    }

    /// Returns the colour in `color`.
    pub fn color(&self) -> Option<Color> {
        clean(self.get("color").map(str::to_owned)).map(Color::recorded)
    }

    /// Returns the language in `locale`.
    pub fn locale(&self) -> Option<Locale> {
        Locale::parse(self.get("locale")?)
    }

    /// Returns the version of the text on marketing in `consentTextVersion`.
    pub fn agreed_to(&self) -> Option<TextVersion> {
        TextVersion::parse(self.get("consentTextVersion")?).ok()
    }

    /// Returns the price in `priceId`.
    pub fn price(&self) -> Option<PriceId> {
        PriceId::parse(self.get("priceId")?).ok()
    }

    /// Returns the metadata of a subscription or a single purchase.
    pub fn champion(&self) -> Option<ChampionMetadata> {
        ChampionMetadata::read(|key| self.get(key))
    }
}
