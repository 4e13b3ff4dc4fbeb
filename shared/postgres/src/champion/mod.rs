//! The store of readers, and of their payments, subscriptions and access.

pub(crate) mod candidates;
mod invoice_periods;
mod lines;
pub(crate) mod read;
mod roll;
mod rows;
pub(crate) mod write;

use pledge_domain::{
    Timestamp,
    account::Claims,
    champion::{ChampionAccount, ChampionChange, ChampionKey, Step, Tier},
    email::Email,
    ids::{CustomerId, NovelId, PriceId, SubscriptionId, UserId},
    limits::{TooMany, Uses},
    ports::{ChampionStore, LimitedError, RefundedSubscription, Rolled, StoreError},
};
use tokio_postgres::Row;

use crate::{
    Database, claims,
    columns::Columns,
    error::Failure,
    lease::{Lease, Transaction},
    limits,
    statement::{Statement, sql},
    stripe_events::insert_outbox,
};

impl ChampionStore for Database {
    async fn sign_in(&self, claims: &Claims, uses: &Uses, now: Timestamp) -> Result<Option<CustomerId>, LimitedError> {
        Ok(self.run(|lease| sign_in(lease, claims, uses, now)).await??)
    }

    async fn sign_in_and_step<T: Send>(
        &self,
        claims: &Claims,
        uses: &Uses,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> Result<T, LimitedError> {
        Ok(self.run(|lease| sign_in_and_take(lease, claims, uses, key, now, &step)).await??)
    }

    async fn tiers(&self, novel: NovelId) -> Result<Vec<Tier>, StoreError> {
        self.run(|lease| async move { lease.query(read::tiers(novel)).await?.iter().map(rows::tier).collect() }).await
    }

    async fn save_customer(&self, reader: &UserId, customer: &CustomerId) -> Result<CustomerId, StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("save_customer")).text(reader.as_str()).text(customer.as_str());
            let rows = lease.query(statement).await?;
            self::customer(rows.first())?.ok_or(Failure::Missing("user"))
        })
        .await
    }

    async fn replace_customer(
        &self,
        reader: &UserId,
        gone: &CustomerId,
        customer: &CustomerId,
    ) -> Result<CustomerId, StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("replace_customer")).text(reader.as_str());
            let rows = lease.query(statement.text(gone.as_str()).text(customer.as_str())).await?;
            self::customer(rows.first())?.ok_or(Failure::Missing("user"))
        })
        .await
    }

    async fn customer_told(&self, reader: &UserId, address: &Email) -> Result<(), StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("customer_told")).text(reader.as_str()).text(address.as_str());
            lease.query(statement).await.map(drop)
        })
        .await
    }

    async fn save_price(&self, tier: &Tier, price: &PriceId, now: Timestamp) -> Result<(), StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("save_price"))
                .bigint(tier.novel.get())
                .int(i32::from(tier.level.get()))
                .bigint(tier.price.amount)
                .text(tier.price.currency.as_str())
                .text(price.as_str())
                .time(now)
                .text(tier.stripe_price.as_ref().map(PriceId::as_str));
            lease.query(statement).await.map(drop)
        })
        .await
    }

    async fn account(&self, key: &ChampionKey) -> Result<ChampionAccount, StoreError> {
        match self.run(|lease| load(lease, key)).await? {
            Ok(account) => Ok(account),
            Err(now) => Ok(self.run(|lease| load(lease, &now)).await?.map_err(|_| Failure::HandedOver)?),
        }
    }

    async fn account_for_attempt(
        &self,
        key: &ChampionKey,
        uses: &Uses,
        now: Timestamp,
    ) -> Result<ChampionAccount, LimitedError> {
        let attempt = |lease: Lease| async move {
            let statements = limits::before(uses, now, lock_and_read(key));
            match limits::after(uses, lease.transaction(statements).await?)? {
                Err(refusal) => Ok(Err(refusal)),
                Ok(answers) => of(key, &answers).map(Ok),
            }
        };
        match self.run(attempt).await?? {
            Ok(account) => Ok(account),
            Err(now) => Ok(self.account(&now).await?),
        }
    }

    async fn accounts(&self, reader: &UserId, limit: i64) -> Result<Vec<ChampionAccount>, StoreError> {
        self.run(|lease| accounts(lease, reader, limit)).await
    }

    async fn step<T: Send>(
        &self,
        key: &ChampionKey,
        now: Timestamp,
        step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.run(|lease| take(lease, key, now, &step)).await
    }

    async fn roll(
        &self,
        now: Timestamp,
        limit: i64,
        roll: impl Fn(ChampionAccount) -> Option<ChampionChange> + Send + Sync,
    ) -> Result<Rolled, StoreError> {
        self.run(|lease| roll::roll(lease, now, limit, &roll)).await
    }

    async fn refunded_subscriptions(&self, now: Timestamp) -> Result<Vec<RefundedSubscription>, StoreError> {
        self.run(|lease| async move {
            let rows = lease.query(Statement::new(sql!("refunded_subscriptions")).time(now)).await?;
            rows.iter().map(refunded).collect()
        })
        .await
    }
}

