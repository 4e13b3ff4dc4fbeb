//! The ports by which announcements go from the outbox to Klaviyo: queue, store and Klaviyo's API.

use std::{future::Future, time::Duration};

use crate::{
    Timestamp,
    ids::OutboxId,
    outbox::{Announcement, ProfilePart},
    ports::{Cause, StoreError},
};

/// The queue between the writers of the outbox and the sender.
pub trait Publisher: Send + Sync {
    /// Queues the ids of rows for the sender. A failure loses nothing, since the sweep finds the rows.
    fn publish(&self, ids: &[OutboxId]) -> impl Future<Output = Result<(), PublishError>> + Send;
}

/// The failure of the queue to take a message.
#[derive(Debug, thiserror::Error)]
#[error("the queue did not take the message")]
pub struct PublishError(#[source] pub Cause);

/// A row of the outbox that isn't sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentEntry {
    /// The announcement.
    pub entry: Announcement,
    /// The number of times that sending the announcement has failed.
    pub attempts: i32,
    /// Whether the preorder's buyer has a paid preorder; none for kinds of announcements that don't say that.
    pub has_paid_preorder: Option<bool>,
    /// Whether the consent that counts for the announcement's address agrees to marketing; none if there is no consent, or
    /// only an unproven one. An unproven withdrawal counts.
    pub marketing_consent: Option<bool>,
    /// The end of the pause that Klaviyo last asked any sender for, the same for every row; none if it is over.
    pub paused_until: Option<Timestamp>,
}

/// The result of trying to send a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Klaviyo has taken the row.
    Sent,
    /// Klaviyo refuses the row for good: it isn't tried again and waits for an operator.
    Parked {
        /// Klaviyo's answer, without personal data.
        reason: String,
    },
    /// Klaviyo asked for a pause; no sender sends anything before it is over.
    Delayed {
        /// Klaviyo's answer, without personal data.
        reason: String,
        /// The end of the pause.
        until: Timestamp,
    },
    /// Klaviyo couldn't take the row now; the queue or the sweep tries again.
    Failed {
        /// The failure, without personal data.
        reason: String,
    },
}

/// The outbox, as the sender and the sweep use it.
pub trait OutboxStore: Send + Sync {
    /// Returns those of the rows that are to be sent: neither sent nor parked nor superseded. Rows that aren't true any
    /// more ([`AnnouncementKind::perishes`](crate::outbox::AnnouncementKind::perishes)) are marked as superseded at `now`
    /// instead.
    fn unsent(
        &self,
        ids: &[OutboxId],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<UnsentEntry>, StoreError>> + Send;

    /// Stores the results of deliveries, in one statement. A sent row stays sent whatever comes later, with one exception:
    /// a consent or withdrawal that counts for its address is to be sent once more if an older one may have been sent after
    /// it. So it is also if the older one is settled first, since another sender may have the newer one in its hands: its
    /// next delivery doesn't count. A sent `preorder_success` also sets `preorders.klaviyo_event_sent_at`.
    fn settle(
        &self,
        deliveries: &[(OutboxId, Delivery)],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns up to `limit` rows, oldest first, that wait to be sent and were last queued (or made) before `before`, and
    /// marks them as queued at `now`, so that the next sweep doesn't take them again at once.
    fn take_overdue(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<OutboxId>, StoreError>> + Send;

    /// Returns how many rows wait to be sent, when the oldest of them was made, and how many rows are parked.
    fn backlog(&self) -> impl Future<Output = Result<Backlog, StoreError>> + Send;
}

/// The numbers of rows that wait in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// The number of rows that are neither sent nor parked nor superseded.
    pub waiting: i64,
    /// When the oldest of these rows was made; none if there are none.
    pub oldest: Option<Timestamp>,
    /// The number of parked rows, which wait for an operator.
    pub parked: i64,
}

/// Klaviyo's API.
pub trait Marketing: Send + Sync {
    /// Sends one announcement. Its id is the event's `unique_id`, so a repeat counts once.
    fn send(&self, entry: &Announcement) -> impl Future<Output = Result<(), MarketingError>> + Send;
}

/// The reason why Klaviyo didn't take an event, without personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketingError {
    /// A retry may succeed: after 408, 409, 429, 5xx, a time-out, a failed connection, or a refused API key (401, 403),
    /// which says nothing about the event.
    #[error("Klaviyo cannot take the event now: {reason}")]
    Retryable {
        /// The failure.
        reason: String,
        /// The pause of the `Retry-After` header, if there was one.
        retry_after: Option<Duration>,
    },
    /// Klaviyo refuses a part of the profile; the event is to be sent again without that part.
    #[error("Klaviyo refused the profile: {reason}")]
    ProfileRefused {
        /// Klaviyo's answer.
        reason: String,
        /// The part to leave out.
        part: ProfilePart,
    },
    /// A retry fails again: after any other status, such as 400 or 404.
    #[error("Klaviyo refused the event: {reason}")]
    Permanent {
        /// Klaviyo's answer.
        reason: String,
    },
}
