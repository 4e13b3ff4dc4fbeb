//! `ops import`: copies data of an older system.
//!
//! The access that readers were shown becomes one payment of amount 0, and the payments that they made for it are settled
//! (`domain::champion::import`). An import can be repeated: readers who are carried over stay as they are, and the others
//! are added.

mod former;
mod preorders;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use pledge_domain::{
    Timestamp,
    account::matching::{Match, Traces, former_reader},
    champion::{ChampionAccount, ChampionKey, Moment, Step, import::carry_over, subscribe::observe},
    email::Email,
    error_chain::ErrorChain,
    ids::{CustomerId, NovelId, UserId},
    ports::{Billing, BillingError, ChampionStore, GatewayError, PriceGateway, SubscriptionAnswer},
};
use pledge_postgres::Database;
use pledge_stripe_api::{StripeClient, StripeError};
use tokio_postgres::Client;

use self::{
    former::{Support, Supports, together},
    rows::{ReaderRow, RecordRow},
};
use crate::{
    arguments::{Champions, Import},
    console::{
        Done, Failure, Progress, dry_run, line, note,
        words::{count, iso},
    },
    tables::{Tables, sql},
    tools::Tools,
};

/// Runs a subcommand of `ops import`.
pub async fn run(tools: &Tools, import: Import, apply: bool) -> Result<Done, Failure> {
    match import {
        Import::Champions(files) => champions(tools, files, apply).await,
        Import::Preorders { file } => preorders::run(tools, &file, apply).await,
    }
}

/// Carries readers' support over.
async fn champions(tools: &Tools, files: Champions, apply: bool) -> Result<Done, Failure> {
    if files.carried_over_at > tools.now() {
        return Err("--carried-over-at is later than now".into());
    }
    let read = Files::read(&files)?;
    for refused in &read.refused {
        line(refused)?;
    }
    let database = tools.database()?;
    let mut import = CarryOver {
        tables: Tables::open(&database).await?,
        store: database,
        stripe: tools.stripe()?,
        moment: Moment { now: tools.now(), renewal_grace: tools.renewal_grace()? },
        carried_over_at: files.carried_over_at,
        readers: read.readers,
        apply,
        carried: 0,
        known: 0,
        left: read.refused.len(),
    };
    let mut progress = Progress::new("readers and novels", read.supports.len());
    for ((reader, novel), support) in &read.supports {
        import.of(reader, *novel, support).await.map_err(|error| {
            format!("stopped at reader {reader} and novel {novel}, and goes on there when repeated: {error}")
        })?;
        progress.advance(1);
    }
    drop(progress);
    import.conclusion()
}

/// The rows of the three tables, and of the file of readers.
struct Files {
    supports: Supports,
    readers: Option<BTreeMap<String, ReaderRow>>,
    refused: Vec<String>,
}

impl Files {
    fn read(files: &Champions) -> Result<Self, Failure> {
        const SHOWN: &[&str] = &["user_id", "novel_id", "tier_level", "start_date", "end_date", "is_active"];
        const RECORDS: &[&str] = &[
            "user_id",
            "novel_id",
            "tier_level",
            "payment_amount",
            "payment_method",
            "payment_status",
            "subscription_type",
            "start_date",
            "end_date",
            "created_at",
            "stripe_subscription_id|transaction_id",
        ];
        const PAYMENTS: &[&str] = &["id", "user_id", "novel_id", "amount", "payment_method", "status", "created_at"];
        let shown = rows::read(&files.subscriptions, SHOWN, rows::subscription)?;
        let records = rows::read(&files.records, RECORDS, rows::record)?;
        let payments = rows::read(&files.payments, PAYMENTS, rows::payment)?;
        let mut refused = [shown.refused, records.refused, payments.refused].concat();
        let mut readers = None;
        if let Some(file) = &files.readers {
            let rows = rows::read(file, &["user_id", "uid|email"], rows::reader)?;
            refused.extend(rows.refused);
            readers = Some(rows.rows.into_iter().map(|row| (row.reader.clone(), row)).collect());
        }
        Ok(Self { supports: together(shown.rows, records.rows, payments.rows), readers, refused })
    }
}

