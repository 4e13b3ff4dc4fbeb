//! [`ChampionStore`](pledge_domain::ports::ChampionStore) in memory.

use pledge_domain::{
    Timestamp,
    account::{Claim, Claims},
    champion::{
        ChampionAccount, ChampionChange, ChampionKey, ChampionWrite, Grant, PaymentRecord, PaymentStatus, Step,
        Support, Tier, timeline::Segment,
    },
    email::Email,
    ids::{CustomerId, InvoiceId, NovelId, PriceId, UserId},
    limits::Uses,
    ports::{ChampionStore, LimitedError, RefundedSubscription, Rolled, StoreError},
    stripe::Lookup,
};

use crate::{InMemoryStore, LedgerRow, Tables};

/// Everything that is stored about one reader and one novel, without the tiers and the reader's row.
#[derive(Debug, Clone)]
pub(crate) struct Champion {
    /// The account, of which only the payments and the subscriptions are read.
    account: ChampionAccount,
    pub(crate) support: Option<Support>,
    pub(crate) ledger: Vec<Grant>,
    pub(crate) segments: Vec<(Segment, Timestamp)>,
}

impl Tables {
    /// Returns every payment of every reader.
    pub(crate) fn payment_records(&self) -> impl Iterator<Item = &PaymentRecord> {
        self.champions.values().flat_map(|champion| &champion.account.payments)
    }
}

impl Champion {
    /// Returns whether a payment was made by this customer.
    pub(crate) fn has_customer(&self, customer: Option<&CustomerId>) -> bool {
        customer.is_some() && self.account.payments.iter().any(|payment| payment.customer.as_ref() == customer)
    }
}

impl ChampionStore for InMemoryStore {
    async fn sign_in(&self, claims: &Claims, uses: &Uses, now: Timestamp) -> Result<Option<CustomerId>, LimitedError> {
        let mut tables = self.transaction()?;
        let taken = tables.take(uses, now);
        tables.carry_out(claims, now);
        taken?;
        let written = claims.list.last().and_then(|claim| match claim {
            Claim::Profile(profile) => tables.customers.get(&tables.resolved(&profile.user)),
            Claim::Address { .. } | Claim::Consent(_) | Claim::Preorder { .. } | Claim::Preorders { .. } => None,
        });
        Ok(written.cloned())
    }

    async fn tiers(&self, novel: NovelId) -> Result<Vec<Tier>, StoreError> {
        Ok(self.transaction()?.tiers.get(&novel).cloned().unwrap_or_default())
    }

    async fn save_customer(&self, reader: &UserId, customer: &CustomerId) -> Result<CustomerId, StoreError> {
        let mut tables = self.transaction()?;
        let reader = tables.resolved(reader);
        Ok(tables.customers.entry(reader).or_insert_with(|| customer.clone()).clone())
    }

    async fn replace_customer(
        &self,
        reader: &UserId,
        gone: &CustomerId,
        customer: &CustomerId,
    ) -> Result<CustomerId, StoreError> {
        let mut tables = self.transaction()?;
        let reader = tables.resolved(reader);
        let stored = tables.customers.entry(reader).or_insert_with(|| gone.clone());
        if stored == gone {
            *stored = customer.clone();
        }
        Ok(stored.clone())
    }

    async fn customer_told(&self, reader: &UserId, address: &Email) -> Result<(), StoreError> {
        let mut tables = self.transaction()?;
        let reader = tables.resolved(reader);
        let own = tables.users.get(&reader).and_then(|row| row.email.as_ref());
        if own.is_some_and(|own| own.key() == address.key()) {
            tables.outdated_customers.remove(&reader);
        }
        Ok(())
    }

