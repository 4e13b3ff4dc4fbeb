//! `ops explain`: the rows that `ops show` shows, in the order of time, from the form to Klaviyo.

use serde_json::{Value, json};

use super::chronology::{Entry, entries};
use crate::{
    arguments::Wanted,
    console::{
        Done, Failure, line, line_in_red, note,
        words::{WIDTH, iso, wrap},
    },
    lookup,
    tools::Tools,
};

/// The widths of the columns for the time and the place, each with the gap after it.
const COLUMNS: [usize; 2] = [22, 10];

/// Prints what happened, in the order of time.
pub async fn explain(tools: &Tools, wanted: &Wanted) -> Result<Done, Failure> {
    let found = lookup::find(&tools.database()?, &wanted.what).await?;
    let now = iso(tools.now());
    let mut told: Vec<_> = found.records().flat_map(|(section, record)| entries(section, record, &now)).collect();
    // Moments without a time stand first. Moments of one second stay in the order of their tables.
    told.sort_by(|one, other| one.at.cmp(&other.at));
    if wanted.json {
        let all: Value = told.iter().map(object).collect();
        line(serde_json::to_string_pretty(&all)?)?;
        return Ok(Done::All);
    }
    let [time, lane] = COLUMNS;
    for entry in &told {
        let at = entry.at.as_deref().unwrap_or_default();
        let start = format!("{at:<time$}{:<lane$}", entry.lane);
        for (number, part) in wrap(&entry.says, WIDTH - time - lane).iter().enumerate() {
            let lead = if number == 0 { start.clone() } else { " ".repeat(time + lane) };
            let text = format!("{lead}{part}");
            if entry.is_trouble { line_in_red(text)? } else { line(text)? }
        }
    }
    if told.iter().any(|entry| entry.at.as_ref().is_some_and(|at| *at > now)) {
        note(format_args!("What stands after {now} is what is to come."));
    }
    Ok(Done::All)
}

fn object(entry: &Entry<'_>) -> Value {
    json!({ "at": entry.at, "where": entry.lane, "says": entry.says, "row": entry.record.object() })
}
