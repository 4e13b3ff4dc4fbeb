//! The query for the readers and novels to which an event without our metadata leads.

use pledge_domain::{
    decide::Candidates,
    ids::{CustomerId, NovelId, UserId},
    stripe::Hints,
};
use tokio_postgres::Row;

use crate::{
    columns::Columns,
    error::Failure,
    statement::{Statement, sql},
};

/// Returns the statement that finds the readers with a customer and the novels with one of the prices.
pub(crate) fn ask(hints: &Hints) -> Statement<'_> {
    Statement::new(sql!("candidates"))
        .text(hints.customer.as_ref().map(CustomerId::as_str))
        .texts(hints.prices.iter().map(|price| price.as_str().to_owned()).collect::<Vec<_>>())
}

/// Reads the rows of the statement.
pub(crate) fn read(rows: &[Row]) -> Result<Candidates, Failure> {
    let mut candidates = Candidates::default();
    for row in rows {
        let columns = Columns(row);
        let user: Option<String> = columns.get("user_id")?;
        let novel: Option<i64> = columns.get("novel_id")?;
        if let Some(user) = user {
            candidates.readers.push(UserId::parse(user).map_err(|_| Failure::Corrupt("user_id"))?);
        }
        if let Some(novel) = novel {
            candidates.novels.push(NovelId::new(novel).map_err(|_| Failure::Corrupt("novel_id"))?);
        }
    }
    Ok(candidates)
}
