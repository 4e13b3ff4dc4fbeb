//! Counting the uses of limits, within the transaction of a request.

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

/// Returns the statements of a transaction with the one that counts a request's uses before them, if there are any.
pub(crate) fn before<'a>(
    uses: &'a Uses,
    now: Timestamp,
    others: impl IntoIterator<Item = Statement<'a>>,
) -> Vec<Statement<'a>> {
    let take = (*uses != Uses::default()).then(|| parameters(Statement::new(sql!("take_uses")), uses).time(now));
    take.into_iter().chain(others).collect()
}

/// Returns the rows of the statements that were given to [`before`] as `others`. Returns the refusal in the inner `Err` if
/// a limit is used up.
pub(crate) fn after(uses: &Uses, mut answers: Vec<Vec<Row>>) -> Result<Result<Vec<Vec<Row>>, TooMany>, Failure> {
    if *uses == Uses::default() {
        return Ok(Ok(answers));
    }
    let others = answers.split_off(1);
    let refusal = refused(answers.first().map(Vec::as_slice).unwrap_or_default(), uses)?;
    Ok(refusal.map_or(Ok(others), Err))
}

/// Adds the parameters of both uses to a statement: the key for which each is counted, and its limit in an hour.
pub(crate) fn parameters<'a>(statement: Statement<'a>, uses: &'a Uses) -> Statement<'a> {
    uses.both().into_iter().fold(statement, |statement, counted| {
        let count = counted.map(|counted| i32::from(counted.limit().count()));
        statement.text(counted.map(|counted| counted.key())).int(count)
    })
}

/// Returns the refusal, if the rows of the counting statement say that the limit of one of the two uses is used up.
pub(crate) fn refused(rows: &[Row], uses: &Uses) -> Result<Option<TooMany>, Failure> {
    let Some(row) = rows.first() else { return Ok(None) };
    let [first, second] = uses.both();
    let counted = if Columns(row).get::<i32>("none_left")? == 1 { first } else { second };
    counted.map(|counted| Some(counted.too_many())).ok_or(Failure::Missing("limit"))
}
