//! Helpers with which tests deliver events, and read futures that never wait.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use pledge_domain::{
    Timestamp,
    champion::Moment,
    decide::{Recorded, decide},
    ports::{KnownEvent, StoreError, StripeEventStore},
    stripe::StripeEvent,
};

/// Records events with the domain's decision.
pub trait Deliver: StripeEventStore {
    /// Records an event as the webhook does.
    ///
    /// # Errors
    /// The errors of [`StripeEventStore::record`].
    fn deliver(
        &self,
        event: &StripeEvent,
        now: Timestamp,
    ) -> impl Future<Output = Result<Recorded, StoreError>> + Send {
        self.record(event, KnownEvent::Stays, now, move |snapshot| decide(snapshot, event, Moment::new(now)))
    }
}

impl<Store: StripeEventStore> Deliver for Store {}

/// Returns the value of a future of the store in memory, which never waits.
///
/// # Panics
/// If the future isn't ready at once.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits for something"),
    }
}
