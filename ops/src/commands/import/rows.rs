//! The tables of the system before this one, as CSV, or with tabs as `mysql --batch` writes them.

use std::{collections::BTreeMap, fs, path::Path};

use csv::StringRecord;
use pledge_domain::{
    Timestamp,
    champion::{Period, TierLevel},
    email::Email,
    ids::{CustomerId, NovelId, PaymentIntentId, SubscriptionId, UserId},
    money::{Currency, Money},
};
use time::{PrimitiveDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};

use crate::console::Failure;

/// A row of `user_champion_subscription`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    pub reader: String,
    pub novel: NovelId,
    pub tier: TierLevel,
    pub period: Period,
    pub is_active: bool,
    pub subscription: Option<SubscriptionId>,
    pub customer: Option<CustomerId>,
}

/// A row of `user_champion_subscription_record`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    pub reader: String,
    pub novel: NovelId,
    pub tier: TierLevel,
    pub tier_name: String,
    pub amount: Money,
    pub method: String,
    pub status: String,
    pub kind: String,
    pub period: Period,
    pub subscription: Option<SubscriptionId>,
    pub intent: Option<PaymentIntentId>,
    pub customer: Option<CustomerId>,
    pub created_at: Timestamp,
}

/// A row of `payment_record`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    pub id: String,
    pub reader: String,
    /// The novel; none if the payment wasn't for a novel.
    pub novel: Option<NovelId>,
    pub amount: Money,
    pub method: String,
    pub status: String,
    pub subscription: Option<SubscriptionId>,
    pub intent: Option<PaymentIntentId>,
    pub customer: Option<CustomerId>,
    pub created_at: Timestamp,
}

/// A row of the file that says who a reader of the older system is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderRow {
    pub reader: String,
    pub uid: Option<UserId>,
    pub email: Option<Email>,
}

/// The rows of a file.
#[derive(Debug)]
pub struct Rows<T> {
    pub rows: Vec<T>,
    /// Texts that say why records were refused and where they are, without their contents.
    pub refused: Vec<String>,
}

/// Reads a file whose first line names the columns.
///
/// # Errors
/// If the file can't be read, or lacks one of `columns`. An entry with several names stands for a column that may have
/// any of them.
pub fn read<T>(
    path: &Path,
    columns: &[&str],
    row: impl Fn(&Cells<'_>) -> Result<T, &'static str>,
) -> Result<Rows<T>, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut format = csv::ReaderBuilder::new();
    format.trim(csv::Trim::All).flexible(true);
    if first.contains(&b'\t') {
        format.delimiter(b'\t').quoting(false);
    } else {
        // MySQL escapes a quotation mark with a backslash, and everybody else by doubling it.
        format.escape(Some(b'\\'));
    }
    let mut reader = format.from_reader(text.as_slice());
    let places: BTreeMap<String, usize> =
        reader.headers()?.iter().enumerate().map(|(place, column)| (column.to_lowercase(), place)).collect();
    let is_there = |column: &&&str| !column.split('|').any(|name| places.contains_key(name));
    let missing: Vec<&str> = columns.iter().filter(is_there).copied().collect();
    if !missing.is_empty() {
        return Err(format!("{name}: the first line doesn't name {}", missing.join(", ")).into());
    }
    let mut read = Rows { rows: Vec::new(), refused: Vec::new() };
    for (index, record) in reader.records().enumerate() {
        let taken = match &record {
            Ok(record) if record.len() == places.len() => row(&Cells { record, places: &places }),
            Ok(_) => Err("it hasn't as many cells as the first line: is the file whole?"),
            Err(_) => Err("it isn't CSV in UTF-8"),
        };
        match taken {
            Ok(row) => read.rows.push(row),
            Err(why) => read.refused.push(format!("{name} record {}: {why}", index + 1)),
        }
    }
    Ok(read)
}

/// The cells of a record.
pub struct Cells<'a> {
    record: &'a StringRecord,
    places: &'a BTreeMap<String, usize>,
}

