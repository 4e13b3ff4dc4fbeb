//! The catch-up: fetches and records Stripe's events that were never delivered, so that an outage of the webhook endpoint
//! delays payments but loses none.

use pledge_domain::{
    Timestamp,
    decide::Recorded,
    ids::EventId,
    ports::{
        CatchUpStore, Cause, Clock, EventFilter, EventPage, EventSource, EventSourceError, Publisher, StoreError,
        StripeEventStore, TYPES_OF_A_PAGE,
    },
    stripe::StripeEvent,
};
use time::Duration;

use crate::record_stripe_event::{Processed, RecordError, RecordStripeEvent};

/// The usual age from which events are fetched; younger events are left to delivery.
pub const YOUNG: Duration = Duration::minutes(15);

/// The age beyond [`YOUNG`] from which Stripe lists an event for certain. Events that were younger when the watermark
/// passed them are listed once more by the next catch-up.
pub const OVERLAP: Duration = Duration::minutes(15);

/// The time for which Stripe lists events (<https://docs.stripe.com/api/events>).
pub const LISTED: Duration = Duration::days(30);

/// The longest time of one catch-up. A call that is under way when it is over is finished.
pub const BUDGET: Duration = Duration::seconds(10);

/// The length of the first window of time that is listed.
const FIRST: Duration = Duration::hours(6);

/// The factor by which windows get longer while events are few, and shorter when they don't fit a page.
const STEP: i32 = 4;

/// The number of events, in the fullest group of types, up to which a window is followed by a longer one: a page has room
/// for [`STEP`] times as many.
const FEW: usize = 25;

/// The shortest window of time that is listed at once: Stripe's times are whole seconds.
const SHORTEST: Duration = Duration::SECOND;

/// Fetches and records events that were never delivered.
#[derive(Debug)]
pub struct CatchUp<Source> {
    /// The list of Stripe's events.
    pub source: Source,
    /// The types of events that are listed.
    pub types: &'static [&'static str],
    /// Decodes the JSON of an event, which has the same form in Stripe's list as in a delivery.
    pub decode: fn(&[u8]) -> Result<StripeEvent, Cause>,
}

/// The result of a catch-up, also of one that ended early.
#[derive(Debug)]
pub struct CaughtUp {
    /// How many events were recorded that had not been delivered.
    pub recorded: usize,
    /// The time before which every event is recorded now; none if that isn't known yet.
    pub watermark: Option<Timestamp>,
    /// The start of the time for which Stripe still lists events, if it is after the watermark: events between the two
    /// can't be fetched.
    pub lost_until: Option<Timestamp>,
    /// The reason why the catch-up ended before everything was recorded, if it did. The next one goes on there.
    pub stopped: Option<Stopped>,
}

/// The reason why a catch-up ended early.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The budget of this catch-up was used up.
    #[error("the catch-up's time was used up")]
    OutOfTime,
    /// The list couldn't be read.
    #[error(transparent)]
    Source(#[from] EventSourceError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The result of listing a window of time.
enum Window {
    /// Every event of the window is recorded; its fullest group of types has this many.
    Recorded(usize),
    /// The window has more events than one page of the list, which reaches back this far from the window's end.
    TooLong(Duration),
}

impl<Source: EventSource> CatchUp<Source> {
    /// Records through `record` every event since the watermark that isn't recorded yet, window by window, and calls
    /// `each` with each event and its result. Events younger than `young`, usually [`YOUNG`], are left to delivery.
    ///
    /// Goes forward by windows of time that fit a page and moves the watermark after each, so that a catch-up that ends
    /// early loses the work of one window at most. Catch-ups that run at the same time repeat each other's work, but no
    /// event counts twice.
    pub async fn run<Store: StripeEventStore + CatchUpStore, Queue: Publisher>(
        &self,
        record: &RecordStripeEvent<Store, Queue>,
        clock: &impl Clock,
        young: Duration,
        each: impl FnMut(&StripeEvent, &Processed),
    ) -> CaughtUp {
        let begun = clock.now();
        let mut run = Run {
            catch_up: self,
            record,
            clock,
            each,
            deadline: begun + BUDGET,
            result: CaughtUp { recorded: 0, watermark: None, lost_until: None, stopped: None },
        };
        if let Err(stopped) = run.go(begun, young).await {
            run.result.stopped = Some(stopped);
        }
        run.result
    }
}

struct Run<'a, Source, Store, Queue, System, Each> {
    catch_up: &'a CatchUp<Source>,
    record: &'a RecordStripeEvent<Store, Queue>,
    clock: &'a System,
    each: Each,
    deadline: Timestamp,
    result: CaughtUp,
}

