//! Events of Stripe's that were never delivered are fetched and recorded, so that an endpoint that nobody calls costs time
//! and nothing else.

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

/// Younger events are left to delivery, unless it is asked for them.
pub const YOUNG: Duration = Duration::minutes(15);

/// How much older than [`YOUNG`] an event is before it counts as listed for certain: what wasn't so old when the watermark
/// passed it is looked at once more.
pub const OVERLAP: Duration = Duration::minutes(15);

/// For how long Stripe lists events (<https://docs.stripe.com/api/events>).
pub const LISTED: Duration = Duration::days(30);

/// How long one catch-up takes at most, but for the call that is under way then.
pub const BUDGET: Duration = Duration::seconds(10);

/// How long a stretch is listed first.
const FIRST: Duration = Duration::hours(6);

/// By how much a stretch may get longer or must get shorter.
const STEP: i32 = 4;

/// A stretch with at most so many events of a group is followed by a longer one, which will fit a page as well.
const FEW: usize = 25;

/// The shortest stretch of time that is listed at once: Stripe's times are whole seconds.
const SHORTEST: Duration = Duration::SECOND;

/// Fetches and records what was never delivered.
#[derive(Debug)]
pub struct CatchUp<Source> {
    /// Where events are listed.
    pub source: Source,
    /// The types that matter.
    pub types: &'static [&'static str],
    /// Reads an event, as it is listed or delivered.
    pub decode: fn(&[u8]) -> Result<StripeEvent, Cause>,
}

/// What a catch-up came to, also one that ended early.
#[derive(Debug)]
pub struct CaughtUp {
    /// How many events were recorded that nobody had delivered.
    pub recorded: usize,
    /// Before which time every event is recorded now; none if that isn't known yet.
    pub watermark: Option<Timestamp>,
    /// Since when Stripe lists no events any more, if that is after the watermark: what happened in between can't be
    /// fetched.
    pub lost_until: Option<Timestamp>,
    /// Why it ended before everything was recorded. The next one goes on there.
    pub stopped: Option<Stopped>,
}

/// Why a catch-up ended early.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The budget of this catch-up was used up.
    #[error("the time was over")]
    OutOfTime,
    /// The list couldn't be read.
    #[error(transparent)]
    Source(#[from] EventSourceError),
    /// The database didn't do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of a stretch of time.
enum Stretch {
    /// Everything in it is recorded. No group has more than so many events.
    Recorded(usize),
    /// More happened in it than one page of the list holds. The page reaches back this far from the end of the stretch.
    TooLong(Duration),
}

impl<Source: EventSource> CatchUp<Source> {
    /// Records what happened since the watermark and isn't recorded yet, oldest first, through `record`; `each` hears of
    /// every event that was new. What is younger than `young`, usually [`YOUNG`], is left to delivery.
    ///
    /// Goes forward by stretches of time that fit a page and moves the watermark after each, so that whatever ends it
    /// early costs a stretch at most. Several at once do the same work twice and count nothing twice.
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
            match self.stretch(from, end).await? {
                Stretch::TooLong(fits) => length = whole_seconds(fits.min((end - from) / STEP)),
                Stretch::Recorded(events) => {
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

    /// Records everything between two times. A stretch that can be shortened is given up if it doesn't fit a page.
    async fn stretch(&mut self, from: Timestamp, until: Timestamp) -> Result<Stretch, Stopped> {
        let mut most = 0;
        for types in self.catch_up.types.chunks(TYPES_OF_A_PAGE) {
            let mut last: Option<EventId> = None;
            loop {
                self.check_time()?;
                let page = self.catch_up.source.page(EventFilter { types, from, until }, last.as_ref()).await?;
                if let (true, Some(oldest)) = (page.more && until - from > SHORTEST, page.events.last()) {
                    return Ok(Stretch::TooLong(until - oldest.created));
                }
                most = most.max(page.events.len());
                last = page.events.last().filter(|_| page.more).map(|event| event.id.clone());
                self.record_new(page).await?;
                if last.is_none() {
                    break;
                }
            }
        }
        Ok(Stretch::Recorded(most))
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
                    tracing::error!(event = %event.id, %error, "something in the list that cannot be read");
                    continue;
                }
            };
            match self.record.run(&decoded, self.clock.now()).await {
                Ok(processed) => {
                    self.result.recorded += usize::from(matches!(processed.recorded, Recorded::Now { .. }));
                    (self.each)(&decoded, &processed);
                }
                Err(RecordError::WrongMode) => tracing::warn!(event = %event.id, "an event of the other mode"),
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

/// Returns a length without parts of a second, one second at least.
fn whole_seconds(length: Duration) -> Duration {
    Duration::seconds(length.whole_seconds()).max(SHORTEST)
}
