//! `ops users import`: stores people from Firebase or from another system.

use std::path::Path;

use pledge_domain::{Timestamp, email::Email};
use tokio_postgres::Client;

use super::file::{People, Person, read};
use crate::{
    console::{Done, Failure, Progress, dry_run, line, note},
    tables::{Tables, sql},
    tools::Tools,
};

/// The number of people that are written in one transaction.
const BATCH: usize = 500;

/// Reads the file and writes its people.
pub async fn run(tools: &Tools, file: &Path, apply: bool) -> Result<Done, Failure> {
    let People { people, refused } = read(file)?;
    for refused in &refused {
        line(refused)?;
    }
    let mut tables = Tables::open(&tools.database()?).await?;
    let mut new = 0;
    let mut progress = Progress::new("people", people.len());
    for batch in people.chunks(BATCH) {
        new += if apply {
            write(tables.client(), batch, tools.now()).await?
        } else {
            batch.len() - known(tables.client(), batch).await?
        };
        progress.advance(batch.len());
    }
    drop(progress);
    let known = people.len() - new;
    if apply {
        note(format_args!("{new} were added, {known} were there and got what was missing"));
    } else {
        dry_run(format_args!("{new} would be added, {known} are there and would get what is missing"));
    }
    Ok(if refused.is_empty() { Done::All } else { Done::SomethingLeft })
}

async fn known(client: &Client, people: &[Person]) -> Result<usize, tokio_postgres::Error> {
    Ok(client.query(sql!("known_users"), &[&column(people, |person| person.id.as_str())]).await?.len())
}

/// Writes people and returns how many are new.
async fn write(client: &mut Client, people: &[Person], now: Timestamp) -> Result<usize, tokio_postgres::Error> {
    let proven: Vec<_> = people.iter().filter(|person| person.email_verified).cloned().collect();
    let transaction = client.transaction().await?;
    let released = (column(&proven, |person| person.id.as_str()), column(&proven, address));
    transaction.execute(sql!("release_imported_emails"), &[&released.0, &released.1, &now]).await?;
    let rows = transaction
        .query(
            sql!("import_users"),
            &[
                &column(people, |person| person.id.as_str()),
                &column(people, address),
                &column(people, |person| person.email_verified),
                &column(people, |person| person.display_name.as_deref()),
                &column(people, |person| person.photo_url.as_deref()),
                &column(people, |person| person.phone.as_deref()),
                &column(people, |person| person.marketing_consent),
                &column(people, |person| person.last_login_at),
                &column(people, |person| person.created_at),
                &now,
            ],
        )
        .await?;
    transaction.commit().await?;
    let new = rows.iter().map(|row| row.try_get::<_, bool>("is_new")).collect::<Result<Vec<_>, _>>()?;
    Ok(new.into_iter().filter(|new| *new).count())
}

fn column<'a, T>(people: &'a [Person], value: impl Fn(&'a Person) -> T) -> Vec<T> {
    people.iter().map(value).collect()
}

fn address(person: &Person) -> Option<&str> {
    person.email.as_ref().map(Email::as_str)
}
