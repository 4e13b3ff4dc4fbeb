//! A fake of Stripe's list of events.

use std::sync::Mutex;

use pledge_domain::{
    Timestamp,
    ids::EventId,
    ports::{EventFilter, EventPage, EventSource, EventSourceError, ListedEvent, TYPES_OF_A_PAGE},
};

use crate::fakes::on_purpose;

/// Events that are listed as Stripe lists them, a few a page.
#[derive(Debug, Default)]
pub struct FakeEvents(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The events, in the order of their times.
    events: Vec<(Timestamp, &'static str, ListedEvent)>,
    pages: usize,
    failing_from: Option<usize>,
}

/// The greatest number of events on a page.
pub const EVENTS_OF_A_PAGE: usize = 3;

impl FakeEvents {
    /// Adds an event.
    pub fn add(&self, created: Timestamp, kind: &'static str, id: &str, body: impl Into<Vec<u8>>) {
        let event = ListedEvent { id: EventId::parse(id).unwrap(), created, body: body.into().into() };
        let mut inner = self.0.lock().unwrap();
        inner.events.push((created, kind, event));
        inner.events.sort_by_key(|(created, ..)| *created);
    }

    /// Makes every page from this number on fail, or none without a number.
    pub fn fail_from(&self, page: Option<usize>) {
        self.0.lock().unwrap().failing_from = page;
    }

    /// Returns how many pages were asked for.
    pub fn pages(&self) -> usize {
        self.0.lock().unwrap().pages
    }
}

impl EventSource for FakeEvents {
    async fn page(&self, filter: EventFilter<'_>, after: Option<&EventId>) -> Result<EventPage, EventSourceError> {
        assert!(filter.types.len() <= TYPES_OF_A_PAGE, "too many types");
        let mut inner = self.0.lock().unwrap();
        inner.pages += 1;
        if inner.failing_from.is_some_and(|from| from <= inner.pages) {
            return Err(EventSourceError(on_purpose()));
        }
        let fits = |(created, kind, _): &&(Timestamp, &'static str, ListedEvent)| {
            filter.from <= *created && *created < filter.until && filter.types.contains(kind)
        };
        let mut found: Vec<_> = inner.events.iter().rev().filter(fits).map(|(.., event)| event.clone()).collect();
        if let Some(after) = after {
            found = found.into_iter().skip_while(|event| event.id != *after).skip(1).collect();
        }
        let more = found.len() > EVENTS_OF_A_PAGE;
        found.truncate(EVENTS_OF_A_PAGE);
        Ok(EventPage { events: found, more })
    }
}