impl<Source, Store, Queue, System, Each> Run<'_, Source, Store, Queue, System, Each>
where
    Source: EventSource,
    Store: StripeEventStore + CatchUpStore,
    Queue: Publisher,
    System: Clock,
    Each: FnMut(&StripeEvent, &Processed),
{
    async fn go(&mut self, begun: Timestamp, young: Duration) -> Result<(), Stopped> {
        let store = &self.record.store;
        let (oldest, until) = (whole_second(begun - LISTED), whole_second(begun - young));
        let watermark = store.watermark().await?;
        self.result.watermark = watermark.map(|watermark| watermark.at);
        self.result.lost_until = self.result.watermark.filter(|watermark| *watermark < oldest).map(|_| oldest);
        let certain = watermark.map(|watermark| watermark.at.min(watermark.moved_at - YOUNG - OVERLAP));
        let mut from = certain.map_or(oldest, |certain| whole_second(certain).max(oldest));
        let mut length = FIRST;
        while from < until {
            let end = until.min(from + length);
            match self.window(from, end).await? {
                Window::TooLong(fits) => length = whole_seconds(fits.min((end - from) / STEP)),
                Window::Recorded(events) => {
                    if self.result.watermark.is_none_or(|watermark| watermark < end) {
                        store.advance_watermark(end, self.clock.now()).await?;
                        self.result.watermark = Some(end);
                    }
                    from = end;
                    length = if events <= FEW { length * STEP } else { length };
                }
            }
        }
        Ok(())
    }

    /// Records every event from `from` until before `until`. Gives up if they don't fit a page and the window can be
    /// shortened.
    async fn window(&mut self, from: Timestamp, until: Timestamp) -> Result<Window, Stopped> {
        let mut most = 0;
        for types in self.catch_up.types.chunks(TYPES_OF_A_PAGE) {
            let mut last: Option<EventId> = None;
            loop {
                self.check_time()?;
                let page = self.catch_up.source.page(EventFilter { types, from, until }, last.as_ref()).await?;
                if let (true, Some(oldest)) = (page.more && until - from > SHORTEST, page.events.last()) {
                    return Ok(Window::TooLong(until - oldest.created));
                }
                most = most.max(page.events.len());
                last = page.events.last().filter(|_| page.more).map(|event| event.id.clone());
                self.record_new(page).await?;
                if last.is_none() {
                    break;
                }
            }
        }
        Ok(Window::Recorded(most))
    }

    async fn record_new(&mut self, EventPage { events, .. }: EventPage) -> Result<(), Stopped> {
        if events.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
        let unrecorded = self.record.store.unrecorded(&ids).await?;
        for event in events.iter().rev().filter(|event| unrecorded.contains(&event.id)) {
            self.check_time()?;
            let decoded = match (self.catch_up.decode)(&event.body) {
                Ok(decoded) => decoded,
                Err(error) => {
                    tracing::error!(event = %event.id, %error, "an event in Stripe's list cannot be decoded");
                    continue;
                }
            };
            match self.record.run(&decoded, self.clock.now()).await {
                Ok(processed) => {
                    self.result.recorded += usize::from(matches!(processed.recorded, Recorded::Now { .. }));
                    (self.each)(&decoded, &processed);
                }
                Err(RecordError::WrongMode) => {
                    tracing::warn!(event = %event.id, "an event of the other mode, live or test, is in Stripe's list");
                }
                Err(RecordError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn check_time(&self) -> Result<(), Stopped> {
        if self.clock.now() < self.deadline { Ok(()) } else { Err(Stopped::OutOfTime) }
    }
}

/// Returns the start of the second in which a time lies.
fn whole_second(time: Timestamp) -> Timestamp {
    time.replace_nanosecond(0).unwrap_or(time)
}

/// Returns a length rounded down to whole seconds, at least one.
fn whole_seconds(length: Duration) -> Duration {
    Duration::seconds(length.whole_seconds()).max(SHORTEST)
}
