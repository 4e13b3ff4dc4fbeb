//! What requests use up of their limits, as a part of a statement.

use pledge_domain::{
    Timestamp,
    limits::{TooMany, Uses},
};
use tokio_postgres::Row;

use crate::{
    columns::Columns,
    error::Failure,
    statement::{Statement, sql},
};

/// Puts the statement that uses what a request uses before the others of its transaction, if there is a limit.
pub(crate) fn before<'a>(
    uses: &'a Uses,
    now: Timestamp,
    others: impl IntoIterator<Item = Statement<'a>>,
) -> Vec<Statement<'a>> {
    let take = (*uses != Uses::default()).then(|| parameters(Statement::new(sql!("take_uses")), uses).time(now));
    take.into_iter().chain(others).collect()
}

/// Returns the answers of the others of [`before`], or the refusal.
pub(crate) fn after(uses: &Uses, mut answers: Vec<Vec<Row>>) -> Result<Result<Vec<Vec<Row>>, TooMany>, Failure> {
    if *uses == Uses::default() {
        return Ok(Ok(answers));
    }
    let others = answers.split_off(1);
    let refusal = refused(answers.first().map(Vec::as_slice).unwrap_or_default(), uses)?;
    Ok(refusal.map_or(Ok(others), Err))
}

/// Adds whom each of the two is counted for, and how many there may be in an hour.
pub(crate) fn parameters<'a>(statement: Statement<'a>, uses: &'a Uses) -> Statement<'a> {
    uses.both().into_iter().fold(statement, |statement, counted| {
        let count = counted.map(|counted| i32::from(counted.limit().count()));
        statement.text(counted.map(|counted| counted.key())).int(count)
    })
}

/// Returns the refusal, if the statement's answer says that none is left of one of the two.
pub(crate) fn refused(rows: &[Row], uses: &Uses) -> Result<Option<TooMany>, Failure> {
    let Some(row) = rows.first() else { return Ok(None) };
    let [first, second] = uses.both();
    let counted = if Columns(row).get::<i32>("none_left")? == 1 { first } else { second };
    counted.map(|counted| Some(counted.too_many())).ok_or(Failure::Missing("limit"))
}
