//! Statements that only operators need, beside the ports of the use cases.

use pledge_domain::{
    Timestamp,
    champion::ChampionKey,
    ids::{EventId, NovelId, OutboxId, UserId},
};
use pledge_postgres::{Connection, Database};
use serde_json::Value;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use crate::{arguments::OutboxState, console::Failure};

/// Includes the SQL of a file in `queries/`, or of several files that continue one another.
macro_rules! sql {
    ($($name:literal),+) => {
        concat!($(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/", $name, ".sql"))),+)
    };
}
pub(crate) use sql;

/// A connection for the operator's own statements.
pub struct Tables(Connection);

/// An event as it was recorded.
#[derive(Debug)]
pub struct RecordedEvent {
    pub id: String,
    pub kind: String,
    pub created: Timestamp,
    pub outcome: String,
    pub reason: Option<String>,
    /// The ids that the event is about: preorder, payment, subscription, and so on.
    pub keys: Vec<String>,
    /// The reader whom the event is about, as far as that is known.
    pub reader: Option<String>,
}

/// A row of the outbox.
#[derive(Debug)]
pub struct OutboxRow {
    pub id: OutboxId,
    pub key: String,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub parked_at: Option<Timestamp>,
    pub superseded_at: Option<Timestamp>,
    pub attempts: i32,
    pub last_error: Option<String>,
}

impl Tables {
    /// Opens a connection.
    pub async fn open(database: &Database) -> Result<Self, Failure> {
        Ok(Self(database.connection().await?))
    }

    /// Returns the connection, for statements that only one command has.
    pub fn client(&mut self) -> &mut Connection {
        &mut self.0
    }

    /// Returns parked events, oldest first.
    pub async fn parked_events(&self, limit: i64) -> Result<Vec<RecordedEvent>, Error> {
        let rows = self.0.query(sql!("event", "parked_events"), &[&limit]).await?;
        rows.iter().map(RecordedEvent::read).collect()
    }

    /// Returns a recorded event; none if it wasn't recorded.
    pub async fn recorded_event(&self, id: &EventId) -> Result<Option<RecordedEvent>, Error> {
        self.0
            .query_opt(sql!("event", "recorded_event"), &[&id.as_str()])
            .await?
            .as_ref()
            .map(RecordedEvent::read)
            .transpose()
    }

    /// Returns the key of a reader and a novel. Fails if either isn't stored.
    pub async fn champion(&self, user: UserId, novel: NovelId) -> Result<ChampionKey, Failure> {
        let row = self.0.query_one(sql!("champion_exists"), &[&user.as_str(), &novel.get()]).await?;
        match (row.try_get("reader")?, row.try_get("novel")?) {
            (true, true) => Ok(ChampionKey { user, novel }),
            (false, _) => Err("there is no such reader".into()),
            (true, false) => Err(format!("novel {novel} has no tiers: ops tiers open {novel}").into()),
        }
    }

    /// Marks a parked event as ignored for a reason.
    pub async fn dismiss(&self, id: &EventId, reason: &str) -> Result<(), Error> {
        self.0.execute(sql!("dismiss_event"), &[&id.as_str(), &reason]).await.map(drop)
    }

    /// Returns rows that aren't sent, oldest first.
    pub async fn unsent(&self, state: OutboxState, limit: i64) -> Result<Vec<OutboxRow>, Error> {
        let parked = match state {
            OutboxState::Parked => Some(true),
            OutboxState::Waiting => Some(false),
            OutboxState::All => None,
        };
        let rows = self.0.query(sql!("unsent_outbox"), &[&parked, &limit]).await?;
        rows.iter().map(OutboxRow::read).collect()
    }

    /// Returns these rows of the outbox, sent ones included.
    pub async fn outbox(&self, ids: &[OutboxId]) -> Result<Vec<OutboxRow>, Error> {
        let rows = self.0.query(sql!("outbox_by_id"), &[&uuids(ids)]).await?;
        rows.iter().map(OutboxRow::read).collect()
    }

    /// Returns the payload of a row, if the row is still to be sent.
    pub async fn unsent_payload(&self, id: OutboxId) -> Result<Option<Value>, Error> {
        let row = self.0.query_opt(sql!("unsent_payload"), &[&id.as_uuid()]).await?;
        row.map(|row| row.try_get("payload")).transpose()
    }

    /// Replaces the payload of a row that isn't sent, and marks the row as not parked and as queued at `now`. Returns
    /// false, and changes nothing, if the payload isn't `from` any more or the row is sent or superseded.
    pub async fn edit(&self, id: OutboxId, from: &Value, to: &Value, now: Timestamp) -> Result<bool, Error> {
        let row = self.0.query_opt(sql!("edit_outbox"), &[&id.as_uuid(), &from, &to, &now]).await?;
        Ok(row.is_some())
    }

    /// Marks those of the rows that are neither sent nor superseded as not parked and as queued at `now`, and returns their
    /// ids.
    pub async fn requeue(&self, ids: &[OutboxId], now: Timestamp) -> Result<Vec<OutboxId>, Error> {
        let rows = self.0.query(sql!("requeue_outbox"), &[&uuids(ids), &now]).await?;
        rows.iter().map(|row| row.try_get("id").map(OutboxId::from_uuid)).collect()
    }
}

fn uuids(ids: &[OutboxId]) -> Vec<Uuid> {
    ids.iter().map(OutboxId::as_uuid).collect()
}

impl RecordedEvent {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("type")?,
            created: row.try_get("created")?,
            outcome: row.try_get("outcome")?,
            reason: row.try_get("reason")?,
            keys: row.try_get("keys")?,
            reader: row.try_get("reader")?,
        })
    }
}

impl OutboxRow {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.try_get("id").map(OutboxId::from_uuid)?,
            key: row.try_get("key")?,
            created_at: row.try_get("created_at")?,
            sent_at: row.try_get("sent_at")?,
            parked_at: row.try_get("parked_at")?,
            superseded_at: row.try_get("superseded_at")?,
            attempts: row.try_get("attempts")?,
            last_error: row.try_get("last_error")?,
        })
    }

    /// Returns `sent`, `superseded`, `parked` or `waiting`.
    pub fn state(&self) -> &'static str {
        match (self.sent_at, self.superseded_at, self.parked_at) {
            (Some(_), ..) => "sent",
            (None, Some(_), _) => "superseded",
            (None, None, Some(_)) => "parked",
            (None, None, None) => "waiting",
        }
    }
}
