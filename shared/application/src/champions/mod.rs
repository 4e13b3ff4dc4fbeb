//! Supporting a novel: every month, or 30 days at a time. Nothing here grants access: the webhook does that when Stripe
//! reports the payment.

mod change_renewal;
mod change_tier;
mod end_subscription;
mod follow;
mod mend;
mod pay;
mod portal;
mod purchase;
mod subscribe;

use pledge_domain::{
    Timestamp,
    account::Claims,
    champion::{
        ChampionAccount, ChampionKey, Moment, Step, Tier, purchase as purchase_rules,
        status::{Standing, standing},
    },
    ids::{CustomerId, NovelId, PaymentIntentId, PaymentRecordId, UserId},
    limits::{AttemptLimits, TooMany, Uses},
    ports::{Billing, BillingError, ChampionStore, GatewayError, IntentState, LimitedError, StoreError},
};
use time::Duration;

pub use change_renewal::RenewalError;
pub use change_tier::{TierChange, TierChangeError};
use mend::Mending;
pub use pay::{InvoiceToPay, PayError, PayStatus};
pub use portal::PortalError;
pub use purchase::{Purchase, PurchaseError};
pub use subscribe::{SubscribeError, SubscribeRequest, Subscribed};

/// The use cases of subscriptions and purchases.
#[derive(Debug)]
pub struct Champions<Store, Stripe> {
    /// Where payments and subscriptions are kept.
    pub store: Store,
    /// Stripe's customers, prices, subscriptions and payments.
    pub billing: Stripe,
    /// How long access goes on after a paid period while its renewal is about to be charged.
    pub renewal_grace: Duration,
    /// The limits of attempts to pay of a reader, and with a card, in an hour.
    pub limits: AttemptLimits,
}

/// The most steps that one request takes. It takes another step after it has removed an obstacle, such as another tier's
/// attempt or an attempt that has ended, and after it has lost a race.
const MAX_STEPS: usize = 8;

/// The most novels that a reader is shown.
const MAX_NOVELS: i64 = 100;

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Returns the state of a reader's support of a novel at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn standing(&self, key: &ChampionKey, now: Timestamp) -> Result<Standing, StoreError> {
        Ok(standing(self.store.account(key).await?, self.moment(now)))
    }

    /// Returns the state of a reader's support of each novel that they support, supported, or began to pay for; at most
    /// 100.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn standings(&self, reader: &UserId, now: Timestamp) -> Result<Vec<Standing>, StoreError> {
        let accounts = self.store.accounts(reader, MAX_NOVELS).await?;
        let all = accounts.into_iter().map(|account| standing(account, self.moment(now)));
        Ok(all.filter(Standing::is_something).collect())
    }

    fn moment(&self, now: Timestamp) -> Moment {
        Moment { now, renewal_grace: self.renewal_grace }
    }

    /// Lets the store take a step. The step gets the account at the moment `now`, with the configured grace.
    async fn step<T: Send>(
        &self,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.store.step(key, now, |account| step(account.at(self.moment(now)))).await
    }

    /// Takes a step as [`Self::step`] does; with `sign_in`, the same transaction first stores the reader and counts the
    /// attempt.
    async fn signed_in_step<T: Send>(
        &self,
        sign_in: Option<(Claims, Uses)>,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> Result<T, Failure> {
        let step = |account: ChampionAccount| step(account.at(self.moment(now)));
        match sign_in {
            Some((claims, uses)) => Ok(self.store.sign_in_and_step(&claims, &uses, key, now, step).await?),
            None => Ok(self.store.step(key, now, step).await?),
        }
    }

    /// Cancels older unpaid purchases at Stripe and closes them. Purchases that are paid by now, or can't be cancelled,
    /// stay.
    async fn cancel_older(
        &self,
        key: &ChampionKey,
        older: &[(PaymentRecordId, PaymentIntentId)],
        now: Timestamp,
    ) -> Result<(), Failure> {
        for (payment, intent) in older {
            match self.billing.cancel_payment(intent).await {
                Ok(answer) if answer.state == IntentState::Canceled => {
                    self.step(key, now, |account| purchase_rules::close(account, *payment, now)).await?;
                }
                Ok(_) | Err(BillingError::Gateway(GatewayError::Refused(_))) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Returns the tiers of a novel that are on sale, lowest first; none if there is no such novel.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tiers(&self, novel: NovelId) -> Result<Vec<Tier>, StoreError> {
        Ok(self.store.tiers(novel).await?.into_iter().filter(|tier| tier.active).collect())
    }

    /// Returns the reader's Stripe customer, made if there is none. If two requests make one at once, both get the one that
    /// was stored first.
    async fn customer(&self, mending: &mut Mending<'_>) -> Result<CustomerId, Failure> {
        if let Some(customer) = &mending.customer {
            return Ok(customer.clone());
        }
        let reader = mending.reader;
        let made = self.billing.create_customer(&reader.id, reader.email.as_ref()).await?;
        let customer = self.store.save_customer(&reader.id, &made).await?;
        mending.customer = Some(customer.clone());
        Ok(customer)
    }
}

/// The errors that every use case here has in common.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Stripe refused, or didn't answer.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader, or the card, has had too many attempts to pay. Stripe wasn't asked.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Concurrent requests of the same reader changed the account at every step.
    #[error("concurrent requests of the same reader got in the way")]
    Busy,
}

impl From<LimitedError> for Failure {
    fn from(error: LimitedError) -> Self {
        match error {
            LimitedError::TooMany(refusal) => Self::TooMany(refusal),
            LimitedError::Store(error) => Self::Store(error),
        }
    }
}

/// Returns whether a failed call left nothing at Stripe that can be paid, so that its idempotency key can be given up.
/// While that is unknown the key must stay, so that the next call gets the same object.
fn nothing_was_made(error: &BillingError) -> bool {
    match error {
        BillingError::Gateway(GatewayError::Unavailable(_)) => false,
        BillingError::Gateway(
            GatewayError::IdempotencyKeyConsumed(_)
            | GatewayError::Gone { .. }
            | GatewayError::OtherCurrency(_)
            | GatewayError::Refused(_),
        )
        | BillingError::Declined { .. }
        | BillingError::UnusablePaymentMethod => true,
    }
}
