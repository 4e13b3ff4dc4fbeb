//! `ops person`: writes everything about a person, or forgets it.

mod erase;
mod erasure;
mod export;

use pledge_postgres::Database;

pub use self::{erase::erase, export::export};
use crate::{console::Failure, lookup::Subject, tables::Tables};

/// Finds a person by an e-mail address or a uid.
///
/// # Errors
/// If nothing is known of the person.
async fn find(database: &Database, who: &str) -> Result<Subject, Failure> {
    let mut tables = Tables::open(database).await?;
    let subject = Subject::find(tables.client(), who.trim()).await?;
    let is_asked_for_a_person = who.contains('@') || !subject.people.is_empty();
    if !is_asked_for_a_person {
        return Err(format!(
            "{who} is no person's: give an e-mail address or a uid; `ops show {who}` says whose it is"
        )
        .into());
    }
    if subject.people.is_empty() && subject.preorders.is_empty() {
        return Err("nothing is known of this person: give an e-mail address or a uid".into());
    }
    Ok(subject)
}
