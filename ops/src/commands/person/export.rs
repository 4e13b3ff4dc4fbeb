//! `ops person export`: writes everything about a person as JSON.

use serde_json::{Map, Value, json};

use super::find;
use crate::{
    console::{Done, Failure, line, words::iso},
    lookup::{Record, SECTIONS},
    tables::Tables,
    tools::Tools,
};

/// Writes every row about somebody, with every column.
pub async fn export(tools: &Tools, who: &str) -> Result<Done, Failure> {
    let database = tools.database()?;
    let subject = find(&database, who).await?;
    let mut tables = Tables::open(&database).await?;
    let mut person =
        Map::from_iter([("asked_for".to_owned(), json!(who)), ("exported_at".to_owned(), json!(iso(tools.now())))]);
    for section in SECTIONS {
        let records = section.read(tables.client(), &subject).await?;
        person.insert(section.name().to_owned(), records.iter().map(Record::object).collect());
    }
    line(serde_json::to_string_pretty(&Value::Object(person))?)?;
    Ok(Done::All)
}
