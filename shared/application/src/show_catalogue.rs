//! What can be ordered, at which price.

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

/// How long prices count as current. Stripe is asked at most once in this time, whether it answers or not.
const FRESH: Duration = Duration::minutes(5);

/// Shows what can be ordered.
#[derive(Debug)]
pub struct ShowCatalogue<Prices> {
    /// Where prices are.
    pub prices: Prices,
    /// What can be ordered.
    pub catalogue: Catalogue,
    /// What the shop decides about its checkout.
    pub policy: CheckoutPolicy,
    /// The prices that Stripe gave last.
    pub known: Mutex<Known>,
}

/// The prices that Stripe gave last.
#[derive(Debug, Default)]
pub struct Known {
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
    /// Whether nobody can pay for it now.
    pub sold_out: bool,
}

impl<Prices: PriceGateway> ShowCatalogue<Prices> {
    /// Returns every colour with its price. If Stripe doesn't answer, the prices that it gave last are returned.
    ///
    /// # Errors
    /// [`GatewayError`] if Stripe has never answered.
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
                tracing::warn!(error = %ErrorChain(&error), "no new prices: the catalogue has those from before");
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
