//! Cancelling a subscription, and resuming it before its period ends.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey,
        renewal::{self, Cancelling, InvoiceStatus, RenewalDecision, RunningInvoice},
        status::{Standing, standing},
    },
    ids::SubscriptionId,
    ports::{Billing, ChampionStore, SubscriptionAnswer},
};

use super::{Champions, Failure, subscribe::Current};

/// The reason why a renewal wasn't changed.
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
    /// Resumes the reader's subscription to a novel (`renew`), or cancels it, and returns the state of the reader's support
    /// afterwards.
    ///
    /// A cancelled subscription ends with its period, or at once if its running period isn't paid; what is paid stays
    /// bought. A repeat changes nothing.
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
            RenewalDecision::NotFound => Err(RenewalError::SubscriptionNotFound),
            RenewalDecision::AlreadyDone(_) => Ok(standing(account, self.moment(now))),
            RenewalDecision::Change(subscription) => {
                let Current { answer: current, seen } =
                    self.refresh(key, &subscription.id, subscription.version.clone(), now).await?;
                if current.made.subscription.status.is_terminal() {
                    return Err(RenewalError::SubscriptionNotFound);
                }
                let id = &subscription.id;
                let answer = if renew {
                    self.billing.resume(id, current.cancellation).await.map_err(Failure::from)?
                } else {
                    self.cancel(id, current.running.as_ref()).await?
                };
                Ok(standing(self.observe(key, &answer, seen, now).await?, self.moment(now)))
            }
        }
    }

    /// Cancels a subscription whose running period had this invoice a moment ago, and returns Stripe's answer. The
    /// subscription ends with the period, or now if the period isn't paid.
    ///
    /// At a renewal, a new period may begin before Stripe takes the cancellation, which then leaves that period to be
    /// charged. The answer shows its invoice.
    pub(super) async fn cancel(
        &self,
        id: &SubscriptionId,
        running: Option<&RunningInvoice>,
    ) -> Result<SubscriptionAnswer, Failure> {
        if let Cancelling::Now { void } = renewal::cancelling(running) {
            return self.end_now(id, void.as_ref()).await;
        }
        let answer = self.billing.cancel_at_period_end(id).await?;
        match renewal::cancelling(answer.running.as_ref()) {
            Cancelling::WithItsPeriod => Ok(answer),
            Cancelling::Now { void } => self.end_now(id, void.as_ref()).await,
        }
    }

    /// Ends a subscription whose running period isn't paid, and returns Stripe's answer. The invoice is voided first: if it
    /// is paid just then, the subscription ends with the period that was paid for.
    async fn end_now(&self, id: &SubscriptionId, void: Option<&RunningInvoice>) -> Result<SubscriptionAnswer, Failure> {
        if let Some(invoice) = void {
            self.billing.void_invoice(invoice).await?;
            let running = self.billing.subscription(id).await?.running;
            if running.is_some_and(|invoice| invoice.status == InvoiceStatus::Paid) {
                return Ok(self.billing.cancel_at_period_end(id).await?);
            }
        }
        Ok(self.billing.cancel_now(id).await?)
    }
}
