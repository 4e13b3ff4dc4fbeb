//! Customers (<https://docs.stripe.com/api/customers/create>): one for each reader.

use std::collections::HashMap;

use pledge_domain::{
    email::Email,
    ids::{CustomerId, UserId},
    ports::BillingError,
};
use serde::Deserialize;
use stripe_core::customer::CreateCustomer;

use crate::{StripeClient, billing::numbered_key};

#[derive(Deserialize)]
struct Customer {
    id: CustomerId,
}

pub async fn create(client: &StripeClient, reader: &UserId, email: Option<&Email>) -> Result<CustomerId, BillingError> {
    let metadata = HashMap::from([("userId".to_owned(), reader.to_string())]);
    let mut request = CreateCustomer::new().metadata(metadata);
    if let Some(email) = email {
        request = request.email(email.as_str());
    }
    let customer: Customer = numbered_key::create(client, &request, &format!("champion-customer:{reader}")).await?;
    Ok(customer.id)
}
