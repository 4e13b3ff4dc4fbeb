//! Customers, prices, subscriptions, invoices and single payments at Stripe (<https://docs.stripe.com/billing>).

mod call;
mod customer;
mod error;
mod invoice;
mod invoice_answer;
mod numbered_key;
mod payment;
mod payment_method;
pub(crate) mod portal;
mod price;
mod schedule;
mod subscription;
mod subscription_answer;

use std::collections::HashMap;

use pledge_domain::{
    champion::{ChampionMetadata, Tier, invoice_to_pay::BilledInvoice, renewal::RunningInvoice},
    email::Email,
    ids::{
        CustomerId, InvoiceId, PaymentIntentId, PaymentMethodId, PortalConfigurationId, PriceId, SubscriptionId, UserId,
    },
    money::Money,
    ports::{
        Billing, BillingError, IntentAnswer, InvoicePaid, NextInvoice, PortalLink, PurchaseRequest, SubscriptionAnswer,
        SubscriptionRequest,
    },
    stripe::Cancellation,
};

use crate::StripeClient;

impl Billing for StripeClient {
    async fn create_customer(&self, reader: &UserId, email: Option<&Email>) -> Result<CustomerId, BillingError> {
        customer::create(self, reader, email, None).await
    }

    async fn replace_customer(
        &self,
        reader: &UserId,
        email: Option<&Email>,
        gone: &CustomerId,
    ) -> Result<CustomerId, BillingError> {
        customer::create(self, reader, email, Some(gone)).await
    }

    async fn set_customer_email(&self, customer: &CustomerId, email: &Email) -> Result<(), BillingError> {
        customer::set_email(self, customer, email).await
    }

    async fn create_price(&self, tier: &Tier) -> Result<PriceId, BillingError> {
        price::create(self, tier).await
    }

    async fn attach_payment_method(
        &self,
        customer: &CustomerId,
        method: &PaymentMethodId,
    ) -> Result<PaymentMethodId, BillingError> {
        payment_method::attach(self, customer, method).await
    }

    async fn create_subscription(&self, request: &SubscriptionRequest) -> Result<SubscriptionAnswer, BillingError> {
        subscription::create(self, request).await
    }

    async fn subscription(&self, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
        subscription::retrieve(self, id).await
    }

    async fn set_payment_method(&self, id: &SubscriptionId, method: &PaymentMethodId) -> Result<(), BillingError> {
        subscription::set_payment_method(self, id, method).await
    }

    async fn cancel_at_period_end(&self, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
        subscription::cancel_at_period_end(self, id).await
    }

    async fn resume(&self, id: &SubscriptionId, known: Cancellation) -> Result<SubscriptionAnswer, BillingError> {
        Ok(subscription::resume(self, id, known).await?)
    }

    async fn go_on_at(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> Result<SubscriptionAnswer, BillingError> {
        subscription::renew_at(self, id, ours, price, true).await
    }

    async fn renew_at(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> Result<SubscriptionAnswer, BillingError> {
        subscription::renew_at(self, id, ours, price, false).await
    }

    async fn preview_renewal(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> Result<NextInvoice, BillingError> {
        invoice::preview(self, id, ours, price).await
    }

    async fn open_invoices(&self, id: &SubscriptionId) -> Result<Vec<BilledInvoice>, BillingError> {
        invoice::open(self, id).await
    }

    async fn pay_invoice(
        &self,
        invoice: &InvoiceId,
        method: &PaymentMethodId,
        attempt: &str,
    ) -> Result<InvoicePaid, BillingError> {
        invoice::pay(self, invoice, method, attempt).await
    }

    async fn charge_customers_default(&self, id: &SubscriptionId) -> Result<(), BillingError> {
        subscription::charge_customers_default(self, id).await
    }

    async fn portal_configuration(&self) -> Result<Option<PortalConfigurationId>, BillingError> {
        portal::configuration(self).await
    }

    async fn open_portal(
        &self,
        configuration: &PortalConfigurationId,
        customer: &CustomerId,
        return_url: &str,
    ) -> Result<Option<PortalLink>, BillingError> {
        portal::open(self, configuration, customer, return_url).await
    }

    async fn void_invoice(&self, invoice: &RunningInvoice) -> Result<(), BillingError> {
        invoice::void(self, invoice).await
    }

    async fn cancel_now(&self, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
        subscription::cancel_now(self, id).await
    }

    async fn create_payment(&self, request: &PurchaseRequest) -> Result<IntentAnswer, BillingError> {
        payment::create(self, request).await
    }

    async fn cancel_payment(&self, id: &PaymentIntentId) -> Result<IntentAnswer, BillingError> {
        payment::cancel(self, id).await
    }

    async fn payment(&self, id: &PaymentIntentId) -> Result<IntentAnswer, BillingError> {
        payment::retrieve(self, id).await
    }
}

fn currency(money: Money) -> stripe_types::Currency {
    let Ok(currency) = money.currency.as_str().parse();
    currency
}

/// Returns the metadata of a Stripe object: those of the champion, and the mark of this deployment.
fn metadata(client: &StripeClient, metadata: &ChampionMetadata) -> HashMap<String, String> {
    metadata.entries().into_iter().map(|(key, value)| (key.to_owned(), value)).chain([client.mark()]).collect()
}
