//! The languages of the site.

use serde::{Deserialize, Serialize};

/// A language of the site, which is also the first segment of its paths and the language of the checkout page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Locale {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Spanish.
    #[serde(rename = "es")]
    Es,
    /// Japanese.
    #[serde(rename = "ja")]
    Ja,
    /// Chinese as written in Hong Kong.
    #[serde(rename = "zh-HK")]
    ZhHk,
}

impl Locale {
    /// Every locale.
    pub const ALL: [Self; 4] = [Self::En, Self::Es, Self::Ja, Self::ZhHk];

    /// Returns the locale with this tag, or none.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }

    /// Returns the BCP 47 tag. Stripe Checkout knows all four under the same names.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Ja => "ja",
            Self::ZhHk => "zh-HK",
        }
    }
}
