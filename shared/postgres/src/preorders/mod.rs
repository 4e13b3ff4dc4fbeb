//! The store of preorders.

pub(crate) mod payments;
pub(crate) mod row;

use pledge_domain::{
    Timestamp,
    account::Claims,
    ids::PreorderId,
    limits::TooMany,
    ports::{CheckoutSaved, LimitedError, NewPreorder, PreorderStore, StoreError},
    preorder::{Preorder, checkout::OpenSession},
};
use tokio_postgres::Row;

use crate::{
    Database, claims,
    columns::Columns,
    error::Failure,
    lease::Lease,
    limits,
    statement::{Statement, sql},
};
use row::PreorderRow;

impl PreorderStore for Database {
    async fn initiate(&self, new: &NewPreorder) -> Result<Preorder, LimitedError> {
        Ok(self.run(|lease| initiate(lease, new)).await??)
    }

    async fn forget_uses(&self, now: Timestamp) -> Result<(), StoreError> {
        self.run(|lease| async move { lease.query(Statement::new(sql!("forget_uses")).time(now)).await.map(drop) })
            .await
    }

    async fn find(&self, id: PreorderId) -> Result<Option<Preorder>, StoreError> {
        self.run(|lease| async move { lease.query(by_id(id)).await?.first().map(row::read).transpose() }).await
    }

    async fn save_checkout(
        &self,
        id: PreorderId,
        attempt: i32,
        session: Option<&OpenSession>,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<CheckoutSaved, StoreError> {
        self.run(|lease| save_checkout(lease, id, attempt, session, claims, now)).await
    }

    async fn without_owner(&self, last: Option<&Preorder>, limit: i64) -> Result<Vec<Preorder>, StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("preorder", "preorders_without_owner")).bigint(limit);
            let (created_at, id) = (last.map(|last| last.created_at), last.map(|last| last.id.as_uuid()));
            let rows = lease.query(statement.time(created_at).uuid(id)).await?;
            rows.iter().map(row::read).collect()
        })
        .await
    }

    async fn claim(&self, claims: &Claims, now: Timestamp) -> Result<u64, StoreError> {
        self.run(|lease| claim(lease, claims, now)).await
    }

    async fn stuck(&self, before: Timestamp) -> Result<i64, StoreError> {
        self.run(|lease| async move {
            let rows = lease.query(Statement::new(sql!("stuck_preorders")).time(before)).await?;
            Columns(rows.first().ok_or(Failure::Missing("count"))?).get("stuck")
        })
        .await
    }
}

/// Stores the preorder without an owner unless it exists, carries out the claims, and returns the preorder as it is stored
/// afterwards. Returns the refusal in the inner `Err` if a limit is used up.
async fn initiate(lease: Lease, new: &NewPreorder) -> Result<Result<Preorder, TooMany>, Failure> {
    let started = &new.started;
    let insert = Statement::new(sql!("initiate_preorder"))
        .row(PreorderRow::from(&new.preorder))
        .uuid(started.id.as_uuid())
        .text(started.key.as_str())
        .text(started.kind.name())
        .json(&started.payload)
        .uuid(new.preorder.id.as_uuid());
    let insert = limits::parameters(insert, &new.uses).time(new.preorder.created_at);
    let mut statements = vec![insert];
    statements.extend(claims::statements(&new.claims, new.preorder.created_at));
    statements.push(by_id(new.preorder.id));
    let mut answers = lease.transaction(statements).await?;
    match limits::refused(answers.first().map(Vec::as_slice).unwrap_or_default(), &new.uses)? {
        Some(refusal) => Ok(Err(refusal)),
        None => only(answers.pop()).map(Ok),
    }
}

async fn save_checkout(
    lease: Lease,
    id: PreorderId,
    attempt: i32,
    session: Option<&OpenSession>,
    claims: &Claims,
    now: Timestamp,
) -> Result<CheckoutSaved, Failure> {
    let mut statements = Vec::from_iter(claims::statements(claims, now));
    statements.push(
        Statement::new(sql!("save_checkout"))
            .uuid(id.as_uuid())
            .int(attempt)
            .text(session.map(|session| session.id.as_str()))
            .text(session.map(|session| session.url.as_str()))
            .time(session.map(|session| session.expires_at))
            .time(now),
    );
    statements.push(by_id(id));
    let mut rows = lease.transaction(statements).await?;
    let current = only(rows.pop())?;
    let saved = rows.pop().is_some_and(|saved| !saved.is_empty());
    Ok(if saved { CheckoutSaved::Saved } else { CheckoutSaved::LostRace(Box::new(current)) })
}

async fn claim(lease: Lease, claims: &Claims, now: Timestamp) -> Result<u64, Failure> {
    let given = lease.transaction(claims::statements(claims, now).collect()).await?.pop().unwrap_or_default();
    Ok(given.len() as u64)
}

fn by_id(id: PreorderId) -> Statement<'static> {
    Statement::new(sql!("preorder", "preorder_by_id")).uuid(id.as_uuid())
}

fn only(rows: Option<Vec<Row>>) -> Result<Preorder, Failure> {
    row::read(rows.unwrap_or_default().first().ok_or(Failure::Missing("preorder"))?)
}