impl Cells<'_> {
    /// Returns a cell unless it is empty or null. MySQL writes `\N` for null, other tools the word or nothing.
    pub fn get(&self, column: &str) -> Option<&str> {
        let text = self.record.get(*self.places.get(column)?)?;
        Some(text)
            .filter(|text| !text.is_empty() && *text != "\\N" && *text != "N" && !text.eq_ignore_ascii_case("null"))
    }

    /// Returns the text of a cell. Fails with `why` if it is missing.
    pub fn text(&self, column: &str, why: &'static str) -> Result<String, &'static str> {
        self.get(column).map(str::to_owned).ok_or(why)
    }

    fn novel(&self) -> Result<Option<NovelId>, &'static str> {
        const WHY: &str = "novel_id is no novel's number";
        let number = self.get("novel_id").map(|text| text.parse().map_err(|_| WHY)).transpose()?;
        number.map(|number| NovelId::new(number).map_err(|_| WHY)).transpose()
    }

    fn tier(&self) -> Result<TierLevel, &'static str> {
        const WHY: &str = "tier_level isn't from 1 to 13";
        let level = self.get("tier_level").and_then(|text| text.parse().ok()).ok_or(WHY)?;
        TierLevel::new(level).map_err(|_| WHY)
    }

    /// Returns the time in a cell, read as UTC. Fails with `why` if there is none.
    pub fn time(&self, column: &str, why: &'static str) -> Result<Timestamp, &'static str> {
        let text = self.get(column).ok_or(why)?;
        let of_mysql = || {
            let short = text.split('.').next().unwrap_or_default();
            let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
            PrimitiveDateTime::parse(short, format).map(|time| time.assume_offset(UtcOffset::UTC))
        };
        Timestamp::parse(text, &Rfc3339).or_else(|_| of_mysql()).map_err(|_| why)
    }

    fn period(&self) -> Result<Period, &'static str> {
        let start = self.time("start_date", "start_date is no time in UTC")?;
        let end = self.time("end_date", "end_date is no time in UTC")?;
        if start <= end { Ok(Period { start, end }) } else { Err("end_date is before start_date") }
    }

    fn flag(&self, column: &str) -> Result<bool, &'static str> {
        match self.get(column).map(str::to_ascii_lowercase).as_deref() {
            Some("1" | "true" | "t") => Ok(true),
            Some("0" | "false" | "f") => Ok(false),
            _ => Err("is_active is neither 1 nor 0"),
        }
    }

    fn money(&self, column: &str) -> Result<Money, &'static str> {
        let currency = Currency::parse(self.get("currency").unwrap_or("usd")).map_err(|_| "currency is none")?;
        let text = self.get(column).ok_or("the amount is missing")?;
        Money::from_decimal(text, currency).map_err(|_| "the amount is no exact amount of its currency")
    }

    /// Returns a subscription's id. The older system also kept ids of payments in this column; they are left out.
    fn subscription(&self) -> Option<SubscriptionId> {
        let text = self.get("stripe_subscription_id").or_else(|| self.get("transaction_id"))?;
        SubscriptionId::parse(text).ok()
    }

    /// Returns the id of the row's payment, which is in one of several columns or among the words of the description.
    fn intent(&self) -> Option<PaymentIntentId> {
        let own = ["stripe_payment_intent_id", "stripe_subscription_id", "transaction_id"];
        let own =
            own.into_iter().filter_map(|column| self.get(column)).find_map(|text| PaymentIntentId::parse(text).ok());
        let words = self.get("description").unwrap_or_default().split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        own.or_else(|| words.into_iter().find_map(|word| PaymentIntentId::parse(word).ok()))
    }

    fn customer(&self) -> Option<CustomerId> {
        self.get("stripe_customer_id").and_then(|text| CustomerId::parse(text).ok())
    }

    fn reader(&self) -> Result<String, &'static str> {
        self.text("user_id", "user_id is missing")
    }
}

/// Reads a row of `user_champion_subscription`.
pub fn subscription(cells: &Cells<'_>) -> Result<SubscriptionRow, &'static str> {
    Ok(SubscriptionRow {
        reader: cells.reader()?,
        novel: cells.novel()?.ok_or("novel_id is missing")?,
        tier: cells.tier()?,
        period: cells.period()?,
        is_active: cells.flag("is_active")?,
        subscription: cells.subscription(),
        customer: cells.customer(),
    })
}

/// Reads a row of `user_champion_subscription_record`.
pub fn record(cells: &Cells<'_>) -> Result<RecordRow, &'static str> {
    let tier = cells.tier()?;
    Ok(RecordRow {
        reader: cells.reader()?,
        novel: cells.novel()?.ok_or("novel_id is missing")?,
        tier,
        tier_name: cells.get("tier_name").map_or_else(|| format!("Tier {tier}"), str::to_owned),
        amount: cells.money("payment_amount")?,
        method: cells.text("payment_method", "payment_method is missing")?,
        status: cells.text("payment_status", "payment_status is missing")?,
        kind: cells.text("subscription_type", "subscription_type is missing")?,
        period: cells.period()?,
        subscription: cells.subscription(),
        intent: cells.intent(),
        customer: cells.customer(),
        created_at: cells.time("created_at", "created_at is no time in UTC")?,
    })
}

/// Reads a row of `payment_record`.
pub fn payment(cells: &Cells<'_>) -> Result<PaymentRow, &'static str> {
    Ok(PaymentRow {
        id: cells.text("id", "id is missing")?,
        reader: cells.reader()?,
        novel: cells.novel()?,
        amount: cells.money("amount")?,
        method: cells.text("payment_method", "payment_method is missing")?,
        status: cells.text("status", "status is missing")?,
        subscription: cells.subscription(),
        intent: cells.intent(),
        customer: cells.customer(),
        created_at: cells.time("created_at", "created_at is no time in UTC")?,
    })
}

/// Reads a row of the file that says who the readers are.
pub fn reader(cells: &Cells<'_>) -> Result<ReaderRow, &'static str> {
    let uid = cells.get("uid").map(|text| UserId::parse(text).map_err(|_| "uid is none of Firebase's")).transpose()?;
    let email = cells.get("email").map(|text| Email::parse(text).map_err(|_| "email is no address")).transpose()?;
    if uid.is_none() && email.is_none() {
        return Err("it has neither uid nor email");
    }
    Ok(ReaderRow { reader: cells.reader()?, uid, email })
}
