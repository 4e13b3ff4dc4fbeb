//! Sending rows of the outbox to Klaviyo, where each row counts once.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, StreamExt, stream};
use pledge_domain::{
    Timestamp,
    ids::OutboxId,
    outbox::Announcement,
    ports::{Delivery, Marketing, MarketingError, OutboxStore, StoreError, UnsentEntry},
    preorder::ReturnPath,
    property,
};
use tokio::time::Instant;

use crate::{links, site::Site};

/// Sends rows of the outbox.
#[derive(Debug)]
pub struct DeliverEvents<Store, Klaviyo> {
    /// The outbox.
    pub store: Store,
    /// Klaviyo.
    pub klaviyo: Klaviyo,
    /// The site to which links in announcements lead, and its page on which an unpaid preorder can be paid; announcements
    /// have no links if this is none.
    pub site: Option<(Site, ReturnPath)>,
    /// The pace of sending, and the number of tries.
    pub retry: Retry,
}

/// The pace at which rows are sent, and how often a row is tried before it is left to the queue.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// How many rows are sent at once.
    pub concurrency: usize,
    /// The time from the first try of one row to that of the next; zero if only `concurrency` limits them.
    pub interval: Duration,
    /// How many times a row is tried in one delivery.
    pub tries: u32,
    /// The wait before the second try; it doubles with each further one.
    pub backoff: Duration,
    /// The longest wait in one delivery. If `Retry-After` asks for more, the row is left to the queue.
    pub longest_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            concurrency: 10,
            interval: Duration::ZERO,
            tries: 3,
            backoff: Duration::from_millis(250),
            longest_wait: Duration::from_secs(5),
        }
    }
}

/// The results of a delivery, by row. Rows that are unknown, or were sent, parked or superseded before, are left out.
pub type Deliveries = HashMap<OutboxId, Delivery>;

impl<Store: OutboxStore, Klaviyo: Marketing> DeliverEvents<Store, Klaviyo> {
    /// Sends those of the rows that wait to be sent, stores the result of each, and returns the results.
    ///
    /// If the process dies between sending and storing, the row is sent again, and Klaviyo drops the repeat by its
    /// `unique_id`.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is stored, and every row must be tried again.
    pub async fn run(&self, ids: &[OutboxId], now: Timestamp) -> Result<Deliveries, StoreError> {
        let unsent = self.store.unsent(ids, now).await?;
        let pause = &Pause::new(now, unsent.first().and_then(|row| row.paused_until));
        let interval = self.retry.interval;
        let deliveries: Vec<(OutboxId, Delivery)> = stream::iter(unsent)
            .enumerate()
            .then(|(turn, unsent)| async move {
                if turn > 0 && !interval.is_zero() {
                    tokio::time::sleep(interval).await;
                }
                let mut entry = with_what_is_known_now(unsent);
                if let Some((site, cancel_path)) = &self.site {
                    links::add(site, cancel_path, &mut entry);
                }
                entry
            })
            .map(|entry| async move {
                // A panic over one row must not fail the rest of the batch.
                let sent = std::panic::AssertUnwindSafe(self.send(&entry, pause)).catch_unwind().await;
                let panicked = || Delivery::Failed { reason: "a bug in the sender".to_owned() };
                let delivery = sent.unwrap_or_else(|_| panicked());
                log(&entry, &delivery);
                (entry.id, delivery)
            })
            .buffer_unordered(self.retry.concurrency)
            .collect()
            .await;
        if !deliveries.is_empty() {
            self.store.settle(&deliveries, now).await?;
        }
        Ok(deliveries.into_iter().collect())
    }

