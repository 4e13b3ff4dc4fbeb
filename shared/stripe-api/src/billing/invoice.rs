//! Paying, previewing, listing and voiding invoices (<https://docs.stripe.com/api/invoices>).

use pledge_domain::{
    champion::{
        invoice_to_pay::BilledInvoice,
        renewal::{InvoiceStatus, RunningInvoice},
    },
    ids::{InvoiceId, PaymentMethodId, PriceId, SubscriptionId},
    money::{Currency, Money},
    ports::{BillingError, GatewayError, InvoicePaid, NextInvoice},
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use stripe_client_core::StripeRequest;

use crate::{
    StripeClient, StripeError,
    billing::{
        call::Call,
        error::{blames, refusal},
        invoice_answer::InvoiceBody,
        subscription,
    },
    key::key,
};

#[derive(Default, Serialize)]
struct Finalizing {
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_advance: Option<bool>,
}

/// Voids an invoice. Stripe voids finalised invoices only, so a draft is finalised first, without being collected. A
/// refusal is no error, since it means that the invoice was finalised, paid or voided meanwhile.
pub async fn void(client: &StripeClient, invoice: &RunningInvoice) -> Result<(), BillingError> {
    let path = |step| format!("/invoices/{}/{step}", invoice.id);
    if invoice.status == InvoiceStatus::Draft {
        take(client, &Call::post(path("finalize"), Finalizing { auto_advance: Some(false) })).await?;
    }
    take(client, &Call::post(path("void"), Finalizing::default())).await
}

async fn take(client: &StripeClient, step: &impl StripeRequest) -> Result<(), BillingError> {
    let answer: Result<IgnoredAny, StripeError> = client.send(step).await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) if refusal(&error).is_some_and(|error| error.status == 400) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize)]
struct Filter<'a> {
    subscription: &'a SubscriptionId,
    status: &'static str,
    limit: u8,
}

#[derive(Deserialize)]
struct List {
    data: Vec<InvoiceBody>,
}

/// Returns the open invoices of a subscription, newest first. There is at most one a month, so the first page has them all.
pub async fn open(client: &StripeClient, id: &SubscriptionId) -> Result<Vec<BilledInvoice>, BillingError> {
    let filter = Filter { subscription: id, status: "open", limit: 100 };
    let list: List = client.send(&Call::get("/invoices", filter)).await?;
    Ok(list.data.iter().filter_map(InvoiceBody::billed).collect())
}

#[derive(Serialize)]
struct Paying<'a> {
    payment_method: &'a PaymentMethodId,
    /// Whether the cardholder is absent. Here it is false, since the reader is present and can confirm the payment.
    off_session: bool,
}

/// Pays an invoice (<https://docs.stripe.com/api/invoices/pay>) and returns the result. Stripe answers 400 if the invoice
/// isn't open any more.
pub async fn pay(
    client: &StripeClient,
    invoice: &InvoiceId,
    method: &PaymentMethodId,
    attempt: &str,
) -> Result<InvoicePaid, BillingError> {
    let key = key(&format!("champion-pay:{invoice}:{method}:{attempt}"))?;
    let paying = Paying { payment_method: method, off_session: false };
    let paid = client.create(&Call::post(format!("/invoices/{invoice}/pay"), paying), &key).await;
    let answer: InvoiceBody = match paid {
        Ok(answer) => answer,
        Err(error) if wants_cardholder(&error) => return Ok(InvoicePaid::NeedsCardholder),
        Err(error) if blames(&error, "payment_method") => return Err(BillingError::UnusablePaymentMethod),
        Err(error) if refusal(&error).is_some_and(|it| it.status == 400) => {
            return Ok(InvoicePaid::NotOpen);
        }
        Err(error) => return Err(error.into()),
    };
    Ok(match answer.status() {
        InvoiceStatus::Paid => InvoicePaid::Now,
        InvoiceStatus::Open => InvoicePaid::Later,
        InvoiceStatus::Draft | InvoiceStatus::Dead => InvoicePaid::NotOpen,
    })
}

/// Returns whether Stripe refused because the cardholder must confirm the payment first, with the code
/// `invoice_payment_intent_requires_action` (<https://docs.stripe.com/error-codes>).
fn wants_cardholder(error: &StripeError) -> bool {
    const CODE: &str = "invoice_payment_intent_requires_action";
    matches!(error, StripeError::Api(error) if error.code.as_deref() == Some(CODE))
}

#[derive(Serialize)]
struct Preview<'a> {
    subscription: &'a SubscriptionId,
    subscription_details: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    items: [Item<'a>; 1],
    proration_behavior: &'static str,
}

/// A subscription's item with another price; without an id, an item more.
#[derive(Serialize)]
pub(super) struct Item<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    pub(super) price: &'a PriceId,
}

#[derive(Deserialize)]
struct Upcoming {
    amount_due: i64,
    currency: Currency,
}

/// Returns the next renewal's invoice at another price, as Stripe previews it
/// (<https://docs.stripe.com/api/invoices/create_preview>).
pub async fn preview(
    client: &StripeClient,
    id: &SubscriptionId,
    ours: &[PriceId],
    price: &PriceId,
) -> Result<NextInvoice, BillingError> {
    let current = subscription::read(client, id).await?;
    let items = [Item { id: current.item_of(ours), price }];
    let details = Details { items, proration_behavior: "none" };
    let preview = Preview { subscription: id, subscription_details: details };
    let upcoming: Upcoming = client.send(&Call::post("/invoices/create_preview", preview)).await?;
    let unknown = || GatewayError::Refused("a subscription without items".into());
    let at = current.period_end().ok_or_else(unknown)?;
    Ok(NextInvoice { due: Money::new(upcoming.amount_due, upcoming.currency), at })
}
