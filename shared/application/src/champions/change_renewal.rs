//! Cancelling at the end of the period, and resuming before it.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey,
        renewal::{self, RenewalDecision},
        status::Standing,
    },
    ports::{Billing, ChampionStore},
};

use super::{Champions, Failure};

/// Why nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum RenewalError {
    /// No subscription runs.
    #[error("no subscription runs")]
    SubscriptionNotFound,
    /// Something else failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Lets the subscription go on after its period, or end with it; returns how the reader stands then. A repeat
    /// changes nothing. What is paid stays bought.
    ///
    /// # Errors
    /// [`RenewalError`]. A retry is safe.
    pub async fn change_renewal(
        &self,
        key: &ChampionKey,
        renew: bool,
        now: Timestamp,
    ) -> Result<Standing, RenewalError> {
        let account = self.store.account(key).await.map_err(Failure::from)?;
        match renewal::decide(&account, renew) {
            RenewalDecision::NotFound => return Err(RenewalError::SubscriptionNotFound),
            RenewalDecision::AlreadyDone(_) => {}
            RenewalDecision::Change(subscription) => {
                let current = self.refresh(key, &subscription.id, now).await?;
                if current.made.subscription.status.is_terminal() {
                    return Err(RenewalError::SubscriptionNotFound);
                }
                let answer = self.billing.set_cancel_at_period_end(&subscription.id, !renew).await;
                self.observe(key, &answer.map_err(Failure::from)?, now).await?;
            }
        }
        Ok(self.standing(key, now).await.map_err(Failure::from)?)
    }
}