    /// Sends one row and returns the result. If Klaviyo refuses a part of the profile, the row is sent again without that
    /// part, which doesn't count as a try; it keeps its `unique_id`, so the event counts once.
    async fn send(&self, entry: &Announcement, pause: &Pause) -> Delivery {
        let mut entry = Cow::Borrowed(entry);
        let mut backoff = self.retry.backoff;
        let mut attempt = 1;
        loop {
            // A pause that another row or another sender was asked for holds for this row too.
            if let Some(wait) = pause.left() {
                if wait > self.retry.longest_wait {
                    return Delivery::Delayed {
                        reason: "Klaviyo takes no events for a while".to_owned(),
                        until: pause.until(),
                    };
                }
                tokio::time::sleep(wait).await;
            }
            match self.klaviyo.send(&entry).await {
                Ok(()) => return Delivery::Sent,
                Err(MarketingError::Permanent { reason }) => return Delivery::Parked { reason },
                Err(MarketingError::ProfileRefused { reason, part }) => match entry.payload.profile.without(part) {
                    Some(rest) => entry.to_mut().payload.profile = rest,
                    None => return Delivery::Parked { reason },
                },
                Err(MarketingError::Retryable { reason, retry_after }) => {
                    if let Some(retry_after) = retry_after {
                        pause.extend(retry_after);
                    }
                    let too_long = retry_after.is_some_and(|wait| wait > self.retry.longest_wait);
                    if attempt == self.retry.tries || too_long {
                        return match retry_after {
                            Some(_) => Delivery::Delayed { reason, until: pause.until() },
                            None => Delivery::Failed { reason },
                        };
                    }
                    if retry_after.is_none() {
                        tokio::time::sleep(backoff).await;
                    }
                    backoff *= 2;
                    attempt += 1;
                }
            }
        }
    }
}

/// The pause that Klaviyo asked for with `Retry-After`; it holds for all rows of a delivery. Only durations are measured,
/// and the end of the pause is computed from the delivery's `now`.
struct Pause {
    started: Instant,
    now: Timestamp,
    until: Mutex<Option<Instant>>,
}

impl Pause {
    /// Starts a delivery at `now`; `until` is the end of a pause that an earlier delivery stored.
    fn new(now: Timestamp, until: Option<Timestamp>) -> Self {
        let started = Instant::now();
        let left = until.and_then(|until| Duration::try_from(until - now).ok());
        Self { started, now, until: Mutex::new(left.map(|left| started + left)) }
    }

    /// Makes the pause last for at least `wait` from now on.
    fn extend(&self, wait: Duration) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(Some(Instant::now() + wait));
    }

    /// Returns how long is left of the pause; none if it is over.
    fn left(&self) -> Option<Duration> {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until?.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// Returns when the pause is over.
    fn until(&self) -> Timestamp {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        self.now + until.map_or(Duration::ZERO, |until| until.saturating_duration_since(self.started))
    }
}

/// Logs the result of sending an announcement. The key names the subject by its id; neither key nor reason has personal
/// data.
fn log(entry: &Announcement, delivery: &Delivery) {
    let key = entry.key.as_str();
    match delivery {
        Delivery::Sent => tracing::info!(announcement = key, "an announcement was sent"),
        Delivery::Delayed { reason, .. } | Delivery::Failed { reason } => {
            tracing::warn!(announcement = key, reason, "an announcement could not be sent; the queue brings it again");
        }
        Delivery::Parked { reason } => {
            tracing::warn!(announcement = key, reason, "Klaviyo refused an announcement for good");
        }
    }
}

/// Returns the announcement with the two properties that are read only when it is sent, since they may change until then:
/// whether the buyer has a paid preorder, and whether they agree to marketing.
fn with_what_is_known_now(unsent: UnsentEntry) -> Announcement {
    let UnsentEntry { mut entry, has_paid_preorder, marketing_consent, .. } = unsent;
    if let Some(given) = marketing_consent {
        entry.say_consent(given);
    }
    let properties = &mut entry.payload.properties;
    properties.extend(has_paid_preorder.map(|paid| (property::HAS_PAID_PREORDER.to_owned(), paid.into())));
    entry
}
