//! Monthly prices (<https://docs.stripe.com/api/prices/create>), each with a product of its own.

use std::collections::HashMap;

use pledge_domain::{
    champion::Tier,
    ids::PriceId,
    metadata_name::{NOVEL, TIER},
    ports::BillingError,
};
use serde::Deserialize;
use stripe_product::price::{CreatePrice, CreatePriceProductData, CreatePriceRecurring, CreatePriceRecurringInterval};

use crate::{
    StripeClient,
    billing::{currency, numbered_key},
};

#[derive(Deserialize)]
struct Price {
    id: PriceId,
}

/// Creates the price of a tier and returns its id. If the tier has a price already, that one must be gone from Stripe, and
/// a new one replaces it.
pub async fn create(client: &StripeClient, tier: &Tier) -> Result<PriceId, BillingError> {
    let (novel, level, money) = (tier.novel.get(), tier.level, tier.price);
    let metadata = HashMap::from([(NOVEL.to_owned(), novel.to_string()), (TIER.to_owned(), level.to_string())]);
    let product = CreatePriceProductData::new(format!("{}, novel {novel}", tier.name));
    let request = CreatePrice::new(currency(money))
        .unit_amount(money.amount)
        .recurring(CreatePriceRecurring::new(CreatePriceRecurringInterval::Month))
        .product_data(product)
        .metadata(metadata);
    let after = tier.stripe_price.as_ref().map(|gone| format!(":after:{gone}")).unwrap_or_default();
    let name = format!("champion-price:{novel}:{level}:{}:{}{after}", money.currency, money.amount);
    let price: Price = numbered_key::create(client, &request, &name).await?;
    Ok(price.id)
}
