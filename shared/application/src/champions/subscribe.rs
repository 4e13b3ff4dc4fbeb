//! Subscribing. A reader has at most one live subscription to a novel, even if requests are repeated, concurrent or lost.

use std::collections::BTreeMap;

use pledge_domain::{
    Timestamp,
    account::{self, Claims},
    champion::{
        ChampionAccount, ChampionKey, ChampionMetadata, PaymentRecord, Tier, TierLevel, Version, purchase,
        subscribe::{self, Attached, SubscribeDecision},
    },
    ids::{NovelId, PaymentIntentId, PaymentMethodId, PaymentRecordId, PriceId, SubscriptionId},
    limits::Uses,
    ports::{Billing, ChampionStore, Randomness, SubscriptionAnswer, SubscriptionRequest},
    stripe::SubscriptionStatus,
    user::VerifiedUser,
};

use super::{Champions, Failure, MAX_STEPS, Mending, follow::StoredAddress, nothing_was_made};

/// A reader's request to subscribe.
#[derive(Debug, Clone)]
pub struct SubscribeRequest {
    /// The signed-in reader.
    pub reader: VerifiedUser,
    /// The novel to support.
    pub novel: NovelId,
    /// The tier to subscribe to.
    pub level: TierLevel,
    /// The payment method, if the reader has chosen one already.
    pub payment_method: Option<PaymentMethodId>,
}

/// A subscription to be paid now, or a cancelled one that was resumed and needs no payment now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// The subscription, as Stripe answered.
    pub answer: SubscriptionAnswer,
    /// When the month that is to be paid begins, if it waits until a running tier is over; none if it begins with the
    /// payment.
    pub starts_at: Option<Timestamp>,
}

/// A decision, with the parts of the account that the request needs afterwards.
struct Decided {
    decision: SubscribeDecision,
    /// When a month bought now would begin, if it waits until a running tier is over.
    starts_at: Option<Timestamp>,
    /// The purchases that wait to be paid.
    older: Vec<(PaymentRecordId, PaymentIntentId)>,
    /// The reader's address and customer as they are stored.
    stored: StoredAddress,
    /// The novel's tiers.
    tiers: Vec<Tier>,
    /// The versions of the reader's subscriptions.
    seen: BTreeMap<SubscriptionId, Version>,
}

/// A subscription as Stripe answered just now.
pub(super) struct Current {
    pub(super) answer: SubscriptionAnswer,
    /// The version that is stored since. An answer to a later request counts as long as the version stays.
    pub(super) seen: Option<Version>,
}

