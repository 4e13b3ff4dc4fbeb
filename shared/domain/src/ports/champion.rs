//! What champion subscriptions need: the database, and Stripe's billing.

use std::{fmt, future::Future};

use crate::{
    Timestamp,
    account::Claims,
    champion::{
        ChampionAccount, ChampionChange, ChampionKey, ChampionMetadata, Period, Step, Tier,
        invoice_to_pay::BilledInvoice, renewal::RunningInvoice, subscribe::Made,
    },
    email::Email,
    ids::{
        CustomerId, InvoiceId, NovelId, OutboxId, PaymentIntentId, PaymentMethodId, PaymentRecordId,
        PortalConfigurationId, PriceId, SubscriptionId, UserId,
    },
    limits::Uses,
    money::Money,
    ports::{GatewayError, LimitedError, StoreError},
};

/// Readers and what they support.
pub trait ChampionStore: Send + Sync {
    /// Carries out the claims of a reader who signed in, in one transaction, and returns the Stripe customer of the
    /// user row that the last of them wrote, if one was made. For an attempt to pay, `uses` says what of the reader's
    /// limits it uses, by the rule of [`Limit::take`](crate::limits::Limit::take), the first before the second.
    ///
    /// # Errors
    /// [`LimitedError`]. If there have been too many, the claims are carried out all the same.
    fn sign_in(
        &self,
        claims: &Claims,
        uses: &Uses,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<CustomerId>, LimitedError>> + Send;

    /// Signs a reader in as [`ChampionStore::sign_in`] does, then takes a step as [`ChampionStore::step`] does, each in a
    /// transaction of its own. If there have been too many, no step is taken.
    ///
    /// # Errors
    /// [`LimitedError`].
    fn sign_in_and_step<T: Send>(
        &self,
        claims: &Claims,
        uses: &Uses,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> impl Future<Output = Result<T, LimitedError>> + Send {
        async move {
            self.sign_in(claims, uses, now).await?;
            Ok(self.step(key, now, step).await?)
        }
    }

    /// Returns every tier of a novel, lowest first; none if there is no such novel.
    fn tiers(&self, novel: NovelId) -> impl Future<Output = Result<Vec<Tier>, StoreError>> + Send;

    /// Remembers the reader's Stripe customer and returns the one that counts: the first that was stored.
    fn save_customer(
        &self,
        reader: &UserId,
        customer: &CustomerId,
    ) -> impl Future<Output = Result<CustomerId, StoreError>> + Send;

    /// Remembers another Stripe customer of the reader instead of `gone`, and returns the one that counts: whatever is
    /// stored by now if that isn't `gone`.
    fn replace_customer(
        &self,
        reader: &UserId,
        gone: &CustomerId,
        customer: &CustomerId,
    ) -> impl Future<Output = Result<CustomerId, StoreError>> + Send;

    /// Remembers that Stripe knows this address of the reader's customer, unless the reader has another one by now. Until
    /// then an account says that its customer is outdated once the address of its reader has changed.
    fn customer_told(&self, reader: &UserId, address: &Email) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Remembers the recurring Stripe price of a tier, unless the tier has another one than `tier` says, or costs
    /// something else by now.
    fn save_price(
        &self,
        tier: &Tier,
        price: &PriceId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Everything about a reader and a novel; [`ChampionAccount::new`] with the novel's tiers if nothing is stored.
    fn account(&self, key: &ChampionKey) -> impl Future<Output = Result<ChampionAccount, StoreError>> + Send;

    /// Everything about a reader and each novel that they ever began to pay for, by the novels' numbers, `limit` novels at
    /// most.
    fn accounts(
        &self,
        reader: &UserId,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<ChampionAccount>, StoreError>> + Send;

    /// Returns what [`ChampionStore::account`] does, for an attempt to pay, which uses the reader's limits as in
    /// [`ChampionStore::sign_in`].
    ///
    /// # Errors
    /// [`LimitedError`].
    fn account_for_attempt(
        &self,
        key: &ChampionKey,
        uses: &Uses,
        now: Timestamp,
    ) -> impl Future<Output = Result<ChampionAccount, LimitedError>> + Send;

    /// Takes one step in one transaction: locks the reader and the novel, reads everything about them, and writes what
    /// the step says, with its facts for the outbox. Steps and events about one reader and novel take effect one after
    /// the other. A failure leaves nothing behind. May call `step` again if nothing was written.
    fn step<T: Send>(
        &self,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Computes anew the rows that are due at `now`, the longest due first and `limit` at most, in one transaction: locks
    /// each reader and novel unless somebody has the lock, reads everything about them, and writes what `roll` says, with
    /// its announcements. Whoever is locked is left to the next roll. A failure leaves nothing behind.
    fn roll(
        &self,
        now: Timestamp,
        limit: i64,
        roll: impl Fn(ChampionAccount) -> Option<ChampionChange> + Send + Sync,
    ) -> impl Future<Output = Result<Rolled, StoreError>> + Send;

    /// Returns the subscriptions that go on being charged although all the money of the month that runs at `now` went
    /// back, by their ids. An operator ends them: an event never writes to Stripe.
    fn refunded_subscriptions(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<RefundedSubscription>, StoreError>> + Send;
}

/// A subscription that goes on being charged although all the money of its running month went back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundedSubscription {
    /// The subscription.
    pub id: SubscriptionId,
    /// Whose it is.
    pub key: ChampionKey,
    /// When the month ends, and the reader is charged again.
    pub period_end: Timestamp,
}

/// What a roll came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rolled {
    /// How many rows were computed anew.
    pub rows: usize,
    /// The rows of the outbox that are new and want sending.
    pub announcements: Vec<OutboxId>,
}

/// Why Stripe's billing didn't do it.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// The reader's card or other means was refused.
    #[error("the payment method was declined")]
    Declined {
        /// Stripe's `decline_code`, or its `code` if there is none. Says why, in a word; no personal data.
        code: Option<String>,
    },
    /// Stripe knows no such payment method, or it belongs to somebody else.
    #[error("the payment method cannot be used")]
    UnusablePaymentMethod,
    /// Everything else.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}

/// What lets the reader's browser finish one payment. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Takes Stripe's `client_secret`.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret, for the answer to the one reader whose payment it is.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(hidden)")
    }
}

/// What a subscription is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRequest {
    /// The reservation; its id is the idempotency key.
    pub payment: PaymentRecordId,
    /// Who pays.
    pub customer: CustomerId,
    /// What they pay every month.
    pub price: PriceId,
    /// What comes back in every event.
    pub metadata: ChampionMetadata,
}

/// A subscription as Stripe's API answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionAnswer {
    /// The subscription, its first invoice and that invoice's payment.
    pub made: Made,
    /// The period that runs, as Stripe counts.
    pub period: Option<Period>,
    /// The prices of its items.
    pub prices: Vec<PriceId>,
    /// The invoice of the period that runs, if it is the newest one and renews the subscription.
    pub running: Option<RunningInvoice>,
    /// The newest invoice, whatever it is for.
    pub latest: Option<BilledInvoice>,
    /// What pays the open invoice; none if none is open.
    pub client_secret: Option<ClientSecret>,
}