    async fn save_price(&self, tier: &Tier, price: &PriceId, _now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.transaction()?;
        let same = |known: &&mut Tier| known.level == tier.level && known.price == tier.price;
        let as_read = |known: &&mut Tier| known.stripe_price == tier.stripe_price;
        if let Some(known) = tables.tiers.entry(tier.novel).or_default().iter_mut().find(same).filter(as_read) {
            known.stripe_price = Some(price.clone());
            known.prices.push(price.clone());
        }
        Ok(())
    }

    async fn account(&self, key: &ChampionKey) -> Result<ChampionAccount, StoreError> {
        let tables = self.transaction()?;
        Ok(tables.champion_account(&tables.current(key), None))
    }

    async fn account_for_attempt(
        &self,
        key: &ChampionKey,
        uses: &Uses,
        now: Timestamp,
    ) -> Result<ChampionAccount, LimitedError> {
        let mut tables = self.transaction()?;
        tables.take(uses, now)?;
        Ok(tables.champion_account(&tables.current(key), None))
    }

    async fn accounts(&self, reader: &UserId, limit: i64) -> Result<Vec<ChampionAccount>, StoreError> {
        let tables = self.transaction()?;
        let reader = &tables.resolved(reader);
        let paid = tables.champions.iter().filter(|(key, it)| key.user == *reader && !it.account.payments.is_empty());
        let limit = usize::try_from(limit).unwrap_or(0);
        Ok(paid.take(limit).map(|(key, _)| tables.champion_account(key, None)).collect())
    }

    async fn step<T: Send>(
        &self,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> Result<T, StoreError> {
        let mut tables = self.transaction()?;
        let Step { answer, change } = step(tables.champion_account(&tables.current(key), None));
        if let Some(change) = change {
            tables.write_champion(change.write);
            tables.add_to_outbox(&change.announcements, now);
        }
        Ok(answer)
    }

    async fn roll(
        &self,
        now: Timestamp,
        limit: i64,
        roll: impl Fn(ChampionAccount) -> Option<ChampionChange> + Send + Sync,
    ) -> Result<Rolled, StoreError> {
        let mut tables = self.transaction()?;
        let due = |it: &Champion| it.support.as_ref().and_then(|it| it.next_change_at).filter(|at| *at <= now);
        let mut keys: Vec<_> = tables.champions.iter().filter_map(|(key, it)| Some((due(it)?, key.clone()))).collect();
        keys.sort();
        keys.truncate(usize::try_from(limit).unwrap_or(0));
        let mut rolled = Rolled { rows: keys.len(), ..Rolled::default() };
        for (_, key) in keys {
            if let Some(change) = roll(tables.champion_account(&key, None)) {
                tables.write_champion(change.write);
                rolled.announcements.extend(tables.add_to_outbox(&change.announcements, now));
            } else if let Some(champion) = tables.champions.get_mut(&key) {
                champion.support = None;
            }
        }
        Ok(rolled)
    }

    async fn refunded_subscriptions(&self, now: Timestamp) -> Result<Vec<RefundedSubscription>, StoreError> {
        let tables = self.transaction()?;
        let refunded = tables.champions.iter().flat_map(|(key, Champion { account, .. })| {
            account.subscriptions.iter().filter(|it| it.renews()).filter_map(|it| {
                let theirs = account.payments.iter().filter(|payment| payment.subscription.as_ref() == Some(&it.id));
                let gone = theirs.filter(|payment| payment.status() == PaymentStatus::Refunded);
                let period_end = gone.filter_map(|payment| payment.period).map(|period| period.end).max();
                let period_end = period_end.filter(|end| *end > now)?;
                Some(RefundedSubscription { id: it.id.clone(), key: key.clone(), period_end })
            })
        });
        let mut refunded: Vec<_> = refunded.collect();
        refunded.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(refunded)
    }
}

impl Tables {
    pub(crate) fn champion_account(&self, key: &ChampionKey, invoice: Option<&InvoiceId>) -> ChampionAccount {
        let champion = self.champions.get(key);
        let account = champion.map_or_else(|| ChampionAccount::new(key.clone()), |it| it.account.clone());
        let of_payment = |intent: &_| account.payments.iter().any(|it| it.payment_intent.as_ref() == Some(intent));
        let of_invoice = |id: &_| account.payments.iter().any(|it| it.invoice.as_ref() == Some(id));
        let intents = self.payments.iter().filter(|(intent, facts)| {
            let linked = facts.invoice.as_ref();
            of_payment(*intent) || linked.is_some_and(|id| of_invoice(id) || invoice == Some(id))
        });
        let mut account = ChampionAccount {
            email: self.users.get(&key.user).and_then(|row| row.email.clone()),
            email_is_unproven: self.users.get(&key.user).is_some_and(|row| row.email.is_some() && !row.email_verified),
            customer_is_outdated: self.outdated_customers.contains(&key.user),
            marketing_consent: self.users.get(&key.user).is_some_and(|row| row.marketing_consent),
            customer: self.customers.get(&key.user).cloned(),
            tiers: self.tiers.get(&key.novel).cloned().unwrap_or_default(),
            ends_announced_until: champion.and_then(|it| Some(it.support.as_ref()?.ends_announced_until)),
            intents: intents.map(|(intent, facts)| (intent.clone(), facts.clone())).collect(),
            ..account
        };
        account.apply_facts();
        account
    }

