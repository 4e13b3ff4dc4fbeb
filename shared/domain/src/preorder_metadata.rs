//! The metadata of every Checkout session that we open and of its payment, which their events carry too.
//!
//! Together with what Stripe collects, the metadata are enough to restore a preorder that the database has lost.

use crate::{
    color::Color,
    consent::TextVersion,
    ids::{PreorderId, PriceId, UserId},
    locale::Locale,
    metadata_name::{AGREED_TO, ATTEMPT, COLOR, LOCALE, PREORDER, PRICE, USER},
};

/// Our metadata on a Checkout session or its payment. A field is none if its value is missing or isn't of the expected
/// form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreorderMetadata {
    /// `preorderId`.
    pub preorder: Option<PreorderId>,
    /// `checkoutAttempt`, which counts from 1.
    pub attempt: Option<i32>,
    /// `userId`, if the owner was known.
    pub user: Option<UserId>,
    /// `color`.
    pub color: Option<Color>,
    /// `locale`: the language of the page.
    pub locale: Option<Locale>,
    /// `priceId`.
    pub price: Option<PriceId>,
    /// `consentTextVersion`: the version of the marketing text that the customer agreed to, if they did.
    pub agreed_to: Option<TextVersion>,
}

impl PreorderMetadata {
    /// Reads a Stripe object's metadata.
    pub fn read<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        Self {
            preorder: get(PREORDER).and_then(|text| PreorderId::parse(text).ok()),
            attempt: get(ATTEMPT).and_then(|text| text.parse().ok()).filter(|attempt| *attempt > 0),
            user: get(USER).and_then(|text| UserId::parse(text).ok()),
            color: get(COLOR).map(|text| Color::recorded(text.to_owned())),
            locale: get(LOCALE).and_then(Locale::parse),
            price: get(PRICE).and_then(|text| PriceId::parse(text).ok()),
            agreed_to: get(AGREED_TO).and_then(|text| TextVersion::parse(text).ok()),
        }
    }

    /// Returns the entries to put on a Stripe object.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'static str, String)> {
        let entries = [
            (PREORDER, self.preorder.map(|id| id.to_string())),
            (ATTEMPT, self.attempt.map(|attempt| attempt.to_string())),
            (USER, self.user.as_ref().map(ToString::to_string)),
            (COLOR, self.color.as_ref().map(|color| color.as_str().to_owned())),
            (LOCALE, self.locale.map(|locale| locale.tag().to_owned())),
            (PRICE, self.price.as_ref().map(ToString::to_string)),
            (AGREED_TO, self.agreed_to.as_ref().map(ToString::to_string)),
        ];
        entries.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[(&str, &str)]) -> PreorderMetadata {
        PreorderMetadata::read(|key| entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = PreorderMetadata {
            preorder: PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").ok(),
            attempt: Some(2),
            user: UserId::parse("uid").ok(),
            color: Some(Color::recorded("Red".to_owned())),
            locale: Some(Locale::ZhHk),
            price: PriceId::parse("price_1").ok(),
            agreed_to: TextVersion::parse("2026-11").ok(),
        };
        let entries = written.entries();
        let borrowed: Vec<_> = entries.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert_eq!((borrowed.len(), read(&borrowed)), (7, written));
    }

    #[test]
    fn what_is_not_of_the_expected_form_is_as_if_it_were_not_there() {
        let strange = [("preorderId", "1"), ("checkoutAttempt", "0"), ("locale", "xx"), ("priceId", "prod_1")];
        assert_eq!(read(&strange), PreorderMetadata::default());
        assert_eq!(PreorderMetadata::default().entries(), []);
    }
}