/// What Stripe would charge next for a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextInvoice {
    /// How much, after credits that the reader has.
    pub due: Money,
    /// When its period begins. Stripe charges about an hour later.
    pub at: Timestamp,
}

/// What came of a try to pay an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoicePaid {
    /// The invoice is paid.
    Now,
    /// The money is on its way, which may take days.
    Later,
    /// The cardholder must agree first, in their browser.
    NeedsCardholder,
    /// The invoice isn't open any more: somebody has paid it, or nobody is to.
    NotOpen,
}

/// The address of Stripe's billing portal, for one reader and a few minutes. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PortalLink(String);

impl PortalLink {
    /// Takes the session's `url`.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// The address, for the answer to the reader whose portal it is.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PortalLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PortalLink(hidden)")
    }
}

/// What a single purchase is paid with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseRequest {
    /// The payment; its id is the idempotency key.
    pub payment: PaymentRecordId,
    /// Who pays.
    pub customer: CustomerId,
    /// How much.
    pub amount: Money,
    /// What the reader sees in Stripe's receipts.
    pub description: String,
    /// What comes back in every event.
    pub metadata: ChampionMetadata,
}

/// What can still become of a `PaymentIntent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentState {
    /// The payment can still be made.
    Payable,
    /// The money is here or on its way.
    Paid,
    /// The payment was cancelled.
    Canceled,
}

/// A `PaymentIntent` as Stripe's API answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentAnswer {
    /// The payment's id.
    pub id: PaymentIntentId,
    /// What can still become of it.
    pub state: IntentState,
    /// What pays it.
    pub client_secret: Option<ClientSecret>,
}

/// Stripe's customers, prices, subscriptions and single payments.
///
/// Everything that is made has an idempotency key that follows from the arguments: the same arguments give the same
/// object, also at the same moment and after a crash.
pub trait Billing: Send + Sync {
    /// The customer of this reader. Key: `champion-customer:{reader}`.
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