/// The reason why there is no subscription to pay.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The novel has no such tier on sale, or there is no such novel.
    #[error("no such tier")]
    TierNotFound,
    /// A subscription runs and will renew.
    #[error("a subscription runs already")]
    AlreadySubscribed,
    /// A payment of a subscription failed.
    #[error("a payment of the subscription is past due")]
    PaymentPastDue,
    /// The payments of a subscription are paused.
    #[error("the subscription is paused")]
    Paused,
    /// Something else failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Returns the subscription that the reader is to pay now (a new one, or the attempt that they didn't finish), or a
    /// cancelled one that was resumed and needs no payment now. Grants no access.
    ///
    /// If the process dies after Stripe has made the subscription, the next request finds the reservation, uses the same
    /// idempotency key, and gets the same subscription.
    ///
    /// # Errors
    /// [`SubscribeError`]. A retry is safe.
    pub async fn subscribe(
        &self,
        request: &SubscribeRequest,
        random: &impl Randomness,
        now: Timestamp,
    ) -> Result<Subscribed, SubscribeError> {
        let uses = self.limits.uses(&request.reader.id, request.payment_method.as_ref());
        let mut sign_in = Some((account::sign_in(&request.reader), uses));
        let key = ChampionKey { user: request.reader.id.clone(), novel: request.novel };
        let mut mending = Mending::new(&request.reader);
        for step in 0..MAX_STEPS {
            let fresh = PaymentRecordId::new(random.uuid());
            let decided = self.decide(sign_in.take(), &key, request.level, fresh, now).await?;
            let Decided { decision, starts_at, older, stored, tiers, seen } = decided;
            let seen = |id| seen.get(id).cloned();
            if step == 0 {
                self.bring_address_along(&request.reader, &stored, now).await;
            }
            mending.customer = stored.customer;
            let waits = matches!(decision, SubscribeDecision::Start(_) | SubscribeDecision::Resume(_));
            let found = match decision {
                SubscribeDecision::TierNotFound => return Err(SubscribeError::TierNotFound),
                SubscribeDecision::AlreadySubscribed => return Err(SubscribeError::AlreadySubscribed),
                SubscribeDecision::PaymentPastDue => return Err(SubscribeError::PaymentPastDue),
                SubscribeDecision::Paused => return Err(SubscribeError::Paused),
                SubscribeDecision::Reactivate(id) => self.reactivate(&key, &id, seen(&id), now).await?,
                SubscribeDecision::ReactivateLower(id) => {
                    self.reactivate_lower(&key, request.level, &id, seen(&id), &mut mending, now).await?
                }
                SubscribeDecision::Resume(id) => self.resume(&key, &id, seen(&id), now).await?,
                SubscribeDecision::Start(reservation) => {
                    self.cancel_older(&key, &older, now).await?;
                    self.start(&key, request, &reservation, &tiers, &mut mending, now).await?
                }
                SubscribeDecision::Replace(id) => {
                    self.replace(&key, &id, seen(&id), now).await?;
                    None
                }
            };
            if let Some(answer) = found {
                self.pay_with(request, &answer).await?;
                return Ok(Subscribed { answer, starts_at: starts_at.filter(|_| waits) });
            }
        }
        Err(Failure::Busy.into())
    }

    async fn decide(
        &self,
        sign_in: Option<(Claims, Uses)>,
        key: &ChampionKey,
        level: TierLevel,
        fresh: PaymentRecordId,
        now: Timestamp,
    ) -> Result<Decided, Failure> {
        let step = |account: ChampionAccount| {
            let (starts_at, older) = (purchase::starts_at(&account, level, now), purchase::older_open(&account, None));
            let (stored, tiers) = (StoredAddress::from(&account), account.tiers.clone());
            let seen =
                account.subscriptions.iter().filter_map(|it| Some((it.id.clone(), it.version.clone()?))).collect();
            let step = subscribe::subscribe(account, level, fresh, now);
            step.map(|decision| Decided { decision, starts_at, older, stored, tiers, seen })
        };
        self.signed_in_step(sign_in, key, now, step).await
    }

    /// Resumes a cancelled subscription; `None` if it has ended meanwhile.
    async fn reactivate(
        &self,
        key: &ChampionKey,
        id: &SubscriptionId,
        seen: Option<Version>,
        now: Timestamp,
    ) -> Result<Option<SubscriptionAnswer>, Failure> {
        let Current { answer: current, seen } = self.refresh(key, id, seen, now).await?;
        if !current.made.subscription.status.is_live() {
            return Ok(None);
        }
        let answer = self.billing.resume(id, current.cancellation).await?;
        self.observe(key, &answer, seen, now).await?;
        Ok(Some(answer))
    }

    /// Resumes a cancelled subscription of a higher tier, and lets it renew at `level`; `None` if it has ended meanwhile,
    /// or if an object at Stripe was replaced, so that the caller must decide again.
    async fn reactivate_lower(
        &self,
        key: &ChampionKey,
        level: TierLevel,
        id: &SubscriptionId,
        seen: Option<Version>,
        mending: &mut Mending<'_>,
        now: Timestamp,
    ) -> Result<Option<SubscriptionAnswer>, SubscribeError> {
        let Current { answer: current, seen } = self.refresh(key, id, seen, now).await?;
        if !current.made.subscription.status.is_live() {
            return Ok(None);
        }
        let account = self.store.account(key).await.map_err(Failure::from)?;
        let tier = account.tier_on_sale(level).ok_or(SubscribeError::TierNotFound)?;
        let price = self.price_of(tier, now).await?;
        let answer = match self.billing.go_on_at(id, &prices_of(&account), &price).await {
            Ok(answer) => answer,
            Err(error) => {
                self.mend(error, mending, Some(tier), now).await?;
                return Ok(None);
            }
        };
        self.observe(key, &answer, seen, now).await?;
        Ok(Some(answer))
    }

    /// Returns the subscription of an unfinished attempt, if it can still be paid.
    async fn resume(
        &self,
        key: &ChampionKey,
        id: &SubscriptionId,
        seen: Option<Version>,
        now: Timestamp,
    ) -> Result<Option<SubscriptionAnswer>, Failure> {
        let answer = self.refresh(key, id, seen, now).await?.answer;
        Ok(Some(answer).filter(|answer| answer.made.subscription.status == SubscriptionStatus::Incomplete))
    }

    /// Ends the subscription that is in the way of a new one, unless it turns out to be running and renewing, or to have
    /// ended.
    async fn replace(
        &self,
        key: &ChampionKey,
        id: &SubscriptionId,
        seen: Option<Version>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let Current { answer, seen } = self.refresh(key, id, seen, now).await?;
        let current = answer.made.subscription;
        let goes_on = current.status.is_live() && !current.cancel_at_period_end;
        if goes_on || current.status.is_terminal() {
            return Ok(());
        }
        let ended = self.billing.cancel_now(id).await?;
        self.observe(key, &ended, seen, now).await.map(drop)
    }

    /// Makes the subscription of a reservation at Stripe; a repeat gets the same one. Returns `None`, so that the caller
    /// decides anew, if the reservation was for another tier or was given up, if the subscription has ended, or if an
    /// object at Stripe was replaced.
    async fn start(
        &self,
        key: &ChampionKey,
        request: &SubscribeRequest,
        reservation: &PaymentRecord,
        tiers: &[Tier],
        mending: &mut Mending<'_>,
        now: Timestamp,
    ) -> Result<Option<SubscriptionAnswer>, Failure> {
        let customer = self.customer(mending).await?;
        let same = |tier: &&Tier| Some(tier.level) == reservation.tier && tier.price == reservation.amount;
        let Some(tier) = tiers.iter().find(same) else {
            // The tier doesn't exist any more, or has another price by now.
            self.give_up(key, reservation.id, now).await?;
            return Ok(None);
        };
        let price = self.price_of(tier, now).await?;
        let metadata = ChampionMetadata {
            champion: key.clone(),
            tier: reservation.tier,
            payment: Some(reservation.id),
            purchase: None,
        };
        let order = SubscriptionRequest { payment: reservation.id, customer, price, metadata };
        let answer = match self.billing.create_subscription(&order).await {
            Ok(answer) => answer,
            Err(error) => {
                if nothing_was_made(&error) {
                    self.give_up(key, reservation.id, now).await?;
                }
                self.mend(error, mending, Some(tier), now).await?;
                return Ok(None);
            }
        };
        let attach = |account| subscribe::attach(account, reservation.id, &answer.made, now);
        match self.step(key, now, attach).await? {
            Attached::Saved => {
                let wanted = reservation.tier == Some(request.level);
                Ok(Some(answer).filter(|answer| wanted && !answer.made.subscription.status.is_terminal()))
            }
            Attached::Unwanted => {
                self.billing.cancel_now(&answer.made.subscription.id).await?;
                Ok(None)
            }
        }
    }

    /// Returns a tier's recurring price, and makes one if there is none.
    pub(super) async fn price_of(&self, tier: &Tier, now: Timestamp) -> Result<PriceId, Failure> {
        if let Some(price) = &tier.stripe_price {
            return Ok(price.clone());
        }
        self.make_price(tier, now).await
    }

    /// Makes a new Stripe price for the tier, stores it as the tier's current one, and returns it.
    pub(super) async fn make_price(&self, tier: &Tier, now: Timestamp) -> Result<PriceId, Failure> {
        let price = self.billing.create_price(tier).await?;
        self.store.save_price(tier, &price, now).await?;
        Ok(price)
    }

    async fn give_up(&self, key: &ChampionKey, payment: PaymentRecordId, now: Timestamp) -> Result<(), Failure> {
        Ok(self.step(key, now, |account| subscribe::give_up(account, payment, now)).await?)
    }

    /// Reads the subscription, whose version was `seen`, from Stripe, stores its state, and returns it.
    pub(super) async fn refresh(
        &self,
        key: &ChampionKey,
        id: &SubscriptionId,
        seen: Option<Version>,
        now: Timestamp,
    ) -> Result<Current, Failure> {
        let answer = self.billing.subscription(id).await?;
        let seen = self.observe(key, &answer, seen, now).await?.version_of(id);
        Ok(Current { answer, seen })
    }

    /// Stores the subscription's state from an answer of Stripe's API to a request that was made while `seen` was its
    /// version, and returns the account as it is afterwards.
    ///
    /// An event that came meanwhile may be older or newer than the answer, and Stripe's times don't tell: they are whole
    /// seconds of another clock. Then the subscription is read again, until no event comes between question and storing.
    pub(super) async fn observe(
        &self,
        key: &ChampionKey,
        answer: &SubscriptionAnswer,
        mut seen: Option<Version>,
        now: Timestamp,
    ) -> Result<ChampionAccount, Failure> {
        let id = &answer.made.subscription.id;
        let (mut newest, mut reads) = (answer.clone(), 0);
        loop {
            let (subscription, prices) = (&newest.made.subscription, &newest.prices);
            let store = |account| subscribe::observe_since(account, subscription, prices, seen.as_ref(), now);
            let account = self.step(key, now, store).await?;
            let stored = account.version_of(id);
            if stored == seen || reads == MAX_STEPS {
                return Ok(account);
            }
            // If Stripe doesn't answer now, what the event says is stored.
            let Ok(read) = self.billing.subscription(id).await else { return Ok(account) };
            (newest, seen, reads) = (read, stored, reads + 1);
        }
    }

    /// Sets the payment method that the reader chose, if they chose one, as the subscription's.
    async fn pay_with(&self, request: &SubscribeRequest, answer: &SubscriptionAnswer) -> Result<(), Failure> {
        let Some(method) = &request.payment_method else { return Ok(()) };
        let subscription = &answer.made.subscription;
        let method = match &subscription.customer {
            Some(customer) => self.billing.attach_payment_method(customer, method).await?,
            None => method.clone(),
        };
        Ok(self.billing.set_payment_method(&subscription.id, &method).await?)
    }
}

/// Returns every price that one of the novel's tiers has or had.
pub(super) fn prices_of(account: &ChampionAccount) -> Vec<PriceId> {
    account.tiers.iter().flat_map(|tier| tier.prices.iter().cloned()).collect()
}
