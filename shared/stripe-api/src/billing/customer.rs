//! Customers (<https://docs.stripe.com/api/customers/create>), one for each reader.

use std::collections::HashMap;

use pledge_domain::{
    email::Email,
    ids::{CustomerId, UserId},
    metadata_name,
    ports::BillingError,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use stripe_core::customer::CreateCustomer;

use crate::{
    StripeClient, StripeError,
    billing::{call::Call, error::refuses_address, numbered_key},
};

#[derive(Deserialize)]
struct Customer {
    id: CustomerId,
}

/// Creates the reader's customer, or another one after `gone` was deleted, and returns its id. If Stripe refuses the
/// address, the customer is created without it.
pub async fn create(
    client: &StripeClient,
    reader: &UserId,
    email: Option<&Email>,
    gone: Option<&CustomerId>,
) -> Result<CustomerId, BillingError> {
    let metadata = HashMap::from([(metadata_name::USER.to_owned(), reader.to_string())]);
    let anonymous = CreateCustomer::new().metadata(metadata);
    let after = gone.map(|gone| format!(":after:{gone}")).unwrap_or_default();
    let key = format!("champion-customer:{reader}{after}");
    let customer: Customer = match email {
        None => numbered_key::create(client, &anonymous, &key).await?,
        Some(email) => match numbered_key::create(client, &anonymous.clone().email(email.as_str()), &key).await {
            Err(error) if refuses_address(&error) => {
                numbered_key::create(client, &anonymous, &format!("{key}:without-address")).await?
            }
            answer => answer?,
        },
    };
    Ok(customer.id)
}

#[derive(Serialize)]
struct EmailUpdate<'a> {
    email: &'a str,
}

/// Sets a customer's e-mail address (<https://docs.stripe.com/api/customers/update>). If Stripe refuses it, nothing changes
/// and that is no error.
pub async fn set_email(client: &StripeClient, customer: &CustomerId, email: &Email) -> Result<(), BillingError> {
    let update = EmailUpdate { email: email.as_str() };
    let set: Result<IgnoredAny, StripeError> = client.send(&Call::post(format!("/customers/{customer}"), update)).await;
    match set.map_err(BillingError::from) {
        Err(error) if !refuses_address(&error) => Err(error),
        Err(_) | Ok(_) => Ok(()),
    }
}
