//! From the outbox to Klaviyo.

use std::{future::Future, time::Duration};

use crate::{
    Timestamp,
    ids::OutboxId,
    outbox::{Announcement, ProfilePart},
    ports::{Cause, StoreError},
};

/// The queue between the writers of the outbox and the sender.
pub trait Publisher: Send + Sync {
    /// Tells the sender which rows to send. A failure loses nothing: the sweep finds the rows.
    fn publish(&self, ids: &[OutboxId]) -> impl Future<Output = Result<(), PublishError>> + Send;
}

/// The queue didn't take it.
#[derive(Debug, thiserror::Error)]
#[error("the queue did not take the message")]
pub struct PublishError(#[source] pub Cause);

/// A row that isn't sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentEntry {
    /// What it says.
    pub entry: Announcement,
    /// How often sending it has failed.
    pub attempts: i32,
    /// Whether its buyer has a paid preorder, for kinds that say so.
    pub has_paid_preorder: Option<bool>,
    /// What is known of consent to marketing for its address; none if nothing is, or if nobody proved it.
    pub marketing_consent: Option<bool>,
    /// Before when Klaviyo takes no events, the same for every row: the latest that any sender was told; none if that is over.
    pub paused_until: Option<Timestamp>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Klaviyo has it.
    Sent,
    /// Klaviyo will never take it: it waits for a person and isn't tried again.
    Parked {
        /// What Klaviyo said, without personal data.
        reason: String,
    },
    /// Klaviyo says when it takes events again; nobody sends any before.
    Delayed {
        /// What Klaviyo said, without personal data.
        reason: String,
        /// When to go on.
        until: Timestamp,
    },
    /// Klaviyo couldn't take it now; the queue or the sweep tries again.
    Failed {
        /// What went wrong, without personal data.
        reason: String,
    },
}

/// The outbox, read from its other end.
pub trait OutboxStore: Send + Sync {
    /// Returns those of the rows that are to be sent: neither sent nor parked nor superseded. Those that don't hold any
    /// more ([`AnnouncementKind::perishes`](crate::outbox::AnnouncementKind::perishes)) are superseded from `now` on
    /// instead.
    fn unsent(
        &self,
        ids: &[OutboxId],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<UnsentEntry>, StoreError>> + Send;

    /// Stores what became of rows, in one statement. A sent row stays sent whatever comes later; but one that
    /// says which consent counts for an address is unsent again if an older one turns out to have been sent after it. A sent
    /// `preorder_success` also sets `preorders.klaviyo_event_sent_at`.
    fn settle(
        &self,
        deliveries: &[(OutboxId, Delivery)],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Takes up to `limit` rows, oldest first, that wait to be sent and were last queued (or made) before
    /// `before`, and marks them as queued at `now`, so that the next sweep leaves them alone for a while.
    fn take_overdue(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<OutboxId>, StoreError>> + Send;

    /// Returns how many rows wait to be sent and when the oldest was made; how many are parked.
    fn backlog(&self) -> impl Future<Output = Result<Backlog, StoreError>> + Send;
}

/// What waits in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Rows that are neither sent nor parked nor superseded.
    pub waiting: i64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
    /// Rows that wait for a person.
    pub parked: i64,
}

/// Klaviyo.
pub trait Marketing: Send + Sync {
    /// Sends one event. The entry's id is its `unique_id`: a repeat counts once.
    fn send(&self, entry: &Announcement) -> impl Future<Output = Result<(), MarketingError>> + Send;
}

/// Why Klaviyo didn't take an event. The reasons carry no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketingError {
    /// 429, 5xx, 408, a time-out, no connection, or a key that Klaviyo doesn't take (401, 403), which says nothing of
    /// the event: try again.
    #[error("Klaviyo cannot take the event now: {reason}")]
    Retryable {
        /// What happened.
        reason: String,
        /// What `Retry-After` said.
        retry_after: Option<Duration>,
    },
    /// Klaviyo takes the event, but not for a profile with this part: send it again without it.
    #[error("Klaviyo refused the profile: {reason}")]
    ProfileRefused {
        /// What Klaviyo said.
        reason: String,
        /// What to leave out.
        part: ProfilePart,
    },
    /// Any other 4xx: the same event fails again.
    #[error("Klaviyo refused the event: {reason}")]
    Permanent {
        /// What Klaviyo said.
        reason: String,
    },
}