struct CarryOver {
    tables: Tables,
    store: Database,
    stripe: StripeClient,
    moment: Moment,
    carried_over_at: Timestamp,
    readers: Option<BTreeMap<String, ReaderRow>>,
    apply: bool,
    carried: usize,
    known: usize,
    left: usize,
}

impl CarryOver {
    /// Carries one reader's support of one novel over.
    async fn of(&mut self, reader: &str, novel: NovelId, support: &Support) -> Result<(), Failure> {
        let traces = self.traces(reader, &support.customers()).await?;
        let user = match former_reader(&traces) {
            Match::One(user) => user,
            Match::Nobody => return self.left(reader, novel, "nobody here is known to be this reader"),
            Match::Several => {
                return self.left(reader, novel, "uid, address and Stripe customer lead to different people here");
            }
        };
        let key = ChampionKey { user, novel };
        let account = self.store.account(&key).await?;
        if account.tiers.is_empty() {
            return self.left(reader, novel, "the novel has no tiers: ops tiers open");
        }
        let answer = match self.ask(support).await? {
            Ok(answer) => answer,
            Err(why) => return self.left(reader, novel, why),
        };
        let former = support.former(self.carried_over_at);
        let carry = |account: ChampionAccount| carry_over(account.at(self.moment), &former, self.moment.now);
        let Step { answer: carried, change } = carry(account);
        if carried.first {
            self.carried += 1;
        } else {
            self.known += 1;
        }
        let until = former.shown.as_ref().filter(|it| it.period.end > self.carried_over_at);
        let what = until
            .map_or_else(|| "nothing runs".to_owned(), |it| format!("tier {} until {}", it.tier, iso(it.period.end)));
        let state = answer.as_ref().map_or("none", |it| it.made.subscription.status.name());
        let first = if carried.first { "new" } else { "carried over before" };
        line(format_args!(
            "{reader}\t{}\tnovel {novel}\t{what}\t{}\tsubscription {state}\t{first}",
            key.user,
            count(carried.payments, "payment")
        ))?;
        if !self.apply {
            return Ok(());
        }
        if change.is_some() {
            self.store.step(&key, self.moment.now, carry).await?;
        }
        self.remember(&key, support, answer.as_ref()).await?;
        history(self.tables.client(), &key, &support.records).await
    }