fn refunded(row: &Row) -> Result<RefundedSubscription, Failure> {
    let columns = Columns(row);
    Ok(RefundedSubscription {
        id: columns.parse("id", |text| SubscriptionId::parse(text).ok())?,
        key: read::key(row)?,
        period_end: columns.get("period_end")?,
    })
}

/// Reads an account. Returns the successor's key in the inner `Err` if the reader was taken over.
async fn load(lease: Lease, key: &ChampionKey) -> Result<Result<ChampionAccount, ChampionKey>, Failure> {
    // Read under the lock, so that all statements see one state.
    of(key, &lease.transaction(lock_and_read(key)).await?)
}

/// Returns the account from the rows of [`read::lock`] and [`read::account`]. Returns the successor's key in the inner
/// `Err` if the reader was taken over.
fn of(key: &ChampionKey, answers: &[Vec<Row>]) -> Result<Result<ChampionAccount, ChampionKey>, Failure> {
    let [locked, account @ ..] = answers else { return Err(Failure::Missing("answer")) };
    match read::found(locked)? {
        Some(now) if now != *key => Ok(Err(now)),
        _ => read::build(key.clone(), account).map(Ok),
    }
}

/// Takes a step in two round trips: lock and read, then write and commit. It takes one more for a reader who was taken
/// over.
async fn take<T>(
    lease: Lease,
    key: &ChampionKey,
    now: Timestamp,
    step: &(impl Fn(ChampionAccount) -> Step<T> + Sync),
) -> Result<T, Failure> {
    let (transaction, rows) = lease.begin(lock_and_read(key)).await?;
    carry_out(transaction, key, &rows, now, step).await
}

/// Signs a reader in and takes a step in two round trips: the sign-in's transaction together with the step's locks and
/// reads, then write and commit.
async fn sign_in_and_take<T>(
    lease: Lease,
    claims: &Claims,
    uses: &Uses,
    key: &ChampionKey,
    now: Timestamp,
    step: &(impl Fn(ChampionAccount) -> Step<T> + Sync),
) -> Result<Result<T, TooMany>, Failure> {
    let sign_in = limits::before(uses, now, claims::statements(claims, now));
    let (transaction, answers, rows) = lease.transaction_and_begin(sign_in, lock_and_read(key)).await?;
    match limits::after(uses, answers)? {
        Err(refusal) => {
            transaction.rollback().await?;
            Ok(Err(refusal))
        }
        Ok(_) => carry_out(transaction, key, &rows, now, step).await.map(Ok),
    }
}

fn lock_and_read(key: &ChampionKey) -> Vec<Statement<'_>> {
    [read::lock(key)].into_iter().chain(read::account(key, None)).collect()
}

/// Calls the step with the account, writes its change, commits, and returns its answer. `rows` are those of
/// [`lock_and_read`].
async fn carry_out<T>(
    transaction: Transaction,
    key: &ChampionKey,
    rows: &[Vec<Row>],
    now: Timestamp,
    step: &(impl Fn(ChampionAccount) -> Step<T> + Sync),
) -> Result<T, Failure> {
    let account = match of(key, rows)? {
        Ok(account) => account,
        Err(now) => {
            let answers = transaction.query(read::account(&now, None).into()).await?;
            read::build(now, &answers)?
        }
    };
    let Step { answer, change } = step(account);
    match change {
        Some(change) => {
            let documents = write::Documents::of(&change.write);
            let mut statements = write::statements(&change.write, &documents, now);
            statements.extend(insert_outbox(&change.announcements, now));
            transaction.commit(statements).await?;
        }
        None => transaction.rollback().await?,
    }
    Ok(answer)
}

/// Reads a reader's accounts in two round trips. All statements see one snapshot of the database, so nothing is locked.
async fn accounts(lease: Lease, reader: &UserId, limit: i64) -> Result<Vec<ChampionAccount>, Failure> {
    let novels = Statement::new(sql!("champion_novels")).text(reader.as_str()).bigint(limit);
    let (transaction, answers) = lease.begin(vec![Statement::new(sql!("snapshot")), novels]).await?;
    let keys = answers.iter().flatten().map(read::key).collect::<Result<Vec<_>, _>>()?;
    let answers = transaction.commit(read::accounts(&keys)).await?;
    read::build_all(&keys, &answers)
}

async fn sign_in(
    lease: Lease,
    claims: &Claims,
    uses: &Uses,
    now: Timestamp,
) -> Result<Result<Option<CustomerId>, TooMany>, Failure> {
    let answers = lease.transaction(limits::before(uses, now, claims::statements(claims, now))).await?;
    match limits::after(uses, answers)? {
        Err(refusal) => Ok(Err(refusal)),
        Ok(claimed) => customer(claimed.last().and_then(|rows| rows.first())).map(Ok),
    }
}

fn customer(row: Option<&Row>) -> Result<Option<CustomerId>, Failure> {
    let Some(row) = row else { return Ok(None) };
    Columns(row).parse_some("stripe_customer_id", |text| CustomerId::parse(text).ok())
}
