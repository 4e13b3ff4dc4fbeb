//! Single payments (<https://docs.stripe.com/api/payment_intents>).

use pledge_domain::{
    ids::PaymentIntentId,
    ports::{BillingError, ClientSecret, IntentAnswer, IntentState, PurchaseRequest},
};
use serde::Deserialize;
use stripe_core::payment_intent::{
    CancelPaymentIntent, CreatePaymentIntent, CreatePaymentIntentAutomaticPaymentMethods, RetrievePaymentIntent,
};

use crate::{
    StripeClient, StripeError,
    billing::{currency, error::refusal, metadata},
    key::key,
};

/// The fields of a `PaymentIntent` that this project reads.
#[derive(Deserialize)]
struct PaymentIntent {
    id: PaymentIntentId,
    status: String,
    #[serde(default)]
    client_secret: Option<String>,
}

/// Creates the payment of a single purchase, and returns it.
pub async fn create(client: &StripeClient, request: &PurchaseRequest) -> Result<IntentAnswer, BillingError> {
    let create = CreatePaymentIntent::new(request.amount.amount, currency(request.amount))
        .customer(request.customer.as_str())
        .description(&*request.description)
        .metadata(metadata(client, &request.metadata))
        .automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true));
    let intent: PaymentIntent =
        client.create(&create, &key(&format!("champion-purchase:{}", request.payment))?).await?;
    Ok(intent.into())
}

/// Returns a payment as it is now.
pub async fn retrieve(client: &StripeClient, id: &PaymentIntentId) -> Result<IntentAnswer, BillingError> {
    let intent: PaymentIntent = client.send(&RetrievePaymentIntent::new(id.as_str())).await?;
    Ok(intent.into())
}

/// Cancels a payment, and returns it as it is afterwards. Stripe refuses to cancel a payment that is paid or cancelled
/// already; such a payment is only read.
pub async fn cancel(client: &StripeClient, id: &PaymentIntentId) -> Result<IntentAnswer, BillingError> {
    let cancelled: Result<PaymentIntent, StripeError> = client.send(&CancelPaymentIntent::new(id.as_str())).await;
    match cancelled {
        Ok(intent) => Ok(intent.into()),
        Err(error) if refusal(&error).is_some() => retrieve(client, id).await,
        Err(error) => Err(error.into()),
    }
}

impl From<PaymentIntent> for IntentAnswer {
    fn from(intent: PaymentIntent) -> Self {
        let state = match intent.status.as_str() {
            "succeeded" | "processing" | "requires_capture" => IntentState::Paid,
            "canceled" => IntentState::Canceled,
            _ => IntentState::Payable,
        };
        Self { id: intent.id, state, client_secret: intent.client_secret.map(ClientSecret::new) }
    }
}