    /// Returns the reader and the novel that an event is about: through what is stored, else by name.
    pub(crate) fn champion_by(&self, keys: &Lookup) -> Option<ChampionKey> {
        let payments = || {
            let all = self.champions.iter();
            all.flat_map(|(key, champion)| champion.account.payments.iter().map(move |payment| (key, payment)))
        };
        let subscriptions = || {
            let all = self.champions.iter();
            all.flat_map(|(key, champion)| champion.account.subscriptions.iter().map(move |it| (key, it)))
        };
        let by_subscription = || {
            let id = keys.subscription.as_ref()?;
            let known = subscriptions().find(|(_, it)| it.id == *id).map(|(key, _)| key);
            known.or_else(|| payments().find(|(_, it)| it.subscription.as_ref() == Some(id)).map(|(key, _)| key))
        };
        let of_invoice = |id: &_| payments().find(|(_, it)| it.invoice.as_ref() == Some(id)).map(|(key, _)| key);
        let by_payment = || {
            let id = keys.payment_intent.as_ref()?;
            let linked = || of_invoice(self.payments.get(id)?.invoice.as_ref()?);
            let known = payments().find(|(_, it)| it.payment_intent.as_ref() == Some(id)).map(|(key, _)| key);
            known.or_else(linked).or_else(|| payments().find(|(_, it)| it.describes(id)).map(|(key, _)| key))
        };
        let key = by_subscription()
            .or_else(|| of_invoice(keys.invoice.as_ref()?))
            .or_else(by_payment)
            .or(keys.champion.as_ref())?;
        Some(self.current(key))
    }

    /// Returns the key of the reader to whom this reader's support belongs now: their own, or that of whoever took them
    /// over.
    fn current(&self, key: &ChampionKey) -> ChampionKey {
        ChampionKey { user: self.resolved(&key.user), novel: key.novel }
    }

    /// Moves everything that one user has of any novel to another, after giving up these attempts.
    pub(crate) fn move_champions(
        &mut self,
        former: &UserId,
        successor: &UserId,
        closed: Vec<(ChampionKey, PaymentRecord)>,
    ) {
        for (key, payment) in closed {
            if let Some(champion) = self.champions.get_mut(&key) {
                champion.account.payments.retain(|known| known.id != payment.id);
                champion.account.payments.push(payment);
            }
        }
        let keys: Vec<_> = self.champions.keys().filter(|key| key.user == *former).cloned().collect();
        for former in keys {
            let Some(champion) = self.champions.remove(&former) else { continue };
            let key = ChampionKey { user: successor.clone(), novel: former.novel };
            match self.champions.get_mut(&key) {
                Some(theirs) => {
                    theirs.account.payments.extend(champion.account.payments);
                    theirs.account.subscriptions.extend(champion.account.subscriptions);
                }
                None => {
                    let account = ChampionAccount { key: key.clone(), ..champion.account };
                    self.champions.insert(key, Champion { account, ..champion });
                }
            }
        }
    }

