//! A row of any table.

use pledge_domain::{
    Timestamp,
    money::{Currency, Money},
};
use serde_json::{Map, Value};
use tokio_postgres::{
    Error, Row,
    types::{FromSql, Type},
};
use uuid::Uuid;

use crate::console::words::iso;

/// The columns of a row, in the order of its query. Times are ISO 8601 in seconds.
#[derive(Debug)]
pub struct Record {
    at: Option<String>,
    columns: Vec<(String, Value)>,
}

impl Record {
    /// Reads a row. If its first column is a time, the row is dated by it.
    pub fn read(row: &Row) -> Result<Self, Error> {
        let mut columns = Vec::new();
        for (index, column) in row.columns().iter().enumerate() {
            columns.push((column.name().to_owned(), value(row, index, column.type_())?));
        }
        let begins_with_a_time = row.columns().first().is_some_and(|column| *column.type_() == Type::TIMESTAMPTZ);
        let first = columns.first().filter(|_| begins_with_a_time).and_then(|(_, value)| value.as_str());
        Ok(Self { at: first.map(str::to_owned), columns })
    }

    /// Returns the time by which the row is dated.
    pub fn at(&self) -> Option<&String> {
        self.at.as_ref()
    }

    /// Returns a column; null if the row has no such column.
    pub fn get(&self, name: &str) -> &Value {
        self.columns.iter().find(|(column, _)| column == name).map_or(&Value::Null, |(_, value)| value)
    }

    /// Returns a text or a time; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    /// Returns a text or a time, if there is one.
    pub fn some(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    /// Returns a whole number; 0 if there is none.
    pub fn number(&self, name: &str) -> i64 {
        self.get(name).as_i64().unwrap_or_default()
    }

    /// Returns whether a column is true.
    pub fn is(&self, name: &str) -> bool {
        self.get(name) == true
    }

    /// Returns an amount in the row's currency, such as `19.99 USD`.
    pub fn money(&self, name: &str) -> String {
        let amount = self.number(name);
        match Currency::parse(self.text("currency")) {
            Ok(currency) => Money::new(amount, currency).to_string(),
            Err(_) => format!("{amount} minor units"),
        }
    }

    /// Returns each status that an event set, with the event's time.
    pub fn history(&self) -> Vec<(String, &str)> {
        let told = self.get("history").as_array().into_iter().flatten();
        told.filter_map(|entry| {
            let at = Timestamp::from_unix_timestamp(entry.get(0)?.as_i64()?).ok()?;
            Some((iso(at), entry.get(1)?.as_str()?))
        })
        .collect()
    }

    /// Returns the columns that have a short value, as text.
    pub fn short_columns(&self) -> impl Iterator<Item = (&str, String)> {
        self.columns.iter().filter_map(|(name, value)| {
            let text = match value {
                Value::String(text) if !text.is_empty() => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                _ => return None,
            };
            Some((name.as_str(), text))
        })
    }

    /// Returns all columns as a JSON object.
    pub fn object(&self) -> Value {
        Value::Object(self.columns.iter().cloned().collect::<Map<_, _>>())
    }
}

fn value(row: &Row, index: usize, kind: &Type) -> Result<Value, Error> {
    fn get<'a, T: FromSql<'a> + Into<Value>>(row: &'a Row, index: usize) -> Result<Value, Error> {
        Ok(row.try_get::<_, Option<T>>(index)?.map_or(Value::Null, Into::into))
    }
    Ok(match *kind {
        Type::BOOL => get::<bool>(row, index)?,
        Type::INT4 => get::<i32>(row, index)?,
        Type::INT8 => get::<i64>(row, index)?,
        Type::UUID => row.try_get::<_, Option<Uuid>>(index)?.map(|id| id.to_string()).into(),
        Type::TIMESTAMPTZ => row.try_get::<_, Option<Timestamp>>(index)?.map(iso).into(),
        Type::JSONB => row.try_get::<_, Option<Value>>(index)?.unwrap_or_default(),
        Type::TEXT_ARRAY => get::<Vec<String>>(row, index)?,
        _ => get::<String>(row, index)?,
    })
}