    /// Writes to this customer at another address from now on. An address that Stripe doesn't take changes nothing.
    fn set_customer_email(
        &self,
        customer: &CustomerId,
        email: &Email,
    ) -> impl Future<Output = Result<(), BillingError>> + Send;

    /// The monthly price of this tier; another one if the tier has one, which is gone then. Key:
    /// `champion-price:{novel}:{level}:{currency}:{amount}`, and `:after:{gone}`.
    fn create_price(&self, tier: &Tier) -> impl Future<Output = Result<PriceId, BillingError>> + Send;

    /// Lets the customer pay with this method. Idempotent. Returns the method's own id: `method` may be an alias, such
    /// as those of Stripe's test cards, of which every use makes another method.
    fn attach_payment_method(
        &self,
        customer: &CustomerId,
        method: &PaymentMethodId,
    ) -> impl Future<Output = Result<PaymentMethodId, BillingError>> + Send;

    /// Makes the subscription of a reservation, `incomplete` until its first invoice is paid: `payment_behavior` is
    /// `default_incomplete`, and the method that pays is kept for the renewals. Key: `champion:{payment}`.
    fn create_subscription(
        &self,
        request: &SubscriptionRequest,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// The subscription as it is now.
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

    /// Lets the subscription end with its period, or go on.
    fn set_cancel_at_period_end(
        &self,
        id: &SubscriptionId,
        cancel: bool,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Lets the subscription go on after its period at another price, without anything to pay now. `ours` are all prices
    /// of ours: of several items the one with such a price is meant.
    fn go_on_at(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Lets the subscription renew at another price from the next period on, without anything to pay now. Whether it is
    /// going to end stays as it is. `ours` as in [`Billing::go_on_at`].
    fn renew_at(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// What the next renewal would cost at this price. Changes nothing. `ours` as in [`Billing::go_on_at`].
    fn preview_renewal(
        &self,
        id: &SubscriptionId,
        ours: &[PriceId],
        price: &PriceId,
    ) -> impl Future<Output = Result<NextInvoice, BillingError>> + Send;

    /// The subscription's open invoices, newest first.
    fn open_invoices(
        &self,
        id: &SubscriptionId,
    ) -> impl Future<Output = Result<Vec<BilledInvoice>, BillingError>> + Send;

    /// Pays an open invoice with a method of its customer, now. Key: `champion-pay:{invoice}:{method}:{attempt}`, so that
    /// a repeat isn't charged twice, and another attempt isn't given the refusal of an earlier one.
    fn pay_invoice(
        &self,
        invoice: &InvoiceId,
        method: &PaymentMethodId,
        attempt: &str,
    ) -> impl Future<Output = Result<InvoicePaid, BillingError>> + Send;

    /// Lets the subscription be charged to whatever the customer keeps as their default: the subscription's own method
    /// becomes that, and the subscription has none of its own any more.
    fn charge_customers_default(&self, id: &SubscriptionId) -> impl Future<Output = Result<(), BillingError>> + Send;

    /// The configuration of the billing portal that `ops portal register` made; none if there is none that is active.
    fn portal_configuration(&self) -> impl Future<Output = Result<Option<PortalConfigurationId>, BillingError>> + Send;

    /// Opens the billing portal for a customer, with a link back to `return_url`; none if Stripe has no such customer.
    fn open_portal(
        &self,
        configuration: &PortalConfigurationId,
        customer: &CustomerId,
        return_url: &str,
    ) -> impl Future<Output = Result<Option<PortalLink>, BillingError>> + Send;

    /// Makes an invoice void, a draft after it was finalised without collecting it. One that is paid by now, or dead, is
    /// left as it is.
    fn void_invoice(&self, invoice: &RunningInvoice) -> impl Future<Output = Result<(), BillingError>> + Send;

    /// Ends the subscription now. One that is over already is returned as it is.
    fn cancel_now(&self, id: &SubscriptionId) -> impl Future<Output = Result<SubscriptionAnswer, BillingError>> + Send;

    /// Makes the `PaymentIntent` of a single purchase. Key: `champion-purchase:{payment}`.
    fn create_payment(
        &self,
        request: &PurchaseRequest,
    ) -> impl Future<Output = Result<IntentAnswer, BillingError>> + Send;

    /// Cancels the `PaymentIntent`, unless it is paid or on its way, and returns it as it is then.
    fn cancel_payment(&self, id: &PaymentIntentId) -> impl Future<Output = Result<IntentAnswer, BillingError>> + Send;

    /// The `PaymentIntent` as it is now.
    fn payment(&self, id: &PaymentIntentId) -> impl Future<Output = Result<IntentAnswer, BillingError>> + Send;
}
