//! Supporting a novel: every month, or 30 days at a time. Nothing here grants anything: that is the webhook's, when the
//! money has come.

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

/// Everything that readers can ask for.
#[derive(Debug)]
pub struct Champions<Store, Stripe> {
    /// Where payments and subscriptions are kept.
    pub store: Store,
    /// Stripe's customers, prices, subscriptions and payments.
    pub billing: Stripe,
    /// How long access goes on after a paid period while its renewal is about to be charged.
    pub renewal_grace: Duration,
    /// How often a reader may try to pay.
    pub limits: AttemptLimits,
}

/// How often a request looks again after it found something in its way: another tier's attempt, an attempt that has
/// ended, a race that it lost.
const MAX_STEPS: usize = 8;

/// How many novels a reader is shown at most.
const MAX_NOVELS: i64 = 100;

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Returns where a reader stands with a novel.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn standing(&self, key: &ChampionKey, now: Timestamp) -> Result<Standing, StoreError> {
        Ok(standing(self.store.account(key).await?, self.moment(now)))
    }

    /// Returns where a reader stands with each novel that they support, supported, or began to pay for.
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

    /// Takes a step, looked at in this moment.
    async fn step<T: Send>(
        &self,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.store.step(key, now, |account| step(account.at(self.moment(now)))).await
    }

    /// Takes a step as [`Self::step`] does, after the reader has signed in if that is given.
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

    /// Cancels purchases at Stripe that wait to be paid; what is paid by now, or can't be cancelled, stays.
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

    /// Returns the reader's Stripe customer, made if there is none. Of two that were made at once, the first that was
    /// stored.
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

/// What any use case here can fail of.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Stripe didn't do it.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// The database didn't do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader, or the card, has had too many attempts to pay. Nothing was asked of Stripe.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Too many requests of the same reader were in each other's way.
    #[error("other requests of the same reader were in the way")]
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

/// Returns whether the key of a failed call is done with: whatever Stripe made under it, if anything, nobody can pay.
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
