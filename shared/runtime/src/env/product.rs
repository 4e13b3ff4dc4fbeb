//! The variables that several functions take and that belong to no adapter.

use pledge_domain::{
    champion::moment::DEFAULT_RENEWAL_GRACE,
    preorder::{Catalogue, CheckoutPolicy},
};
use time::Duration;
use url::Url;

use super::Parser;

const PUBLIC_SITE_URL: &str = "PUBLIC_SITE_URL";

impl Parser<'_> {
    /// Takes `PREORDER_PRICES`: the colours on sale, each with the id of its Stripe price, as JSON.
    pub fn catalogue(&mut self) -> Option<Catalogue> {
        self.json("PREORDER_PRICES")
    }

    /// Takes `CHECKOUT_POLICY`: what the shop decides about its checkout, as JSON; the defaults of [`CheckoutPolicy`] unless
    /// set.
    pub fn checkout_policy(&mut self) -> Option<CheckoutPolicy> {
        Some(self.optional("CHECKOUT_POLICY", CheckoutPolicy::parse)?.unwrap_or_default())
    }

    /// Takes `PUBLIC_SITE_URL`: the address of the public web site.
    pub fn public_site(&mut self) -> Option<Url> {
        self.parse(PUBLIC_SITE_URL, Url::parse)
    }

    /// Takes `PUBLIC_SITE_URL`, if it is set.
    pub fn optional_public_site(&mut self) -> Option<Option<Url>> {
        self.optional(PUBLIC_SITE_URL, Url::parse)
    }

    /// Takes `RENEWAL_GRACE`: for how many hours access goes on after a paid period while its renewal is about to be
    /// charged, from 2 to 720; [`DEFAULT_RENEWAL_GRACE`] unless set. Stripe charges about an hour after a period has
    /// begun, so with less than two hours access would be interrupted at every renewal.
    pub fn renewal_grace(&mut self) -> Option<Duration> {
        let hours = self.optional("RENEWAL_GRACE", |text| match text.parse::<i64>() {
            Ok(hours @ 2..=720) => Ok(Duration::hours(hours)),
            _ => Err("set whole hours, from 2 to 720"),
        })?;
        Some(hours.unwrap_or(DEFAULT_RENEWAL_GRACE))
    }
}