    pub(crate) fn write_champion(&mut self, write: ChampionWrite) {
        self.users.entry(write.key.user.clone()).or_default();
        let new = Champion {
            account: ChampionAccount::new(write.key.clone()),
            support: None,
            ledger: Vec::new(),
            segments: Vec::new(),
        };
        let champion = self.champions.entry(write.key).or_insert(new);
        let account = &mut champion.account;
        for payment in write.payments {
            account.payments.retain(|known| known.id != payment.id);
            account.payments.push(payment);
        }
        for subscription in write.subscriptions {
            account.subscriptions.retain(|known| known.id != subscription.id);
            account.subscriptions.push(subscription);
        }
        champion.support = write.support.or(champion.support.take());
        champion.ledger = write.ledger;
        champion.segments = write.segments;
    }
}

impl InMemoryStore {
    /// Stores an account as it is.
    pub fn put_champion(&self, account: ChampionAccount) {
        let mut tables = self.tables.lock().unwrap();
        let ChampionAccount {
            key, email, email_is_unproven, customer, tiers, payments, subscriptions, intents, ..
        } = account;
        let row = tables.users.entry(key.user.clone()).or_default();
        (row.email_verified, row.email) = (email.is_some() && !email_is_unproven, email);
        tables.customers.extend(customer.map(|customer| (key.user.clone(), customer)));
        tables.tiers.insert(key.novel, tiers);
        tables.payments.extend(intents);
        let (support, ledger, segments) = (None, Vec::new(), Vec::new());
        tables.write_champion(ChampionWrite { key, payments, subscriptions, support, ledger, segments });
    }

    /// Adds tiers to their novels.
    pub fn open_novel(&self, tiers: Vec<Tier>) {
        for tier in tiers {
            self.tables.lock().unwrap().tiers.entry(tier.novel).or_default().push(tier);
        }
    }

    /// Stores a payment as it is.
    pub fn put_champion_payment(&self, key: &ChampionKey, payment: PaymentRecord) {
        let write = ChampionWrite {
            key: key.clone(),
            payments: vec![payment],
            subscriptions: Vec::new(),
            support: None,
            ledger: Vec::new(),
            segments: Vec::new(),
        };
        self.tables.lock().unwrap().write_champion(write);
    }

    /// Returns the reader's support of the novel, as other systems read it.
    #[must_use]
    pub fn support(&self, key: &ChampionKey) -> Option<Support> {
        self.tables.lock().unwrap().champions.get(key)?.support.clone()
    }

    /// Returns the timeline: each segment with the end of the unbroken access at its tier.
    #[must_use]
    pub fn segments(&self, key: &ChampionKey) -> Vec<(Segment, Timestamp)> {
        self.tables.lock().unwrap().champions.get(key).map(|it| it.segments.clone()).unwrap_or_default()
    }

    /// Returns the ledger, in the order of payment.
    #[must_use]
    pub fn grants(&self, key: &ChampionKey) -> Vec<Grant> {
        self.tables.lock().unwrap().champions.get(key).map(|it| it.ledger.clone()).unwrap_or_default()
    }

    /// Returns the ledger in the columns of the database, in the order of payment.
    #[must_use]
    pub fn ledger(&self, key: &ChampionKey) -> Vec<LedgerRow> {
        let tables = self.tables.lock().unwrap();
        let Some(champion) = tables.champions.get(key) else { return Vec::new() };
        let row = |grant: &Grant| Some(LedgerRow::new(grant, champion.account.payment(grant.payment)?));
        champion.ledger.iter().filter_map(row).collect()
    }
}
