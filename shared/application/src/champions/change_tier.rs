//! Changing the tier of a subscription, from its next renewal on.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey, TierLevel, Version,
        tier_change::{self, Obstacle, TierChangeDecision},
    },
    ids::{NovelId, SubscriptionId},
    ports::{Billing, BillingError, ChampionStore, GatewayError, Gone, NextInvoice, SubscriptionAnswer},
    user::VerifiedUser,
};

use super::{
    Champions, Failure, MAX_STEPS,
    subscribe::{Current, prices_of},
};

/// A change of tier, with what the next renewal costs at the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierChange {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The time of the next renewal, and the amount that is due then.
    pub next: NextInvoice,
}

/// The reason why the tier wasn't changed.
#[derive(Debug, thiserror::Error)]
pub enum TierChangeError {
    /// The novel has no such tier on sale, or there is no such novel.
    #[error("no such tier")]
    TierNotFound,
    /// No subscription runs.
    #[error("no subscription runs")]
    SubscriptionNotFound,
    /// The next renewal can't be changed.
    #[error("the next renewal can't be changed: {0:?}")]
    NotPossible(Obstacle),
    /// Something else failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Lets the subscription renew at another tier, and returns what the next renewal costs. Nothing is due now, and what
    /// is paid stays bought. With `preview`, nothing changes.
    ///
    /// # Errors
    /// [`TierChangeError`]. A retry is safe, also after the change was made.
    pub async fn change_tier(
        &self,
        reader: &VerifiedUser,
        novel: NovelId,
        level: TierLevel,
        preview: bool,
        now: Timestamp,
    ) -> Result<TierChange, TierChangeError> {
        let key = &ChampionKey { user: reader.id.clone(), novel };
        let account = self.store.account(key).await.map_err(Failure::from)?;
        self.bring_address_along(reader, &(&account).into(), now).await;
        if account.tier_on_sale(level).is_none() {
            return Err(TierChangeError::TierNotFound);
        }
        let live = account.live_subscription().ok_or(TierChangeError::SubscriptionNotFound)?;
        let Current { answer: current, .. } = self.refresh(key, &live.id, live.version.clone(), now).await?;
        let account = self.store.account(key).await.map_err(Failure::from)?;
        let (subscription, tier) = match tier_change::decide(&account, level, current.running.as_ref()) {
            TierChangeDecision::TierNotFound => return Err(TierChangeError::TierNotFound),
            TierChangeDecision::NotFound => return Err(TierChangeError::SubscriptionNotFound),
            TierChangeDecision::NotPossible(obstacle) => return Err(TierChangeError::NotPossible(obstacle)),
            TierChangeDecision::Change { subscription, tier } => (subscription, tier),
        };
        let mut price = self.price_of(&tier, now).await?;
        let ours = prices_of(&account);
        let mut next = self.billing.preview_renewal(&subscription, &ours, &price).await;
        if let Err(BillingError::Gateway(GatewayError::Gone { what: Gone::Price, .. })) = next {
            price = self.make_price(&tier, now).await?;
            next = self.billing.preview_renewal(&subscription, &ours, &price).await;
        }
        let next = next.map_err(Failure::from)?;
        if !preview {
            let answer = self.billing.renew_at(&subscription, &ours, &price).await.map_err(Failure::from)?;
            let seen = account.version_of(&subscription);
            self.observe_until_stripe_agrees(key, answer, seen, now).await?;
        }
        Ok(TierChange { subscription, next })
    }

    /// Stores Stripe's answer, reads the subscription again, and stores the new answer too if it differs. Stripe makes
    /// concurrent changes one after the other, but their answers may be stored in another order. Since each request reads
    /// again after it has stored, the last request leaves the state that Stripe has.
    async fn observe_until_stripe_agrees(
        &self,
        key: &ChampionKey,
        mut answer: SubscriptionAnswer,
        mut seen: Option<Version>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        for _ in 0..MAX_STEPS {
            seen = self.observe(key, &answer, seen, now).await?.version_of(&answer.made.subscription.id);
            // The change is made and stored. If Stripe doesn't answer now, its event brings the current state later.
            let Ok(current) = self.billing.subscription(&answer.made.subscription.id).await else { break };
            let is_same = current.made.subscription == answer.made.subscription && current.prices == answer.prices;
            if is_same {
                break;
            }
            answer = current;
        }
        Ok(())
    }
}
