//! The bodies of this function's responses.

use pledge_application::show_catalogue::Offer;
use pledge_domain::{
    ids::{PreorderId, SessionId},
    money::Currency,
    preorder::CheckoutPolicy,
};
use serde::Serialize;

/// The Checkout session in which a preorder is paid.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// The address of Stripe's payment page.
    pub url: String,
    /// The id of the session.
    pub session_id: SessionId,
    /// The preorder that is paid there.
    pub preorder_id: PreorderId,
}

/// The colours that can be ordered, and the shop's languages and countries.
#[derive(Debug, Serialize)]
pub struct ShopCatalogue {
    /// The colours, sorted by name.
    colors: Vec<ColorOnSale>,
    /// The languages that the shop offers.
    locales: Vec<&'static str>,
    /// The countries that the shop ships to, by their ISO 3166-1 alpha-2 codes.
    countries: Vec<String>,
}

impl ShopCatalogue {
    /// Makes the body from the colours with their prices and the shop's policy.
    pub fn new(offers: Vec<Offer>, policy: &CheckoutPolicy) -> Self {
        Self {
            colors: offers.into_iter().map(ColorOnSale::from).collect(),
            locales: policy.locales.iter().map(|locale| locale.tag()).collect(),
            countries: policy.countries.iter().map(|country| country.as_str().to_owned()).collect(),
        }
    }
}

/// A colour on sale.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColorOnSale {
    /// The colour's name, as the form has to send it.
    color: String,
    /// The price, in minor units of the currency.
    amount: i64,
    /// The currency of the price.
    currency: Currency,
    /// Whether the colour is sold out, and can't be paid now.
    sold_out: bool,
}

impl From<Offer> for ColorOnSale {
    fn from(offer: Offer) -> Self {
        Self {
            color: offer.color.as_str().to_owned(),
            amount: offer.price.amount,
            currency: offer.price.currency,
            sold_out: offer.sold_out,
        }
    }
}
