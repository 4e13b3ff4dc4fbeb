//! Listing the colours that can be ordered, with prices.

use std::sync::{Mutex, PoisonError};

use futures_util::future::try_join_all;
use pledge_domain::{
    Timestamp,
    error_chain::ErrorChain,
    money::Money,
    ports::{GatewayError, PriceGateway},
    preorder::{Catalogue, CheckoutPolicy, Color},
};
use time::Duration;

/// The time for which prices count as current. Once prices are known, Stripe is asked at most once in this time, also if it
/// doesn't answer.
const FRESH: Duration = Duration::minutes(5);

/// Lists the colours that can be ordered, with Stripe's prices.
#[derive(Debug)]
pub struct ShowCatalogue<Prices> {
    /// Stripe's prices.
    pub prices: Prices,
    /// The colours, each with the id of its price.
    pub catalogue: Catalogue,
    /// The shop's decisions about its checkout.
    pub policy: CheckoutPolicy,
    known: Mutex<Known>,
}

/// The offers with the prices that Stripe gave last, and when it was asked.
#[derive(Debug, Default)]
struct Known {
    offers: Option<Vec<Offer>>,
    asked_at: Option<Timestamp>,
}

/// A colour on sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The colour.
    pub color: Color,
    /// The price, as Stripe has it.
    pub price: Money,
    /// Whether the colour is sold out, and can't be paid now.
    pub sold_out: bool,
}

impl<Prices: PriceGateway> ShowCatalogue<Prices> {
    /// Makes the list of these colours. Stripe is asked for their prices when the list is first shown.
    #[must_use]
    pub fn new(prices: Prices, catalogue: Catalogue, policy: CheckoutPolicy) -> Self {
        Self { prices, catalogue, policy, known: Mutex::default() }
    }

    /// Returns every colour with its price. If Stripe fails, the prices that it gave last are returned.
    ///
    /// # Errors
    /// [`GatewayError`] if Stripe fails and hasn't given prices to this process before.
    pub async fn run(&self, now: Timestamp) -> Result<Vec<Offer>, GatewayError> {
        if let Some(offers) = self.fresh(now) {
            return Ok(offers);
        }
        let asked = try_join_all(self.catalogue.colors().filter_map(|name| self.catalogue.find(name)).map(
            |(color, price)| async move {
                let sold_out = self.policy.is_sold_out(&color);
                Ok::<_, GatewayError>(Offer { price: self.prices.price(price).await?, color, sold_out })
            },
        ))
        .await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match (asked, known.offers.clone()) {
            (Ok(offers), _) => {
                *known = Known { offers: Some(offers.clone()), asked_at: Some(now) };
                Ok(offers)
            }
            (Err(error), Some(offers)) => {
                tracing::warn!(error = %ErrorChain(&error), "Stripe gave no prices; the catalogue shows those from before");
                known.asked_at = Some(now);
                Ok(offers)
            }
            (Err(error), None) => Err(error),
        }
    }

    fn fresh(&self, now: Timestamp) -> Option<Vec<Offer>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = known.asked_at.is_some_and(|asked_at| now - asked_at < FRESH);
        known.offers.clone().filter(|_| is_fresh)
    }
}
