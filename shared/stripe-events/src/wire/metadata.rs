//! What we wrote on a session and its payment. Anything else is as if it weren't there.

use pledge_domain::{
    ids::{PreorderId, PriceId, UserId},
    locale::Locale,
    preorder::Color,
};
use serde::Deserialize;

use crate::wire::{contact::clean, lenient};

/// Our keys. Stripe allows values of up to 500 characters, all of them text.
#[derive(Default, Deserialize)]
pub struct Metadata {
    #[serde(default, rename = "preorderId", deserialize_with = "lenient")]
    preorder_id: Option<String>,
    #[serde(default, rename = "checkoutAttempt", deserialize_with = "lenient")]
    checkout_attempt: Option<String>,
    #[serde(default, rename = "userId", deserialize_with = "lenient")]
    user_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    color: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    locale: Option<String>,
    #[serde(default, rename = "priceId", deserialize_with = "lenient")]
    price_id: Option<String>,
}

impl Metadata {
    /// `preorderId`
    pub fn preorder(&self) -> Option<PreorderId> {
        PreorderId::parse(self.preorder_id.as_deref()?).ok()
    }

    /// `checkoutAttempt`, which counts from 1.
    pub fn attempt(&self) -> Option<i32> {
        self.checkout_attempt.as_deref()?.parse().ok().filter(|attempt| *attempt > 0)
    }

    /// `userId`
    pub fn user(&self) -> Option<UserId> {
        UserId::parse(self.user_id.clone()?).ok()
    }

    /// `color`
    pub fn color(&self) -> Option<Color> {
        clean(self.color.clone()).map(Color::recorded)
    }

    /// `locale`
    pub fn locale(&self) -> Option<Locale> {
        Locale::parse(self.locale.as_deref()?)
    }

    /// `priceId`
    pub fn price(&self) -> Option<PriceId> {
        PriceId::parse(self.price_id.clone()?).ok()
    }
}
