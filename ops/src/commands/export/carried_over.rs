//! `ops export carried-over`: readers who keep a tier or an end that the rules of the timeline wouldn't have given them.

use std::io;

use pledge_domain::{
    Timestamp,
    champion::{ChampionKey, TierLevel, carried_over::Had},
    ids::{NovelId, UserId},
    ports::ChampionStore,
};
use time::format_description::well_known::Rfc3339;

use crate::{
    commands::export::unwrap_io,
    console::{Done, Failure, Progress},
    tables::{Tables, sql},
    tools::Tools,
};

/// Compares, reader by reader, the access that they were shown before access became a timeline with the access that their
/// payments give.
pub async fn run(tools: &Tools) -> Result<Done, Failure> {
    let store = tools.database()?;
    let mut tables = Tables::open(&store).await?;
    let rows = tables.client().query(sql!("export_carried_over_keys"), &[]).await?;
    let mut progress = Progress::new("readers", Some(rows.len()));
    let mut csv = csv::Writer::from_writer(io::stdout().lock());
    let columns = ["user_id", "novel_id", "shown_tier", "shown_until", "tier", "until"];
    csv.write_record(columns).map_err(unwrap_io)?;
    for row in &rows {
        let user: String = row.try_get("user_id")?;
        let key = ChampionKey { user: UserId::parse(user)?, novel: NovelId::new(row.try_get("novel_id")?)? };
        if let Some((shown, computed)) = store.account(&key).await?.carried_over().filter(|(shown, had)| shown != had) {
            let [shown_tier, shown_until] = cells(shown);
            let [tier, until] = cells(computed);
            let record = [key.user.to_string(), key.novel.get().to_string(), shown_tier, shown_until, tier, until];
            csv.write_record(record).map_err(unwrap_io)?;
        }
        progress.advance(1);
    }
    csv.flush()?;
    Ok(Done::All)
}

fn cells(had: Had) -> [String; 2] {
    let tier = had.tier.map(TierLevel::get).unwrap_or_default().to_string();
    let until = had.until.and_then(|until: Timestamp| until.format(&Rfc3339).ok()).unwrap_or_default();
    [tier, until]
}
