//! `ops export revenue`: the revenue from champions' payments on each day, by novel, without personal data.

use std::{collections::BTreeMap, io};

use pledge_domain::{
    champion::ChampionKey,
    ids::{NovelId, UserId},
    money::Currency,
    ports::ChampionStore,
};
use pledge_postgres::Database;
use time::Date;

use crate::{
    arguments::Window,
    commands::export::unwrap_io,
    console::{Done, Failure, Progress},
    tables::{Tables, sql},
    tools::Tools,
};

/// Revenue in minor units for each day, novel and currency.
type Revenue = BTreeMap<(Date, i64, Currency), i64>;

/// Computes the revenue of a window from all payments, reader by reader.
pub async fn run(tools: &Tools, window: Window) -> Result<Done, Failure> {
    let store = tools.database()?;
    let mut tables = Tables::open(&store).await?;
    let rows = tables.client().query(sql!("export_champion_keys"), &[]).await?;
    let (from, to) = window.bounds(tools.now())?;
    let mut progress = Progress::new("readers", Some(rows.len()));
    let mut revenue = Revenue::new();
    for row in &rows {
        let user: String = row.try_get("user_id")?;
        let key = ChampionKey { user: UserId::parse(user)?, novel: NovelId::new(row.try_get("novel_id")?)? };
        add(&store, &key, &mut revenue).await?;
        progress.advance(1);
    }
    let (from, to) = (from.date(), to.date());
    let mut csv = csv::Writer::from_writer(io::stdout().lock());
    csv.write_record(["day", "novel_id", "currency", "amount_minor_units"]).map_err(unwrap_io)?;
    for ((day, novel, currency), amount) in revenue.into_iter().filter(|((day, ..), _)| from <= *day && *day <= to) {
        let record = [day.to_string(), novel.to_string(), currency.to_string(), amount.to_string()];
        csv.write_record(record).map_err(unwrap_io)?;
    }
    csv.flush()?;
    Ok(Done::All)
}

async fn add(store: &Database, key: &ChampionKey, revenue: &mut Revenue) -> Result<(), Failure> {
    for ((day, currency), amount) in store.account(key).await?.revenue() {
        *revenue.entry((day, key.novel.get(), currency)).or_default() += amount;
    }
    Ok(())
}
