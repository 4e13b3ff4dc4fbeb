//! The port to the database for readers, and for their support of novels.

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

/// The store of readers, and of their payments, subscriptions and access.
pub trait ChampionStore: Send + Sync {
    /// Carries out the claims of a reader who signed in, in one transaction, and returns the Stripe customer of the user
    /// row that the last claim wrote, if it has one. For an attempt to pay, `uses` are counted by the rule of
    /// [`Limit::take`](crate::limits::Limit::take), the first before the second.
    ///
    /// # Errors
    /// [`LimitedError`]. If a limit is used up, the claims are carried out all the same.
    fn sign_in(
        &self,
        claims: &Claims,
        uses: &Uses,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<CustomerId>, LimitedError>> + Send;

    /// Signs a reader in as [`ChampionStore::sign_in`] does, then takes a step as [`ChampionStore::step`] does, each in a
    /// transaction of its own. If a limit is used up, no step is taken.
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

    /// Stores the reader's Stripe customer unless one is stored, and returns the stored one.
    fn save_customer(
        &self,
        reader: &UserId,
        customer: &CustomerId,
    ) -> impl Future<Output = Result<CustomerId, StoreError>> + Send;

    /// Stores another Stripe customer of the reader if `gone` is the stored one, and returns the one that is stored
    /// afterwards.
    fn replace_customer(
        &self,
        reader: &UserId,
        gone: &CustomerId,
        customer: &CustomerId,
    ) -> impl Future<Output = Result<CustomerId, StoreError>> + Send;

    /// Stores that Stripe knows this address of the reader's customer, unless the reader has another address by now. This
    /// resets [`ChampionAccount::customer_is_outdated`], which is set when the reader gets another verified address, or
    /// when the address that they have becomes verified.
    fn customer_told(&self, reader: &UserId, address: &Email) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores the recurring Stripe price of a tier, unless the stored tier has another Stripe price or another amount than
    /// `tier` by now.
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

    /// Returns the account as [`ChampionStore::account`] does, for an attempt to pay, and counts the attempt's `uses` as
    /// [`ChampionStore::sign_in`] does.
    ///
    /// # Errors
    /// [`LimitedError`].
    fn account_for_attempt(
        &self,
        key: &ChampionKey,
        uses: &Uses,
        now: Timestamp,
    ) -> impl Future<Output = Result<ChampionAccount, LimitedError>> + Send;

    /// Takes one step in one transaction: locks the reader and the novel, reads everything about them, calls `step`, writes
    /// its change with its announcements, and returns its answer. Steps and events about one reader and novel take effect
    /// one after the other. A failure writes nothing. May call `step` again if nothing was written.
    fn step<T: Send>(
        &self,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Computes the rows anew that are due at `now`, those that are due longest first and at most `limit`, in one
    /// transaction: locks each reader and novel, reads everything about them, and writes the change that `roll` returns,
    /// with its announcements. Ends the access in a row for which `roll` returns none, since nothing keeps it any more:
    /// such a row is inactive, of tier 0, and due no more. A pair that is locked already is left to the next roll. A failure
    /// writes nothing.
    fn roll(
        &self,
        now: Timestamp,
        limit: i64,
        roll: impl Fn(ChampionAccount) -> Option<ChampionChange> + Send + Sync,
    ) -> impl Future<Output = Result<Rolled, StoreError>> + Send;

    /// Returns the subscriptions that will be charged again although all the money of the month that runs at `now` went
    /// back, sorted by id. An operator has to end them, since the webhook never writes to Stripe.
    fn refunded_subscriptions(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<RefundedSubscription>, StoreError>> + Send;
}

/// A subscription that will be charged again although all the money of its running month went back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundedSubscription {
    /// The subscription.
    pub id: SubscriptionId,
    /// The reader and the novel.
    pub key: ChampionKey,
    /// When the month ends, and the reader is charged again.
    pub period_end: Timestamp,
}

/// The result of a roll.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rolled {
    /// How many rows were computed anew.
    pub rows: usize,
    /// The new rows of the outbox, which are to be sent.
    pub announcements: Vec<OutboxId>,
}
