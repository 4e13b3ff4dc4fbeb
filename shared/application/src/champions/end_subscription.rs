//! Ending a reader's subscription, for operators.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey,
        renewal::{Cancelling, Ending, cancelling, ending},
    },
    ids::SubscriptionId,
    ports::{Billing, ChampionStore},
};

use super::{Champions, Failure, subscribe::Current};

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Returns how [`Champions::end_subscription`] would end a subscription. Changes nothing.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn ending(&self, key: &ChampionKey, id: &SubscriptionId, now: Timestamp) -> Result<Ending, Failure> {
        Ok(ending(&self.store.account(key).await?.at(self.moment(now)), id))
    }

    /// Ends a subscription: at once if all the money of its running month went back or the month isn't paid, else with the
    /// month. Returns the way in which it ends. A repeat changes nothing.
    ///
    /// # Errors
    /// [`Failure`]. A retry is safe.
    pub async fn end_subscription(
        &self,
        key: &ChampionKey,
        id: &SubscriptionId,
        now: Timestamp,
    ) -> Result<Ending, Failure> {
        let account = self.store.account(key).await?.at(self.moment(now));
        let known = ending(&account, id);
        if known == Ending::NotFound || known == Ending::Over {
            return Ok(known);
        }
        // Stripe may have a cancellation, or a newer invoice, whose event hasn't arrived.
        let Current { answer: current, seen } = self.refresh(key, id, account.version_of(id), now).await?;
        let ending = self.ending(key, id, now).await?;
        let running = current.running.as_ref();
        let answer = match ending {
            Ending::NotFound | Ending::Over => return Ok(ending),
            Ending::Now if cancelling(running) == Cancelling::WithItsPeriod => self.billing.cancel_now(id).await?,
            Ending::Now | Ending::WithItsPeriod => self.cancel(id, running).await?,
        };
        self.observe(key, &answer, seen, now).await?;
        Ok(if answer.made.subscription.status.is_terminal() { Ending::Now } else { ending })
    }
}
