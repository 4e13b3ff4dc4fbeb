//! The outbox, as the sender and the sweep use it.

use pledge_domain::{
    Timestamp,
    ids::OutboxId,
    outbox::{Announcement, AnnouncementKind, Payload, Perishes},
    ports::{Backlog, Delivery, OutboxStore, StoreError, UnsentEntry},
};
use tokio_postgres::{Row, types::Json};

use crate::{
    Database,
    columns::Columns,
    error::Failure,
    statement::{Statement, sql},
};

impl OutboxStore for Database {
    async fn unsent(&self, ids: &[OutboxId], now: Timestamp) -> Result<Vec<UnsentEntry>, StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("unsent_outbox"))
                .uuids(ids.iter().map(OutboxId::as_uuid).collect())
                .texts(kinds(|kind| kind.perishes() == Some(Perishes::WithItsPayment)))
                .texts(kinds(|kind| kind.perishes() == Some(Perishes::WithItsPreorder)))
                .texts(kinds(AnnouncementKind::says_whether_paid))
                .time(now)
                .texts(kinds(AnnouncementKind::is_consent));
            let rows = lease.query(statement).await?;
            rows.iter().map(unsent).collect()
        })
        .await
    }

    async fn settle(&self, deliveries: &[(OutboxId, Delivery)], now: Timestamp) -> Result<(), StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("settle_outbox"))
                .uuids(deliveries.iter().map(|(id, _)| id.as_uuid()).collect())
                .texts(deliveries.iter().map(|(_, delivery)| outcome(delivery)).collect())
                .texts(deliveries.iter().map(|(_, delivery)| reason(delivery)).collect())
                .time(now)
                .time(deliveries.iter().filter_map(|(_, delivery)| not_before(delivery)).max());
            lease.query(statement).await.map(drop)
        })
        .await
    }

    async fn take_overdue(&self, before: Timestamp, now: Timestamp, limit: i64) -> Result<Vec<OutboxId>, StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("take_overdue_outbox")).time(before).time(now).bigint(limit);
            let rows = lease.query(statement).await?;
            rows.iter().map(|row| Columns(row).get("id").map(OutboxId::from_uuid)).collect()
        })
        .await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.run(|lease| async move {
            let rows = lease.query(Statement::new(sql!("outbox_backlog"))).await?;
            let columns = Columns(rows.first().ok_or(Failure::Missing("count"))?);
            Ok(Backlog {
                waiting: columns.get("waiting")?,
                oldest: columns.get("oldest")?,
                parked: columns.get("parked")?,
            })
        })
        .await
    }
}

/// Returns the names of the kinds of announcements for which `fits` is true.
fn kinds(fits: impl Fn(AnnouncementKind) -> bool) -> Vec<&'static str> {
    AnnouncementKind::ALL.into_iter().filter(|kind| fits(*kind)).map(AnnouncementKind::name).collect()
}

fn unsent(row: &Row) -> Result<UnsentEntry, Failure> {
    let columns = Columns(row);
    let Json(payload): Json<Payload> = columns.get("payload")?;
    let entry = Announcement {
        id: OutboxId::from_uuid(columns.get("id")?),
        key: columns.get("key")?,
        kind: columns.parse("metric", AnnouncementKind::parse)?,
        payload,
    };
    Ok(UnsentEntry {
        entry,
        attempts: columns.get("attempts")?,
        has_paid_preorder: columns.get("has_paid_preorder")?,
        paused_until: columns.get("paused_until")?,
        marketing_consent: columns.get("marketing_consent")?,
    })
}

/// Returns the name of a delivery's result in `settle_outbox.sql`.
fn outcome(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Sent => "sent",
        Delivery::Parked { .. } => "parked",
        Delivery::Delayed { .. } | Delivery::Failed { .. } => "failed",
    }
}

/// Returns the end of the pause in which no sender may send anything, if Klaviyo asked for one.
fn not_before(delivery: &Delivery) -> Option<Timestamp> {
    match delivery {
        Delivery::Delayed { until, .. } => Some(*until),
        Delivery::Sent | Delivery::Parked { .. } | Delivery::Failed { .. } => None,
    }
}

fn reason(delivery: &Delivery) -> Option<&str> {
    match delivery {
        Delivery::Sent => None,
        Delivery::Parked { reason } | Delivery::Delayed { reason, .. } | Delivery::Failed { reason } => Some(reason),
    }
}
