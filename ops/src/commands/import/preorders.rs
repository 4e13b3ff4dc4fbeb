//! `ops import preorders`: forms of the system before this one that nobody paid.

use std::path::Path;

use pledge_domain::{
    Timestamp,
    color::Color,
    email::Email,
    ids::{PreorderId, UserId},
    locale::Locale,
};

use super::rows::{self, Cells, Rows};
use crate::{
    console::{Done, Failure, dry_run, line, note, words::count},
    tables::{Tables, sql},
    tools::Tools,
};

/// The columns that a file must have.
const COLUMNS: &[&str] = &["id", "email", "color", "status", "created_at"];

/// The number of preorders that are written in one transaction.
const BATCH: usize = 500;

/// A row of `preorders`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PreorderRow {
    id: PreorderId,
    email: Email,
    color: Color,
    locale: Locale,
    user: Option<UserId>,
    /// Whether the preorder was paid according to the older system, even if the money was returned.
    paid: bool,
    created_at: Timestamp,
}

/// Reads the file and writes its unpaid preorders.
pub async fn run(tools: &Tools, file: &Path, apply: bool) -> Result<Done, Failure> {
    let Rows { rows, refused } = rows::read(file, COLUMNS, row)?;
    for refused in &refused {
        line(refused)?;
    }
    let (paid, unpaid): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.paid);
    let mut tables = Tables::open(&tools.database()?).await?;
    let mut new = 0;
    for batch in unpaid.chunks(BATCH) {
        new += write(&mut tables, batch, tools.now(), apply).await?;
    }
    let known = unpaid.len() - new;
    let stay = format!("{known} stay as they are: they are here, or their reader is forgotten");
    if apply {
        note(format_args!("{} added; {stay}", count(new, "preorder")));
    } else {
        dry_run(format_args!("{} would be added; {stay}", count(new, "preorder")));
    }
    if !paid.is_empty() {
        note(format_args!("{} are paid there and come from Stripe: ops reconcile", paid.len()));
    }
    Ok(if refused.is_empty() { Done::All } else { Done::SomethingLeft })
}

/// Writes preorders, or with a dry run only counts them, and returns how many are new.
async fn write(
    tables: &mut Tables,
    rows: &[PreorderRow],
    now: Timestamp,
    apply: bool,
) -> Result<usize, tokio_postgres::Error> {
    let ids: Vec<_> = rows.iter().map(|row| row.id.as_uuid()).collect();
    let emails: Vec<_> = rows.iter().map(|row| row.email.as_str()).collect();
    let colors: Vec<_> = rows.iter().map(|row| row.color.as_str()).collect();
    let locales: Vec<_> = rows.iter().map(|row| row.locale.tag()).collect();
    let users: Vec<_> = rows.iter().map(|row| row.user.as_ref().map(UserId::as_str)).collect();
    let times: Vec<_> = rows.iter().map(|row| row.created_at).collect();
    let transaction = tables.client().transaction().await?;
    let columns: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
        [&ids, &emails, &colors, &locales, &users, &times, &now];
    let new = transaction.query(sql!("import_preorders"), &columns).await?.len();
    if apply {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(new)
}

fn row(cells: &Cells<'_>) -> Result<PreorderRow, &'static str> {
    let status = cells.text("status", "status is missing")?;
    let user = cells.get("user_id").map(|text| UserId::parse(text).map_err(|_| "user_id is none of Firebase's"));
    Ok(PreorderRow {
        id: cells.get("id").and_then(|text| PreorderId::parse(text).ok()).ok_or("id is no UUID")?,
        email: cells.get("email").and_then(|text| Email::parse(text).ok()).ok_or("email is no address")?,
        color: Color::recorded(cells.text("color", "color is missing")?),
        locale: cells.get("locale").and_then(Locale::parse).unwrap_or_default(),
        user: user.transpose()?,
        paid: match status.to_ascii_lowercase().as_str() {
            "initiated" | "processing" | "failed" | "cancelled" => false,
            "completed" | "refunded" => true,
            _ => return Err("status is none of that system's"),
        },
        created_at: cells.time("created_at", "created_at is no time in UTC")?,
    })
}
