//! Ending a subscription for its reader: what operators do.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey,
        renewal::{Cancelling, Ending, cancelling, ending},
    },
    ids::SubscriptionId,
    ports::{Billing, ChampionStore},
};

use super::{Champions, Failure};

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Decides how [`Champions::end_subscription`] would end it. Changes nothing.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn ending(&self, key: &ChampionKey, id: &SubscriptionId, now: Timestamp) -> Result<Ending, Failure> {
        Ok(ending(&self.store.account(key).await?.at(self.moment(now)), id))
    }

    /// Ends a subscription: at once if all the money of its running month went back or the month isn't paid, else with the
    /// month. Returns how. A repeat changes nothing.
    ///
    /// # Errors
    /// [`Failure`]. A retry is safe.
    pub async fn end_subscription(
        &self,
        key: &ChampionKey,
        id: &SubscriptionId,
        now: Timestamp,
    ) -> Result<Ending, Failure> {
        let known = self.ending(key, id, now).await?;
        if known == Ending::NotFound || known == Ending::Over {
            return Ok(known);
        }
        // Stripe may know of a cancellation, or of another invoice, that nobody has told yet.
        let current = self.refresh(key, id, now).await?;
        let ending = self.ending(key, id, now).await?;
        let (answer, ended) = match (ending, cancelling(current.running.as_ref())) {
            (Ending::NotFound | Ending::Over, _) => return Ok(ending),
            (_, Cancelling::Now { void }) => {
                let answer = self.end_now(id, void.as_ref()).await?;
                let ended = if answer.made.subscription.status.is_terminal() { Ending::Now } else { ending };
                (answer, ended)
            }
            (Ending::Now, Cancelling::WithItsPeriod) => (self.billing.cancel_now(id).await?, Ending::Now),
            (Ending::WithItsPeriod, Cancelling::WithItsPeriod) => {
                (self.billing.set_cancel_at_period_end(id, true).await?, Ending::WithItsPeriod)
            }
        };
        self.observe(key, &answer, now).await?;
        Ok(ended)
    }
}