    /// Returns what leads to a reader of the older system here: uid, proven address and customers.
    async fn traces(&mut self, reader: &str, customers: &BTreeSet<CustomerId>) -> Result<Traces, Failure> {
        let row = self.readers.as_ref().map(|readers| readers.get(reader));
        let (uid, email) = match row {
            // Without a file the older system's ids are the uids.
            None => (UserId::parse(reader).ok(), None),
            Some(None) => (None, None),
            Some(Some(row)) => (row.uid.clone(), row.email.clone()),
        };
        let customers: Vec<&str> = customers.iter().map(CustomerId::as_str).collect();
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&uid.as_ref().map(UserId::as_str), &email.as_ref().map(Email::as_str), &customers];
        let found = self.tables.client().query_one(sql!("former_reader"), &parameters).await?;
        let some =
            |name: &str| found.try_get::<_, Option<String>>(name).map(|id| id.and_then(|id| UserId::parse(id).ok()));
        let by_customers: Vec<String> = found.try_get("by_customers")?;
        let by_customers = by_customers.into_iter().filter_map(|id| UserId::parse(id).ok()).collect();
        Ok(Traces { uid: some("by_uid")?, address: some("by_address")?, customers: by_customers })
    }

    /// Asks Stripe for the present state of the subscription. The inner error is a reason for a person to look at it.
    async fn ask(&self, support: &Support) -> Result<Result<Option<SubscriptionAnswer>, &'static str>, Failure> {
        let Some(id) = support.subscription() else { return Ok(Ok(None)) };
        match self.stripe.subscription(id).await {
            Ok(answer) => Ok(Ok(Some(answer))),
            Err(error) if is_unknown(&error) => Ok(Err("Stripe has no such subscription with this key")),
            Err(error) => Err(format!("Stripe doesn't say how {id} stands: {}", ErrorChain(&error)).into()),
        }
    }

    /// Stores the customer, the subscription and the price at Stripe, so that later events find the reader.
    async fn remember(
        &mut self,
        key: &ChampionKey,
        support: &Support,
        answer: Option<&SubscriptionAnswer>,
    ) -> Result<(), Failure> {
        let of_subscription = answer.and_then(|answer| answer.made.subscription.customer.clone());
        let only = || Some(support.customers()).filter(|all| all.len() == 1).and_then(|all| all.into_iter().next());
        if let Some(customer) = of_subscription.or_else(only) {
            self.store.save_customer(&key.user, &customer).await?;
        }
        let (Some(answer), Some(shown)) = (answer, &support.shown) else { return Ok(()) };
        if let [price] = answer.prices.as_slice() {
            let costs = self.stripe.price(price).await?;
            let (level, currency) = (i32::from(shown.tier.get()), costs.currency);
            let novel = key.novel.get();
            let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
                [&price.as_str(), &novel, &level, &costs.amount, &currency.as_str(), &self.moment.now];
            self.tables.client().execute(sql!("remember_price"), &parameters).await?;
        }
        let (moment, now) = (self.moment, self.moment.now);
        let step =
            |account: ChampionAccount| observe(account.at(moment), &answer.made.subscription, &answer.prices, now);
        self.store.step(key, now, step).await?;
        Ok(())
    }

    fn left(&mut self, reader: &str, novel: NovelId, why: &str) -> Result<(), Failure> {
        self.left += 1;
        Ok(line(format_args!("{reader}\tnovel {novel}\tleft: {why}"))?)
    }

    fn conclusion(&self) -> Result<Done, Failure> {
        let (carried, known, left) = (self.carried, self.known, self.left);
        if self.apply {
            note(format_args!(
                "{carried} were carried over, {known} had been before, {left} records or readers are left"
            ));
        } else {
            dry_run(format_args!(
                "{carried} would be carried over, {known} have been before, {left} records or readers would be left"
            ));
        }
        Ok(if left == 0 { Done::All } else { Done::SomethingLeft })
    }
}

/// Returns whether Stripe answered that it has no such object. After any other error, Stripe may have the object.
fn is_unknown(error: &BillingError) -> bool {
    let BillingError::Gateway(GatewayError::Refused(cause)) = error else { return false };
    matches!(cause.downcast_ref(), Some(StripeError::Api(answer)) if answer.status == 404)
}

/// Writes the older system's ledger as history: rows without a payment of ours, each once.
async fn history(client: &Client, key: &ChampionKey, records: &[RecordRow]) -> Result<(), Failure> {
    for it in records {
        let days = i32::try_from((it.period.end - it.period.start).whole_days())?;
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 16] = [
            &key.user.as_str(),
            &key.novel.get(),
            &i32::from(it.tier.get()),
            &it.tier_name,
            &it.amount.amount,
            &it.amount.currency.as_str(),
            &it.method,
            &it.status,
            &it.kind,
            &days,
            &it.period.start,
            &it.period.end,
            &it.subscription.as_ref().map(|id| id.as_str()),
            &it.intent.as_ref().map(|id| id.as_str()),
            &it.customer.as_ref().map(CustomerId::as_str),
            &it.created_at,
        ];
        client.execute(sql!("import_ledger"), &parameters).await?;
    }
    Ok(())
}
