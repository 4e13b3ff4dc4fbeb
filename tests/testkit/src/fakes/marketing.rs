//! A fake of Klaviyo.

use std::sync::Mutex;

use pledge_domain::{
    outbox::Announcement,
    ports::{Marketing, MarketingError},
};

use crate::fakes::script::Script;

/// A fake that accepts every event, or fails as often as it is told.
#[derive(Debug, Default)]
pub struct FakeMarketing {
    script: Script<Announcement, MarketingError>,
    taken: Mutex<Vec<Announcement>>,
}

impl FakeMarketing {
    /// Makes the next event fail with this error.
    pub fn fail_next(&self, error: MarketingError) {
        self.script.put(error);
    }

    /// Returns every event that was sent, accepted or not.
    #[must_use]
    pub fn tried(&self) -> Vec<Announcement> {
        self.script.calls()
    }

    /// Returns every event that was accepted, in order, with repetitions.
    #[must_use]
    pub fn taken(&self) -> Vec<Announcement> {
        self.taken.lock().unwrap().clone()
    }
}

impl Marketing for FakeMarketing {
    async fn send(&self, entry: &Announcement) -> Result<(), MarketingError> {
        if let Some(error) = self.script.called(entry.clone()) {
            return Err(error);
        }
        self.taken.lock().unwrap().push(entry.clone());
        Ok(())
    }
}
