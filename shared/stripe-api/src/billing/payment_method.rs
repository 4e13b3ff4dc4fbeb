//! Payment methods (<https://docs.stripe.com/api/payment_methods>).

use pledge_domain::{
    ids::{CustomerId, PaymentMethodId},
    ports::BillingError,
};
use serde::Deserialize;
use stripe_payment::payment_method::{AttachPaymentMethod, RetrievePaymentMethod};

use crate::{
    StripeClient, StripeError,
    billing::error::{blames, is_missing, refusal},
};

#[derive(Deserialize)]
struct PaymentMethod {
    id: PaymentMethodId,
    #[serde(default)]
    customer: Option<CustomerId>,
}

/// Attaches a payment method to a customer, and returns the method's own id. Stripe refuses to attach a method a second
/// time, also to its own customer, so after a refusal the method is read.
pub async fn attach(
    client: &StripeClient,
    customer: &CustomerId,
    method: &PaymentMethodId,
) -> Result<PaymentMethodId, BillingError> {
    let request = AttachPaymentMethod::new(method.as_str()).customer(customer.as_str());
    let attached: Result<PaymentMethod, StripeError> = client.send(&request).await;
    match attached {
        Ok(method) => Ok(method.id),
        Err(error) if refusal(&error).is_some() && !blames(&error, "customer") => {
            is_attached(client, customer, method).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn is_attached(
    client: &StripeClient,
    customer: &CustomerId,
    method: &PaymentMethodId,
) -> Result<PaymentMethodId, BillingError> {
    let found: Result<PaymentMethod, StripeError> = client.send(&RetrievePaymentMethod::new(method.as_str())).await;
    match found {
        Ok(method) if method.customer.as_ref() == Some(customer) => Ok(method.id),
        Ok(_) => Err(BillingError::UnusablePaymentMethod),
        Err(error) if is_missing(&error) => Err(BillingError::UnusablePaymentMethod),
        Err(error) => Err(error.into()),
    }
}
