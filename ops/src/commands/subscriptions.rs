//! `ops subscriptions`: subscriptions that an operator has to end, since the webhook never writes to Stripe.

use pledge_domain::{
    champion::{ChampionKey, renewal::Ending},
    ids::{NovelId, SubscriptionId, UserId},
    ports::ChampionStore,
};

use crate::{
    arguments::Subscriptions,
    console::{
        Done, Failure, Table, dry_run, line, note,
        words::{count, iso},
    },
    tables::{Tables, sql},
    tools::Tools,
};

/// Runs a subcommand of `ops subscriptions`.
pub async fn run(tools: &Tools, command: Subscriptions, apply: bool) -> Result<Done, Failure> {
    match command {
        Subscriptions::Refunded => refunded(tools).await,
        Subscriptions::Cancel { subscription } => cancel(tools, &subscription, apply).await,
    }
}

async fn refunded(tools: &Tools) -> Result<Done, Failure> {
    let refunded = tools.database()?.refunded_subscriptions(tools.now()).await?;
    let mut table = Table::new(&["subscription", "reader", "novel", "charged again"]);
    for it in &refunded {
        let ChampionKey { user, novel } = &it.key;
        table.row([it.id.as_str(), user.as_str(), &novel.to_string(), &iso(it.period_end)]);
    }
    table.print()?;
    note(format_args!("Charged on although the running month went back: {}.", count(refunded.len(), "subscription")));
    Ok(if refunded.is_empty() { Done::All } else { Done::SomethingLeft })
}

async fn cancel(tools: &Tools, id: &SubscriptionId, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let key = owner(&mut Tables::open(&database).await?, id).await?;
    let champions = tools.champions(database)?;
    let ending = if apply {
        champions.end_subscription(&key, id, tools.now()).await?
    } else {
        champions.ending(&key, id, tools.now()).await?
    };
    let how = match ending {
        Ending::NotFound => return Err(unknown()),
        Ending::Over => {
            note("Nothing to do: it is over.");
            return Ok(Done::All);
        }
        Ending::Now => "at once: all the money of its running month went back, or the month isn't paid",
        Ending::WithItsPeriod => "with its running month, which is paid",
    };
    line(format_args!("{id}\treader {}\tnovel {}\tends {how}", key.user, key.novel))?;
    if !apply {
        dry_run("it would be ended at Stripe");
    }
    Ok(Done::All)
}

/// Returns the reader and the novel of a subscription.
async fn owner(tables: &mut Tables, id: &SubscriptionId) -> Result<ChampionKey, Failure> {
    let row = tables.client().query_opt(sql!("owner_of_subscription"), &[&id.as_str()]).await?;
    let row = row.ok_or_else(unknown)?;
    let (user, novel): (String, i64) = (row.try_get("user_id")?, row.try_get("novel_id")?);
    Ok(ChampionKey { user: UserId::parse(user)?, novel: NovelId::new(novel)? })
}

fn unknown() -> Failure {
    "no subscription of ours has this id; end it in Stripe's dashboard".into()
}
