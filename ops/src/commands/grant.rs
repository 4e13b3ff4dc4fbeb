//! `ops grant`: gives a reader time for free, such as time that had run before its payment was recorded.

use pledge_domain::{
    Timestamp,
    champion::{ChampionAccount, Moment, Step, booking, booking::Goodwill},
    money::Currency,
    ports::ChampionStore,
};
use time::Duration;

use crate::{
    arguments::{Given, Grant},
    commands::payments,
    console::{Done, Failure, dry_run, note},
    tables::Tables,
    tools::Tools,
};

/// Gives a reader time, once for each reason.
pub async fn run(tools: &Tools, grant: &Grant, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let support = &grant.support;
    let key = Tables::open(&database).await?.champion(support.reader.clone(), support.novel).await?;
    let goodwill = Goodwill { tier: support.tier, length: length(&grant.time)?, reference: grant.reference.clone() };
    let moment = Moment { now: tools.now(), renewal_grace: tools.renewal_grace()? };
    let give = |account: ChampionAccount| {
        let account = account.at(moment);
        let payment = goodwill.payment(&account, currency(&account, &goodwill), moment.now);
        booking::step(account, payment)
    };
    let Step { answer: is_new, change } = give(database.account(&key).await?);
    let Some(change) = change.filter(|_| is_new) else {
        note("Nothing to do: it was given before, for the same reason.");
        return Ok(Done::All);
    };
    payments::show(&change)?;
    if !apply {
        dry_run("the time would be given");
        return Ok(Done::All);
    }
    database.step(&key, moment.now, give).await?;
    Ok(Done::All)
}

fn length(time: &Given) -> Result<Duration, Failure> {
    const MOST: Duration = Duration::days(366);
    let between = |(from, to): (Timestamp, Timestamp)| to - from;
    let length = time.days.map(Duration::days).or(time.from.zip(time.to).map(between)).unwrap_or_default();
    match length {
        length if length <= Duration::ZERO => Err("--to must be later than --from".into()),
        length if length > MOST => Err("that is more than a year".into()),
        length => Ok(length),
    }
}

/// Returns the currency of the tier. The amount is 0, but the ledger needs a currency.
fn currency(account: &ChampionAccount, goodwill: &Goodwill) -> Currency {
    let tier = account.tiers.iter().find(|tier| tier.level == goodwill.tier);
    tier.map_or(Currency::USD, |tier| tier.price.currency)
}
