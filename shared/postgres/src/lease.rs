//! The lease: the use of one connection for one call.

use deadpool_postgres::Object;
use tokio_postgres::{Client, Row};

use crate::{
    error::Failure,
    naming::{BEGIN_WITH_LIMITS, Naming, prepare},
    pipeline::{Answer, pipeline},
    statement::{Statement, sql},
};

/// A connection that is used for one call. It goes back to the pool if the call succeeds. Otherwise it is closed, since its
/// state isn't known, and the server rolls its transaction back.
pub(crate) struct Lease {
    connection: Option<Object>,
    naming: Naming,
}

/// A transaction that is open between round trips.
pub(crate) struct Transaction(Lease);

impl Lease {
    pub fn new(connection: Object, naming: Naming) -> Self {
        Self { connection: Some(connection), naming }
    }

    /// Returns whether the connection was used for another call before, so that it may have broken since.
    pub fn was_used_before(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| Object::metrics(connection).recycle_count > 0)
    }

    /// Sends one statement that is a transaction of its own, and returns its rows.
    pub async fn query(self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        let rows = self.send(vec![statement]).await?.pop().unwrap_or_default();
        self.give_back();
        Ok(rows)
    }

    /// Sends a whole transaction in one round trip, and returns each statement's rows.
    pub async fn transaction(self, mut statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Failure> {
        statements.insert(0, self.naming.begin());
        statements.push(commit());
        let mut rows = self.send(statements).await?;
        rows.pop();
        rows.remove(0);
        self.give_back();
        Ok(rows)
    }

    /// Sends the first round trip of a transaction that has more than one, and returns each statement's rows.
    pub async fn begin(self, mut statements: Vec<Statement<'_>>) -> Result<(Transaction, Vec<Vec<Row>>), Failure> {
        statements.insert(0, self.naming.begin());
        let mut rows = self.send(statements).await?;
        rows.remove(0);
        Ok((Transaction(self), rows))
    }

    /// Sends a whole transaction and the first round trip of another one after it, without waiting in between. Returns
    /// the open transaction, and each statement's rows of both. The first transaction is committed, and its locks are
    /// released, before the other begins.
    pub async fn transaction_and_begin(
        self,
        mut first: Vec<Statement<'_>>,
        next: Vec<Statement<'_>>,
    ) -> Result<(Transaction, Vec<Vec<Row>>, Vec<Vec<Row>>), Failure> {
        let own = first.len();
        first.insert(0, self.naming.begin());
        first.push(commit());
        first.push(self.naming.begin());
        first.extend(next);
        let mut rows = self.send(first).await?;
        let others = rows.split_off(own + 3);
        rows.truncate(own + 1);
        rows.remove(0);
        Ok((Transaction(self), rows, others))
    }

    /// Sends statements in one round trip, and returns each statement's rows. With named statements, those that this
    /// connection hasn't prepared take one round trip more.
    async fn send(&self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Failure> {
        let connection = self.connection()?;
        match self.naming {
            Naming::Unnamed => pipeline(statements.iter().map(|it| unnamed(connection, it))).await,
            Naming::Named => {
                // All statements are prepared before any is sent. Otherwise `commit`, which is prepared already, would be
                // sent before those that aren't, and each of these would be a transaction of its own.
                let prepared = prepare(connection, statements.iter().map(Statement::sql)).await?;
                pipeline(
                    statements
                        .iter()
                        .zip(&prepared)
                        .map(|(it, prepared)| -> Answer<'_, _> { Box::pin(it.run_prepared(connection, prepared)) }),
                )
                .await
            }
        }
    }

    fn connection(&self) -> Result<&Object, Failure> {
        self.connection.as_ref().ok_or(Failure::NoConnection)
    }

    fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

impl Transaction {
    /// Sends a round trip within the transaction, and returns each statement's rows.
    pub async fn query(&self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Failure> {
        self.0.send(statements).await
    }

    /// Sends the last round trip, which ends with `commit`, and returns each statement's rows.
    pub async fn commit(self, mut statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Failure> {
        statements.push(commit());
        let mut rows = self.0.send(statements).await?;
        rows.pop();
        self.0.give_back();
        Ok(rows)
    }

    /// Ends the transaction without effect.
    pub async fn rollback(self) -> Result<(), Failure> {
        self.0.connection()?.batch_execute(sql!("rollback")).await?;
        self.0.give_back();
        Ok(())
    }
}

fn commit() -> Statement<'static> {
    Statement::new(sql!("commit"))
}

fn unnamed<'a>(client: &'a Client, statement: &'a Statement<'a>) -> Answer<'a, Vec<Row>> {
    if statement.sql() == BEGIN_WITH_LIMITS {
        return Box::pin(async { client.batch_execute(BEGIN_WITH_LIMITS).await.map(|()| Vec::new()) });
    }
    Box::pin(statement.run_unnamed(client))
}
