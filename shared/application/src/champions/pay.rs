//! Paying a subscription's open invoice.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey,
        invoice_to_pay::{self, BilledInvoice, PayDecision},
        renewal::InvoiceStatus,
    },
    ids::{NovelId, PaymentMethodId},
    money::Money,
    ports::{Billing, BillingError, ChampionStore, ClientSecret, GatewayError, InvoicePaid, SubscriptionAnswer},
    user::VerifiedUser,
};

use super::{Champions, Failure, subscribe::Current};

/// The state of an invoice after a request to pay it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayStatus {
    /// The invoice is to be paid in the browser, with the client secret.
    Open,
    /// The cardholder must confirm the payment in the browser, with the client secret.
    RequiresAction,
    /// The money is on its way.
    Processing,
    /// The invoice is paid.
    Paid,
}

/// The newest invoice of a subscription, after a request to pay it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceToPay {
    /// The invoice.
    pub invoice: BilledInvoice,
    /// The state of the invoice.
    pub status: PayStatus,
    /// The secret with which the reader's browser pays or confirms it; none if there is nothing to do there.
    pub client_secret: Option<ClientSecret>,
    /// The subscription's other open invoices, newest first. Stripe goes on collecting them, or gives up.
    pub others: Vec<BilledInvoice>,
}

/// The reason why nothing was paid.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// No subscription runs.
    #[error("no subscription runs")]
    SubscriptionNotFound,
    /// The subscription's newest invoice can't be paid: it is a draft, void or uncollectible, or it was paid and no record
    /// shows that it was open.
    #[error("no invoice is open")]
    NothingToPay,
    /// The card was refused.
    #[error("the payment method was declined")]
    Declined {
        /// Stripe's `decline_code`, or its error code, as [`BillingError::Declined`] has it.
        code: Option<String>,
    },
    /// Something else failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<BillingError> for PayError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Declined { code } => Self::Declined { code },
            other => Self::Failed(other.into()),
        }
    }
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Returns the subscription's newest invoice with a client secret, or, with a `method`, pays it; renewals are then
    /// charged to that method too. Grants no access. `attempt` becomes part of the idempotency key, so a repeat of the same
    /// attempt must pass the same text.
    ///
    /// # Errors
    /// [`PayError`]. A retry of the same attempt is safe.
    pub async fn pay(
        &self,
        reader: &VerifiedUser,
        novel: NovelId,
        method: Option<&PaymentMethodId>,
        attempt: &str,
        now: Timestamp,
    ) -> Result<InvoiceToPay, PayError> {
        let key = &ChampionKey { user: reader.id.clone(), novel };
        let account = match method {
            Some(_) => {
                let uses = self.limits.uses(&key.user, method);
                self.store.account_for_attempt(key, &uses, now).await.map_err(Failure::from)?
            }
            None => self.store.account(key).await.map_err(Failure::from)?,
        };
        self.bring_address_along(reader, &(&account).into(), now).await;
        let live = account.live_subscription().ok_or(PayError::SubscriptionNotFound)?;
        let current = self.refresh(key, &live.id, live.version.clone(), now).await?;
        if current.answer.made.subscription.status.is_terminal() {
            return Err(PayError::SubscriptionNotFound);
        }
        let latest = current.answer.latest.clone().ok_or(PayError::NothingToPay)?;
        match (invoice_to_pay::decide(&account, &latest), method) {
            (PayDecision::NothingToPay, _) => Err(PayError::NothingToPay),
            (PayDecision::AlreadyPaid, _) => Ok(paid(latest)),
            (PayDecision::Pay, Some(method)) => self.pay_with_method(key, current, latest, method, attempt, now).await,
            (PayDecision::Pay, None) => self.to_be_paid(current.answer, latest, PayStatus::Open).await,
        }
    }

    async fn pay_with_method(
        &self,
        key: &ChampionKey,
        current: Current,
        latest: BilledInvoice,
        method: &PaymentMethodId,
        attempt: &str,
        now: Timestamp,
    ) -> Result<InvoiceToPay, PayError> {
        let subscription = &current.answer.made.subscription;
        let method = match &subscription.customer {
            Some(customer) => self.billing.attach_payment_method(customer, method).await?,
            None => method.clone(),
        };
        match self.billing.pay_invoice(&latest.id, &method, attempt).await? {
            InvoicePaid::NeedsCardholder => self.to_be_paid(current.answer, latest, PayStatus::RequiresAction).await,
            InvoicePaid::NotOpen => self.overtaken(key, current, now).await,
            InvoicePaid::Later => {
                self.billing.set_payment_method(&subscription.id, &method).await?;
                Ok(InvoiceToPay { invoice: latest.clone(), status: PayStatus::Processing, ..paid(latest) })
            }
            InvoicePaid::Now => {
                self.billing.set_payment_method(&subscription.id, &method).await?;
                self.refresh(key, &subscription.id, current.seen.clone(), now).await?;
                Ok(paid(latest))
            }
        }
    }

    /// Reads the subscription again after Stripe said that its invoice isn't open any more, and returns the newest invoice
    /// if that is paid by now.
    async fn overtaken(&self, key: &ChampionKey, before: Current, now: Timestamp) -> Result<InvoiceToPay, PayError> {
        let Current { answer: before, seen } = before;
        let latest = self.refresh(key, &before.made.subscription.id, seen, now).await?.answer.latest;
        let latest = latest.ok_or(PayError::NothingToPay)?;
        match latest.status {
            InvoiceStatus::Paid => Ok(paid(latest)),
            InvoiceStatus::Open => {
                let refused = GatewayError::Refused("an open invoice can't be paid".into());
                Err(BillingError::from(refused).into())
            }
            InvoiceStatus::Draft | InvoiceStatus::Dead => Err(PayError::NothingToPay),
        }
    }

    async fn to_be_paid(
        &self,
        current: SubscriptionAnswer,
        latest: BilledInvoice,
        status: PayStatus,
    ) -> Result<InvoiceToPay, PayError> {
        let mut others = self.billing.open_invoices(&current.made.subscription.id).await?;
        others.retain(|invoice| invoice.id != latest.id);
        Ok(InvoiceToPay { invoice: latest, status, client_secret: current.client_secret, others })
    }
}

fn paid(invoice: BilledInvoice) -> InvoiceToPay {
    let due = Money { amount: 0, ..invoice.due };
    let invoice = BilledInvoice { due, status: InvoiceStatus::Paid, ..invoice };
    InvoiceToPay { invoice, status: PayStatus::Paid, client_secret: None, others: Vec::new() }
}
