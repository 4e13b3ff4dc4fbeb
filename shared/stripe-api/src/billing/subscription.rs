//! Subscriptions (<https://docs.stripe.com/api/subscriptions>).

use pledge_domain::{
    ids::{PaymentMethodId, PriceId, SubscriptionId},
    ports::{BillingError, SubscriptionAnswer, SubscriptionRequest},
};
use stripe_billing::subscription::{
    CancelSubscription, CreateSubscription, CreateSubscriptionItems, CreateSubscriptionPaymentBehavior,
    CreateSubscriptionPaymentSettings, CreateSubscriptionPaymentSettingsSaveDefaultPaymentMethod, RetrieveSubscription,
    UpdateSubscription, UpdateSubscriptionItems, UpdateSubscriptionProrationBehavior,
};
use stripe_client_core::StripeRequest;

use crate::{
    StripeClient, StripeError,
    billing::{
        error::{blames, is_missing},
        metadata,
        subscription_answer::SubscriptionBody,
    },
    key::key,
};

/// Returns what an answer has only if it is asked for: the secret that pays the open invoice, and its payment.
fn expand() -> Vec<String> {
    vec!["latest_invoice.confirmation_secret".to_owned(), "latest_invoice.payments".to_owned()]
}

pub async fn create(client: &StripeClient, request: &SubscriptionRequest) -> Result<SubscriptionAnswer, BillingError> {
    let item =
        CreateSubscriptionItems { price: Some(request.price.as_str().to_owned()), ..CreateSubscriptionItems::new() };
    let settings = CreateSubscriptionPaymentSettings {
        save_default_payment_method: Some(CreateSubscriptionPaymentSettingsSaveDefaultPaymentMethod::OnSubscription),
        ..CreateSubscriptionPaymentSettings::new()
    };
    let create = CreateSubscription::new()
        .customer(request.customer.as_str())
        .items(vec![item])
        .payment_behavior(CreateSubscriptionPaymentBehavior::DefaultIncomplete)
        .payment_settings(settings)
        .metadata(metadata(&request.metadata))
        .expand(expand());
    let subscription: SubscriptionBody =
        client.create(&create, &key(&format!("champion:{}", request.payment))?).await?;
    Ok(subscription.try_into()?)
}

pub async fn retrieve(client: &StripeClient, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
    Ok(answer(client, &RetrieveSubscription::new(id.as_str()).expand(expand())).await?)
}

pub async fn set_payment_method(
    client: &StripeClient,
    id: &SubscriptionId,
    method: &PaymentMethodId,
) -> Result<(), BillingError> {
    let update = UpdateSubscription::new(id.as_str()).default_payment_method(method.as_str());
    match answer(client, &update).await {
        Ok(_) => Ok(()),
        Err(error) if blames(&error, "default_payment_method") => Err(BillingError::UnusablePaymentMethod),
        Err(error) => Err(error.into()),
    }
}

pub async fn set_cancel_at_period_end(
    client: &StripeClient,
    id: &SubscriptionId,
    cancel: bool,
) -> Result<SubscriptionAnswer, BillingError> {
    let update = UpdateSubscription::new(id.as_str()).cancel_at_period_end(cancel).expand(expand());
    Ok(answer(client, &update).await?)
}

/// Lets a subscription go on after its period at another price, without anything to pay now.
pub async fn go_on_at(
    client: &StripeClient,
    id: &SubscriptionId,
    ours: &[PriceId],
    price: &PriceId,
) -> Result<SubscriptionAnswer, BillingError> {
    let current: SubscriptionBody = client.send(&RetrieveSubscription::new(id.as_str())).await?;
    let item = UpdateSubscriptionItems {
        id: current.item_of(ours).map(str::to_owned),
        price: Some(price.as_str().to_owned()),
        ..UpdateSubscriptionItems::new()
    };
    let update = UpdateSubscription::new(id.as_str())
        .cancel_at_period_end(false)
        .items(vec![item])
        .proration_behavior(UpdateSubscriptionProrationBehavior::None)
        .expand(expand());
    Ok(answer(client, &update).await?)
}

/// Cancels a subscription at once. One that is over already can't be cancelled at Stripe, but still be read.
pub async fn cancel_now(client: &StripeClient, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
    match answer(client, &CancelSubscription::new(id.as_str()).expand(expand())).await {
        Ok(ended) => Ok(ended),
        Err(error) if is_missing(&error) => {
            let found = retrieve(client, id).await?;
            if found.made.subscription.status.is_terminal() { Ok(found) } else { Err(error.into()) }
        }
        Err(error) => Err(error.into()),
    }
}

async fn answer(client: &StripeClient, request: &impl StripeRequest) -> Result<SubscriptionAnswer, StripeError> {
    client.send::<SubscriptionBody>(request).await?.try_into()
}
