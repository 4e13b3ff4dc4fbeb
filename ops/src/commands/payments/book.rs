//! `ops payments book`: books a payment that was made elsewhere, in the same ledger as every other payment.

use pledge_domain::{
    champion::{
        ChampionAccount, ChampionKey, Moment, Step,
        booking::{self, PaidElsewhere},
    },
    ids::{NovelId, UserId},
    money::Money,
    ports::ChampionStore,
};
use tokio_postgres::Client;

use crate::{
    arguments::Book,
    commands::payments::show,
    console::{Done, Failure, dry_run, note},
    tables::{Tables, sql},
    tools::Tools,
};

/// Books a payment that was made elsewhere.
pub async fn run(tools: &Tools, book: &Book, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let mut tables = Tables::open(&database).await?;
    let key = tables.champion(book.support.reader.clone(), book.support.novel).await?;
    let payment = PaidElsewhere {
        tier: book.support.tier,
        method: book.method.clone(),
        reference: book.reference.clone(),
        amount: Money::from_decimal(&book.amount, book.currency)?,
        paid_at: book.paid_at,
    };
    let moment = Moment { now: tools.now(), renewal_grace: tools.renewal_grace()? };
    if payment.paid_at > moment.now {
        return Err("it can't have been paid later than now".into());
    }
    if let Some(owner) = owner(tables.client(), &payment).await?.filter(|owner| *owner != key) {
        return Err(format!("it is booked for reader {} and novel {}", owner.user, owner.novel).into());
    }
    let step = |account: ChampionAccount| {
        let account = account.at(moment);
        let payment = payment.payment(&account);
        booking::step(account, payment)
    };
    let account = database.account(&key).await?;
    if account.tiers.iter().all(|tier| tier.level != payment.tier) {
        return Err("the novel has no such tier".into());
    }
    let Step { answer: is_new, change } = step(account);
    let Some(change) = change.filter(|_| is_new) else {
        note("Nothing to do: it is booked.");
        return Ok(Done::All);
    };
    show(&change)?;
    if !apply {
        dry_run("the payment would be booked");
        return Ok(Done::All);
    }
    // The sweep queues the announcements.
    database.step(&key, moment.now, step).await?;
    Ok(Done::All)
}

/// Returns the reader and the novel for which a payment is booked already; none if it isn't booked.
async fn owner(client: &Client, payment: &PaidElsewhere) -> Result<Option<ChampionKey>, Failure> {
    let row = client.query_opt(sql!("owner_of_payment"), &[&payment.id().as_uuid()]).await?;
    let Some(row) = row else { return Ok(None) };
    let (user, novel): (String, i64) = (row.try_get("user_id")?, row.try_get("novel_id")?);
    Ok(Some(ChampionKey { user: UserId::parse(user)?, novel: NovelId::new(novel)? }))
}
