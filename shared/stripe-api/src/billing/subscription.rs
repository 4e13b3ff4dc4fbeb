//! Subscriptions (<https://docs.stripe.com/api/subscriptions>).

use pledge_domain::{
    ids::{PaymentMethodId, PriceId, SubscriptionId},
    ports::{BillingError, SubscriptionAnswer, SubscriptionRequest},
    stripe::Cancellation,
};
use serde::{Serialize, de::IgnoredAny};
use stripe_billing::subscription::{
    CancelSubscription, CreateSubscription, CreateSubscriptionItems, CreateSubscriptionPaymentBehavior,
    CreateSubscriptionPaymentSettings, CreateSubscriptionPaymentSettingsSaveDefaultPaymentMethod, RetrieveSubscription,
    UpdateSubscription,
};
use stripe_client_core::StripeRequest;

use crate::{
    StripeClient, StripeError,
    billing::{
        call::Call,
        error::{blames, is_missing, refusal},
        invoice::Item,
        metadata, schedule,
        subscription_answer::SubscriptionBody,
    },
    key::key,
};

/// Returns the fields that must be requested: the newest invoice's client secret, and its payments
/// (<https://docs.stripe.com/api/expanding_objects>).
fn expand() -> Vec<String> {
    vec!["latest_invoice.confirmation_secret".to_owned(), "latest_invoice.payments".to_owned()]
}

/// Creates a subscription that is incomplete until its first invoice is paid, and returns it.
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
        .metadata(metadata(client, &request.metadata))
        .expand(expand());
    let subscription: SubscriptionBody =
        client.create(&create, &key(&format!("champion:{}", request.payment))?).await?;
    Ok(subscription.try_into()?)
}

/// Returns a subscription as it is now, with its newest invoice.
pub async fn retrieve(client: &StripeClient, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
    Ok(answer(client, &RetrieveSubscription::new(id.as_str()).expand(expand())).await?)
}

/// Sets the payment method to which a subscription's invoices are charged.
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

/// Lets a subscription end with its period, and returns it. Stripe puts the period's end in the place of another date.
pub async fn cancel_at_period_end(
    client: &StripeClient,
    id: &SubscriptionId,
) -> Result<SubscriptionAnswer, BillingError> {
    let update = UpdateSubscription::new(id.as_str()).cancel_at_period_end(true).expand(expand());
    Ok(change_end(client, id, &update).await?)
}

#[derive(Serialize)]
struct WithoutDate {
    cancel_at: &'static str,
    expand: Vec<String>,
}

/// Removes a subscription's cancellation, and returns it. Stripe refuses `cancel_at_period_end` and `cancel_at` in one
/// request, and doesn't say that either removes the other, so what is `known` is removed, and then what is left.
pub async fn resume(
    client: &StripeClient,
    id: &SubscriptionId,
    known: Cancellation,
) -> Result<SubscriptionAnswer, StripeError> {
    let left = remove(client, id, known).await?;
    remove_rest(client, id, left).await
}

async fn remove_rest(
    client: &StripeClient,
    id: &SubscriptionId,
    answer: SubscriptionAnswer,
) -> Result<SubscriptionAnswer, StripeError> {
    if answer.cancellation == Cancellation::default() {
        return Ok(answer);
    }
    remove(client, id, answer.cancellation).await
}

async fn remove(
    client: &StripeClient,
    id: &SubscriptionId,
    cancellation: Cancellation,
) -> Result<SubscriptionAnswer, StripeError> {
    if cancellation.is_date_alone() {
        // Stripe removes a value that is set to an empty text, for which the typed request has no variant.
        let update = WithoutDate { cancel_at: "", expand: expand() };
        return change_end(client, id, &Call::post(format!("/subscriptions/{id}"), update)).await;
    }
    let update = UpdateSubscription::new(id.as_str()).cancel_at_period_end(false).expand(expand());
    change_end(client, id, &update).await
}

/// Changes when a subscription ends, and returns it. Stripe refuses that while a schedule manages the subscription; then the
/// schedule is released, and the change is made once more.
async fn change_end(
    client: &StripeClient,
    id: &SubscriptionId,
    change: &impl StripeRequest,
) -> Result<SubscriptionAnswer, StripeError> {
    let refused = match answer(client, change).await {
        Err(error) if refusal(&error).is_some_and(|it| it.status == 400) => error,
        changed_or_failed => return changed_or_failed,
    };
    // Only its message tells this refusal from others, so the subscription is read.
    let current = read(client, id).await?;
    let Some(schedule) = current.schedule() else { return Err(refused) };
    schedule::release(client, schedule).await?;
    answer(client, change).await
}

/// Returns a subscription without its newest invoice.
pub async fn read(client: &StripeClient, id: &SubscriptionId) -> Result<SubscriptionBody, StripeError> {
    client.send(&RetrieveSubscription::new(id.as_str())).await
}

#[derive(Serialize)]
struct Renewal<'a> {
    items: [Item<'a>; 1],
    proration_behavior: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_at_period_end: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_at: Option<&'static str>,
    expand: Vec<String>,
}

/// Lets a subscription renew at another price, without anything to pay now, and returns it. With `goes_on`, a cancelled
/// subscription is resumed too. A schedule that manages the subscription is released, since it may bring another price.
pub async fn renew_at(
    client: &StripeClient,
    id: &SubscriptionId,
    ours: &[PriceId],
    price: &PriceId,
    goes_on: bool,
) -> Result<SubscriptionAnswer, BillingError> {
    let current = read(client, id).await?;
    if let Some(schedule) = current.schedule() {
        schedule::release(client, schedule).await?;
    }
    let by_date = current.cancellation().is_date_alone();
    // One request, since the events of two may be of one second, which have no order.
    let update = Renewal {
        items: [Item { id: current.item_of(ours), price }],
        proration_behavior: "none",
        cancel_at_period_end: (goes_on && !by_date).then_some(false),
        cancel_at: (goes_on && by_date).then_some(""),
        expand: expand(),
    };
    let answer = answer(client, &Call::post(format!("/subscriptions/{id}"), update)).await?;
    Ok(if goes_on { remove_rest(client, id, answer).await? } else { answer })
}

#[derive(Serialize)]
struct CustomerUpdate<'a> {
    invoice_settings: InvoiceSettings<'a>,
}

#[derive(Serialize)]
struct InvoiceSettings<'a> {
    default_payment_method: &'a PaymentMethodId,
}

/// Makes a subscription's own method the customer's default, and removes it from the subscription. Stripe charges a
/// subscription's own method rather than the customer's default, and the billing portal changes only the default
/// (<https://docs.stripe.com/billing/subscriptions/payment-methods-setting>).
pub async fn charge_customers_default(client: &StripeClient, id: &SubscriptionId) -> Result<(), BillingError> {
    let current = read(client, id).await?;
    let Some(method) = current.payment_method() else { return Ok(()) };
    let update = CustomerUpdate { invoice_settings: InvoiceSettings { default_payment_method: method } };
    let _: IgnoredAny = client.send(&Call::post(format!("/customers/{}", current.customer()), update)).await?;
    // Stripe removes a value that is set to an empty text.
    let update = UpdateSubscription::new(id.as_str()).default_payment_method("");
    let _: IgnoredAny = client.send(&update).await?;
    Ok(())
}

/// Cancels a subscription at once, and returns it. A subscription that has ended already can't be cancelled, and is only
/// read.
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
