//! The use of one connection for one call.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use deadpool_postgres::Object;
use tokio_postgres::{Client, Error, Row};

use crate::{
    error::Failure,
    statement::{Statement, sql},
};

/// A connection on loan. It goes back to the pool when a call ends well; otherwise it is closed, since nobody knows
/// what state it is in, and the server rolls back what was open.
pub(crate) struct Lease(Option<Object>);

/// A transaction that is open between round trips.
pub(crate) struct Transaction(Lease);

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'a>>;

impl Lease {
    pub fn new(connection: Object) -> Self {
        Self(Some(connection))
    }

    /// Returns whether the connection has served another call before, so that it may have died since.
    pub fn was_used_before(&self) -> bool {
        self.0.as_ref().is_some_and(|connection| Object::metrics(connection).recycle_count > 0)
    }

    /// Sends one statement that is a transaction of its own, and returns its rows.
    pub async fn query(self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        let rows = statement.run(self.client()?).await?;
        self.give_back();
        Ok(rows)
    }

    /// Sends a whole transaction in one round trip, and returns each statement's rows.
    pub async fn transaction(self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Failure> {
        let commit = Statement::new(sql!("commit"));
        let client = self.client()?;
        let mut rows =
            pipeline([begin(client)].into_iter().chain(answers(client, &statements)).chain([answer(client, &commit)]))
                .await?;
        rows.pop();
        rows.remove(0);
        self.give_back();
        Ok(rows)
    }

    /// Sends the first round trip of a transaction that has more than one, and returns each statement's rows.
    pub async fn begin(self, statements: Vec<Statement<'_>>) -> Result<(Transaction, Vec<Vec<Row>>), Failure> {
        let client = self.client()?;
        let mut rows = pipeline([begin(client)].into_iter().chain(answers(client, &statements))).await?;
        rows.remove(0);
        Ok((Transaction(self), rows))
    }

    fn client(&self) -> Result<&Client, Failure> {
        self.0.as_ref().map(|connection| -> &Client { connection }).ok_or(Failure::NoConnection)
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

impl Transaction {
    /// Sends a round trip in between, and returns each statement's rows.
    pub async fn query(&self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Failure> {
        pipeline(answers(self.0.client()?, &statements)).await
    }

    /// Sends the last round trip, which ends with `commit`, and returns each statement's rows.
    pub async fn commit(self, statements: Vec<Statement<'_>>) -> Result<Vec<Vec<Row>>, Failure> {
        let commit = Statement::new(sql!("commit"));
        let client = self.0.client()?;
        let mut rows = pipeline(answers(client, &statements).chain([answer(client, &commit)])).await?;
        rows.pop();
        self.0.give_back();
        Ok(rows)
    }

    /// Ends the transaction without effect.
    pub async fn rollback(self) -> Result<(), Failure> {
        self.0.client()?.batch_execute(sql!("rollback")).await?;
        self.0.give_back();
        Ok(())
    }
}

/// Sends statements without waiting for answers in between, then waits for all answers.
///
/// A statement is sent when it is first polled, and the first round polls all in their order. If one can't be sent, the
/// later ones, of which the last may be `commit`, aren't sent either. If the server refuses one, it refuses the rest of
/// the transaction too and answers `commit` with a rollback but without an error: so every answer is looked at, and the
/// first error is the cause.
async fn pipeline<'a>(answers: impl Iterator<Item = Answer<'a>>) -> Result<Vec<Vec<Row>>, Failure> {
    let mut answers: Vec<_> = answers.map(|answer| (answer, None)).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (answer, rows) in answers.iter_mut().filter(|(_, rows)| rows.is_none()) {
            match answer.as_mut().poll(context)? {
                Poll::Ready(answered) => *rows = Some(answered),
                Poll::Pending => waiting = true,
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(Ok::<_, Error>(())) }
    })
    .await?;
    Ok(answers.into_iter().filter_map(|(_, rows)| rows).collect())
}

fn answers<'a>(client: &'a Client, statements: &'a [Statement<'a>]) -> impl Iterator<Item = Answer<'a>> {
    statements.iter().map(|statement| answer(client, statement))
}

fn answer<'a>(client: &'a Client, statement: &'a Statement<'a>) -> Answer<'a> {
    Box::pin(statement.run(client))
}

fn begin(client: &Client) -> Answer<'_> {
    Box::pin(async { client.batch_execute(sql!("begin")).await.map(|()| Vec::new()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };
    use tokio_postgres::Config;

    #[tokio::test]
    async fn nothing_is_sent_after_what_cannot_be_sent() {
        let sent = AtomicUsize::new(0);
        let send = |n| -> Answer<'_> {
            let sent = &sent;
            Box::pin(async move {
                if n == 35 {
                    return Err("not a setting".parse::<Config>().unwrap_err());
                }
                sent.fetch_add(1, Ordering::Relaxed);
                pending().await
            })
        };
        assert!(pipeline((0..40).map(send)).await.is_err());
        assert_eq!(sent.load(Ordering::Relaxed), 35);
    }
}
