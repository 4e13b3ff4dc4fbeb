//! Everything that is stored about the things to which an id, a number or an address leads.

mod kinds;
mod record;
mod section;
mod subject;

use pledge_domain::Timestamp;
use pledge_postgres::Database;

pub use self::{
    record::Record,
    section::{SECTIONS, Section},
    subject::Subject,
};
use crate::{
    console::{Failure, note, words::iso},
    tables::{Tables, sql},
};

/// Everything that is stored about what was asked for.
#[derive(Debug)]
pub struct Found {
    /// The rows of each section that has any, oldest first.
    pub sections: Vec<(Section, Vec<Record>)>,
}

impl Found {
    /// Returns every row.
    pub fn records(&self) -> impl Iterator<Item = (Section, &Record)> {
        self.sections.iter().flat_map(|(section, records)| records.iter().map(|record| (*section, record)))
    }
}

/// Looks up what an id, a number or an address leads to.
///
/// # Errors
/// If nothing is known of the text. The error says what kinds of things can be looked up.
pub async fn find(database: &Database, what: &str) -> Result<Found, Failure> {
    let mut tables = Tables::open(database).await?;
    let client = tables.client();
    let subject = Subject::find(client, what.trim()).await?;
    let mut sections = Vec::new();
    for section in SECTIONS {
        let records = section.read(client, &subject).await?;
        if !records.is_empty() {
            sections.push((section, records));
        }
    }
    if sections.is_empty() {
        return Err(format!("nothing is known of {what}: {}", kinds::hint(what)).into());
    }
    let found = Found { sections };
    let kept_since: Option<Timestamp> =
        client.query_opt(sql!("keys_kept_since"), &[]).await?.map(|row| row.try_get(0)).transpose()?;
    let is_older = |since: Timestamp| found.records().any(|(_, record)| record.at().is_some_and(|at| at < &iso(since)));
    if let Some(since) = kept_since.filter(|since| is_older(*since)) {
        let since = iso(since);
        note(format_args!(
            "Events recorded before {since} don't say what they are about: show one by its own id (evt_…)."
        ));
    }
    Ok(found)
}
