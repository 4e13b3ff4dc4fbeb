//! Readers of novels, what they support, and what they have of it.

use std::future::Future;

use crate::{
    Timestamp,
    account::Claims,
    champion::{ChampionAccount, ChampionChange, ChampionKey, Step, Tier},
    email::Email,
    ids::{CustomerId, NovelId, OutboxId, PriceId, SubscriptionId, UserId},
    limits::Uses,
    ports::{LimitedError, StoreError},
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

    /// Returns everything about a reader and a novel; [`ChampionAccount::new`] with the novel's tiers if nothing is
    /// stored.
    fn account(&self, key: &ChampionKey) -> impl Future<Output = Result<ChampionAccount, StoreError>> + Send;

    /// Returns everything about a reader and each novel that they ever began to pay for, by the novels' numbers,
    /// `limit` novels at most.
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
