//! The store of the catch-up's watermark.

use pledge_domain::{
    Timestamp,
    ids::EventId,
    ports::{CatchUpStore, StoreError, Watermark},
};

use tokio_postgres::Row;

use crate::{
    Database,
    columns::Columns,
    error::Failure,
    statement::{Statement, sql},
};

impl CatchUpStore for Database {
    async fn watermark(&self) -> Result<Option<Watermark>, StoreError> {
        self.run(|lease| async {
            let rows = lease.query(Statement::new(sql!("catch_up_watermark"))).await?;
            rows.first().map(watermark).transpose()
        })
        .await
    }

    async fn advance_watermark(&self, to: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        self.run(|lease| async {
            lease.query(Statement::new(sql!("advance_watermark")).time(to).time(now)).await.map(drop)
        })
        .await
    }

    async fn unrecorded(&self, events: &[EventId]) -> Result<Vec<EventId>, StoreError> {
        self.run(|lease| async {
            let ids = events.iter().map(EventId::as_str).collect();
            let rows = lease.query(Statement::new(sql!("unrecorded_events")).texts(ids)).await?;
            rows.iter().map(|row| Columns(row).parse("id", |id| EventId::parse(id).ok())).collect()
        })
        .await
    }
}

fn watermark(row: &Row) -> Result<Watermark, Failure> {
    let columns = Columns(row);
    Ok(Watermark { at: columns.get("watermark")?, moved_at: columns.get("moved_at")? })
}
