//! `ops tiers`: the tiers of a novel and their prices.

use pledge_domain::{
    champion::TierLevel,
    ids::{NovelId, PriceId},
    money::{Currency, Money},
    ports::PriceGateway,
};
use tokio_postgres::{Client, Row};

use crate::{
    arguments::{TierSettings, Tiers},
    console::{Done, Failure, Table, dry_run, line, note, words::iso},
    tables::{Tables, sql},
    tools::Tools,
};

/// Runs a subcommand of `ops tiers`.
pub async fn run(tools: &Tools, command: Tiers, apply: bool) -> Result<Done, Failure> {
    let mut tables = Tables::open(&tools.database()?).await?;
    let client = tables.client();
    match command {
        Tiers::List { novel } => list(client, novel).await,
        Tiers::Open { novel } => open(client, novel, apply).await,
        Tiers::Set { novel, level, settings } => set(client, (novel, level), settings, apply).await,
        Tiers::Remember { novel, level, price } => remember(tools, client, (novel, level), &price, apply).await,
    }
}

/// A tier as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    level: i32,
    name: String,
    price: Money,
    chapters: i32,
    on_sale: bool,
}

async fn list(client: &Client, novel: NovelId) -> Result<Done, Failure> {
    let tiers = stored(client, novel).await?;
    let prices = client.query(sql!("tier_prices"), &[&novel.get()]).await?;
    let mut table = Table::new(&["tier", "name", "price", "chapters", "sale"]);
    for tier in &tiers {
        table.row(tier.cells());
    }
    table.print()?;
    let mut table = Table::new(&["tier", "price at Stripe", "amount", "since"]);
    for price in &prices {
        let (level, id): (i32, &str) = (price.try_get("tier_level")?, price.try_get("price_id")?);
        let since = iso(price.try_get("created_at")?);
        let now = if price.try_get("is_current")? { ", its price now" } else { "" };
        let amount = money(price, "amount")?;
        table.row([level.to_string(), id.to_owned(), amount.to_string(), format!("{since}{now}")]);
    }
    if !prices.is_empty() {
        line("")?;
    }
    table.print()?;
    if tiers.is_empty() {
        note(format_args!("novel {novel} has no tiers: ops tiers open {novel}"));
    }
    Ok(Done::All)
}

async fn open(client: &Client, novel: NovelId, apply: bool) -> Result<Done, Failure> {
    let before = stored(client, novel).await?.len();
    let missing = usize::from(TierLevel::MAX).saturating_sub(before);
    if missing == 0 {
        note("Nothing to do: it has all tiers.");
    } else if apply {
        client.execute(sql!("open_novel"), &[&novel.get()]).await?;
        note(format_args!("novel {novel} got {missing} tiers"));
    } else {
        dry_run(format_args!("novel {novel} has {before} tiers and would get {missing} of the usual ones"));
    }
    Ok(Done::All)
}

async fn set(
    client: &Client,
    (novel, level): (NovelId, TierLevel),
    settings: TierSettings,
    apply: bool,
) -> Result<Done, Failure> {
    let tiers = stored(client, novel).await?;
    let before = tiers.into_iter().find(|tier| tier.level == i32::from(level.get()));
    let after = changed(level, before.as_ref(), settings)?;
    if before.as_ref() == Some(&after) {
        note("Nothing to do: it says so already.");
        return Ok(Done::All);
    }
    let mut table = Table::new(&["", "tier", "name", "price", "chapters", "sale"]);
    for (when, tier) in before.iter().map(|before| ("before", before)).chain([("after", &after)]) {
        table.row([when.to_owned()].into_iter().chain(tier.cells()));
    }
    table.print()?;
    if !apply {
        dry_run("the tier would be changed");
        return Ok(Done::All);
    }
    let Stored { level, name, price, chapters, on_sale } = &after;
    client
        .execute(
            sql!("set_tier"),
            &[&novel.get(), level, name, &price.amount, &price.currency.as_str(), chapters, on_sale],
        )
        .await?;
    Ok(Done::All)
}

/// Returns the tier with the new settings.
fn changed(level: TierLevel, before: Option<&Stored>, settings: TierSettings) -> Result<Stored, Failure> {
    const NEW: &str = "there is no such tier: a new one needs --price, --name and --chapters";
    let currency = settings.currency.or(before.map(|tier| tier.price.currency)).unwrap_or(Currency::USD);
    let price = settings.price.map(|price| Money::from_decimal(&price, currency)).transpose()?;
    let price = price.or(before.map(|tier| tier.price)).ok_or(NEW)?;
    if price.amount == 0 {
        return Err("a tier costs something".into());
    }
    Ok(Stored {
        level: level.get().into(),
        name: settings.name.or(before.map(|tier| tier.name.clone())).ok_or(NEW)?,
        price,
        chapters: settings.chapters.or(before.map(|tier| tier.chapters)).ok_or(NEW)?,
        on_sale: settings.on_sale.or(before.map(|tier| tier.on_sale)).unwrap_or(true),
    })
}

async fn remember(
    tools: &Tools,
    client: &Client,
    (novel, level): (NovelId, TierLevel),
    price: &PriceId,
    apply: bool,
) -> Result<Done, Failure> {
    let tier = i32::from(level.get());
    if stored(client, novel).await?.iter().all(|stored| stored.level != tier) {
        return Err("there is no such tier".into());
    }
    if let Some(known) = client.query_opt(sql!("tier_of_price"), &[&price.as_str()]).await? {
        let (of, at): (i64, i32) = (known.try_get("novel_id")?, known.try_get("tier_level")?);
        if (of, at) != (novel.get(), tier) {
            return Err(format!("{price} is the price of tier {at} of novel {of}").into());
        }
        note("Nothing to do: it is remembered.");
        return Ok(Done::All);
    }
    let costs = tools.stripe()?.price(price).await?;
    line(format_args!("{price}\t{costs}\ttier {level} of novel {novel}"))?;
    if !apply {
        dry_run("the price would be remembered as this tier's");
        return Ok(Done::All);
    }
    client
        .execute(
            sql!("remember_price"),
            &[&price.as_str(), &novel.get(), &tier, &costs.amount, &costs.currency.as_str(), &tools.now()],
        )
        .await?;
    Ok(Done::All)
}

async fn stored(client: &Client, novel: NovelId) -> Result<Vec<Stored>, Failure> {
    let rows = client.query(sql!("tiers_of_novel"), &[&novel.get()]).await?;
    let tier = |row: &Row| {
        Ok(Stored {
            level: row.try_get("tier_level")?,
            name: row.try_get("tier_name")?,
            price: money(row, "monthly_price")?,
            chapters: row.try_get("max_advance_chapters")?,
            on_sale: row.try_get("is_active")?,
        })
    };
    rows.iter().map(tier).collect()
}

fn money(row: &Row, amount: &str) -> Result<Money, Failure> {
    Ok(Money::new(row.try_get(amount)?, Currency::parse(row.try_get("currency")?)?))
}

impl Stored {
    fn cells(&self) -> [String; 5] {
        let Self { level, name, price, chapters, on_sale } = self;
        let sale = if *on_sale { "on sale" } else { "off sale" };
        [level.to_string(), name.clone(), price.to_string(), chapters.to_string(), sale.to_owned()]
    }
}
