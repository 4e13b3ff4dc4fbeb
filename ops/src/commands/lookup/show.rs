//! `ops show`: the rows of each table, one below the other.

use serde_json::{Map, Value};

use super::headline::headline;
use crate::{
    arguments::Wanted,
    console::{
        Done, Failure, heading, line,
        words::{WIDTH, wrap_parts},
    },
    lookup,
    tools::Tools,
};

/// Columns that the headline of a row contains already.
const SAID_BY_HEADLINE: [&str; 3] = ["created_at", "created", "start_at"];

/// Shows everything about what is wanted.
pub async fn show(tools: &Tools, wanted: &Wanted) -> Result<Done, Failure> {
    let found = lookup::find(&tools.database()?, &wanted.what).await?;
    if wanted.json {
        let section = |(section, records): &(lookup::Section, Vec<lookup::Record>)| {
            (section.name().to_owned(), records.iter().map(lookup::Record::object).collect::<Value>())
        };
        line(serde_json::to_string_pretty(&found.sections.iter().map(section).collect::<Map<_, _>>())?)?;
        return Ok(Done::All);
    }
    for (number, (section, records)) in found.sections.iter().enumerate() {
        if number > 0 {
            line("")?;
        }
        heading(format_args!("{} ({})", section.heading(), records.len()))?;
        for record in records {
            line(format_args!("  {}", headline(*section, record)))?;
            let parts = record.short_columns().filter(|(name, _)| !SAID_BY_HEADLINE.contains(name));
            let parts: Vec<_> = parts.map(|(name, value)| format!("{name} {value}")).collect();
            for text in wrap_parts(&parts, WIDTH - 6) {
                line(format_args!("      {text}"))?;
            }
        }
    }
    Ok(Done::All)
}
