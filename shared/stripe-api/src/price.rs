//! Prices (<https://docs.stripe.com/api/prices/retrieve>).

use pledge_domain::{
    ids::PriceId,
    money::{Currency, Money},
    ports::{GatewayError, PriceGateway},
};
use serde::Deserialize;
use stripe_product::price::RetrievePrice;

use crate::StripeClient;

impl PriceGateway for StripeClient {
    async fn price(&self, id: &PriceId) -> Result<Money, GatewayError> {
        let price: Price = self.send(&RetrievePrice::new(id.as_str())).await?;
        Ok(Money::new(price.unit_amount, price.currency))
    }
}

/// The fields of a price that this project reads.
#[derive(Deserialize)]
struct Price {
    unit_amount: i64,
    currency: Currency,
}
