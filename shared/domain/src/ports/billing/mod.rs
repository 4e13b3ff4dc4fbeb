//! The port to Stripe's billing: customers, prices, subscriptions and single payments.

mod payment;
mod secret;
mod subscription;

pub use payment::{IntentAnswer, IntentState, PurchaseRequest};
pub use secret::{ClientSecret, PortalLink};
pub use subscription::{InvoicePaid, NextInvoice, SubscriptionAnswer, SubscriptionRequest};

use std::future::Future;

use crate::{
    champion::{Tier, invoice_to_pay::BilledInvoice, renewal::RunningInvoice},
    email::Email,
    ids::{
        CustomerId, InvoiceId, PaymentIntentId, PaymentMethodId, PortalConfigurationId, PriceId, SubscriptionId, UserId,
    },
    ports::GatewayError,
    stripe::Cancellation,
};

/// Stripe's customers, prices, subscriptions and single payments.
///
/// Every object is made with an idempotency key that is derived from the arguments: the same arguments give the same
/// object, also concurrently and after a crash. Every method fails with a [`BillingError`].
pub trait Billing: Send + Sync {
    /// Makes the customer of this reader and returns its id. Key: `champion-customer:{reader}`.
    fn create_customer(
        &self,
        reader: &UserId,
        email: Option<&Email>,
    ) -> impl Future<Output = Result<CustomerId, BillingError>> + Send;

    /// Makes the customer of this reader after `gone` was deleted. Key: `champion-customer:{reader}:after:{gone}`.
    fn replace_customer(
        &self,
        reader: &UserId,
        email: Option<&Email>,
        gone: &CustomerId,
    ) -> impl Future<Output = Result<CustomerId, BillingError>> + Send;

    /// Sets the customer's e-mail address, to which Stripe sends receipts. An address that Stripe refuses changes nothing
    /// and is no error.
    fn set_customer_email(
        &self,
        customer: &CustomerId,
        email: &Email,
    ) -> impl Future<Output = Result<(), BillingError>> + Send;

    /// Makes the monthly price of this tier and returns its id. If the tier has one already, that one is gone at Stripe and
    /// another one is made. Key: `champion-price:{novel}:{level}:{currency}:{amount}`, then with `:after:{gone}`.
    fn create_price(&self, tier: &Tier) -> impl Future<Output = Result<PriceId, BillingError>> + Send;

    /// Attaches the method to the customer, who can then pay with it, and returns the method's own id. `method` may be an
    /// alias of a test card at Stripe, with which every call makes another method. A repeat with the same id changes
    /// nothing.
    fn attach_payment_method(
        &self,
        customer: &CustomerId,
        method: &PaymentMethodId,
    ) -> impl Future<Output = Result<PaymentMethodId, BillingError>> + Send;

    /// Makes the subscription of a reservation, which is `incomplete` until its first invoice is paid (`payment_behavior`
    /// is `default_incomplete`). The method that pays is kept for the renewals. Key: `champion:{payment}`.
    fn create_subscription(
        &self,
        request: &SubscriptionRequest,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Returns the subscription as it is now.
    fn subscription(
        &self,
        id: &SubscriptionId,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Charges the subscription's invoices to this method from now on.
    fn set_payment_method(
        &self,
        id: &SubscriptionId,
        method: &PaymentMethodId,
    ) -> impl Future<Output = Result<(), BillingError>> + Send;

    /// Lets the subscription end with its period, also if it was to end on a later date, and returns it as it is afterwards.
    fn cancel_at_period_end(
        &self,
        id: &SubscriptionId,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Removes the subscription's cancellation, so that it renews, and returns it as it is afterwards. `known` is the
    /// cancellation as Stripe answered last: it says what is to be removed, a flag or a date.
    fn resume(
        &self,
        id: &SubscriptionId,
        known: Cancellation,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Resumes a cancelled subscription and lets it renew at another price, without anything to pay now. `ours` are all our
    /// prices: of several items, the one with such a price is changed.
    fn go_on_at(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Lets the subscription renew at another price, without anything to pay now. Whether it is cancelled stays as it is.
    /// `ours` as in [`Billing::go_on_at`].
    fn renew_at(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Returns what the next renewal would cost at this price. Changes nothing. `ours` as in [`Billing::go_on_at`].
    fn preview_renewal(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> impl Future<Output = Result<NextInvoice, BillingError>> + Send;

    /// Returns the subscription's open invoices, newest first.
    fn open_invoices(
        &self,
        id: &SubscriptionId,
    ) -> impl Future<Output = Result<Vec<BilledInvoice>, BillingError>> + Send;

    /// Pays an open invoice at once with a method of its customer. Key: `champion-pay:{invoice}:{method}:{attempt}`, so
    /// that a repeat isn't charged twice, and another attempt doesn't get the refusal of an earlier one.
    fn pay_invoice(
        &self,
        invoice: &InvoiceId,
        method: &PaymentMethodId,
        attempt: &str,
    ) -> impl Future<Output = Result<InvoicePaid, BillingError>> + Send;

    /// Lets the subscription be charged to the customer's default method from now on: the subscription's own method, if it
    /// has one, becomes the customer's default and is removed from the subscription.
    fn charge_customers_default(&self, id: &SubscriptionId) -> impl Future<Output = Result<(), BillingError>> + Send;

    /// Returns the configuration of the billing portal that `ops portal register` made; none if there is none that is
    /// active.
    fn portal_configuration(&self) -> impl Future<Output = Result<Option<PortalConfigurationId>, BillingError>> + Send;

    /// Opens the billing portal for a customer, with a link back to `return_url`; none if Stripe has no such customer.
    fn open_portal(
        &self,
        configuration: &PortalConfigurationId,
        customer: &CustomerId,
        return_url: &str,
    ) -> impl Future<Output = Result<Option<PortalLink>, BillingError>> + Send;

    /// Voids an invoice; a draft is first finalised without being collected. One that is paid, void or uncollectible by now
    /// is left as it is.
    fn void_invoice(&self, invoice: &RunningInvoice) -> impl Future<Output = Result<(), BillingError>> + Send;

    /// Ends the subscription at once and returns it. One that has ended already is returned as it is.
    fn cancel_now(&self, id: &SubscriptionId) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Makes the `PaymentIntent` of a single purchase. Key: `champion-purchase:{payment}`.
    fn create_payment(
        &self,
        request: &PurchaseRequest,
    ) -> impl Future<Output = Result<IntentAnswer, BillingError>> + Send;

    /// Cancels the `PaymentIntent`, unless it is paid or processing, and returns it as it is afterwards.
    fn cancel_payment(&self, id: &PaymentIntentId) -> impl Future<Output = Result<IntentAnswer, BillingError>> + Send;

    /// Returns the `PaymentIntent` as it is now.
    fn payment(&self, id: &PaymentIntentId) -> impl Future<Output = Result<IntentAnswer, BillingError>> + Send;
}

/// The reason why a call of [`Billing`] failed.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// The reader's card or other payment method was refused.
    #[error("the payment method was declined")]
    Declined {
        /// Stripe's `decline_code`, or its `code` if there is none: the reason in a word, without personal data.
        code: Option<String>,
    },
    /// Stripe knows no such payment method, or it belongs to somebody else.
    #[error("the payment method cannot be used")]
    UnusablePaymentMethod,
    /// Stripe failed for a reason that has nothing to do with the payment method.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}
