//! `ops reconcile`: what Stripe says, beside what the database says.
//!
//! Every object of a list becomes the event that Stripe would have sent about it. The event says what must be stored; if
//! it isn't, the event is recorded like any delivery. So a repair is the same decision as ever, which neither the order
//! nor repetitions disturb, and Stripe's own event may still arrive.

mod event;
mod invoices;
mod purchases;
mod refunds;
mod sessions;
mod source;
mod subscriptions;

use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_domain::{Timestamp, ports::KnownEvent, stripe::StripeEvent};
use pledge_postgres::Database;
use pledge_queue::SqsPublisher;
use pledge_stripe_api::StripeClient;
use serde_json::Value;

use self::source::{Difference, Source};
use crate::{
    arguments::Window,
    commands::event::{Replayed, apply},
    console::{Done, Failure, Progress, dry_run, line, note},
    stripe::Pages,
    tables::Tables,
    tools::Tools,
};

/// Compares everything that was made in the window.
pub async fn run(tools: &Tools, window: Window, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let mut comparison = Comparison {
        stripe: tools.stripe()?,
        tables: Tables::open(&database).await?,
        recorder: tools.recorder(database)?,
        window: (window.from, window.end(tools.now())),
        now: tools.now(),
        apply,
        repaired: 0,
        left: 0,
    };
    comparison.of::<sessions::Sessions>().await?;
    comparison.of::<subscriptions::Subscriptions>().await?;
    comparison.of::<invoices::Invoices>().await?;
    comparison.of::<purchases::Purchases>().await?;
    comparison.of::<refunds::Refunds>().await?;
    Ok(comparison.conclusion())
}

struct Comparison {
    stripe: StripeClient,
    tables: Tables,
    recorder: RecordStripeEvent<Database, SqsPublisher>,
    window: (Timestamp, Timestamp),
    now: Timestamp,
    apply: bool,
    repaired: usize,
    left: usize,
}

impl Comparison {
    async fn of<S: Source>(&mut self) -> Result<(), Failure> {
        let mut filter = S::filter();
        let (from, to) = self.window;
        filter["created"] = serde_json::json!({ "gte": from.unix_timestamp(), "lt": to.unix_timestamp() });
        let stripe = self.stripe.clone();
        let mut pages = Pages::new(&stripe, S::PATH, filter);
        let mut progress = Progress::new(S::NAME, None);
        while let Some(objects) = pages.next().await? {
            let mut events = Vec::new();
            for object in &objects {
                if let Some(moment) = S::moment(object, self.now) {
                    events.push((event::about(object, &moment)?, object));
                }
            }
            let decoded: Vec<_> = events.iter().map(|(event, _)| event).collect();
            let differences = S::compare(self.tables.client(), &decoded).await?;
            progress.advance(objects.len());
            for (difference, (event, object)) in differences.into_iter().zip(&events) {
                if let Some(difference) = difference {
                    self.found::<S>(&difference, event, object).await?;
                }
            }
        }
        Ok(())
    }

    async fn found<S: Source>(
        &mut self,
        difference: &Difference,
        event: &StripeEvent,
        object: &Value,
    ) -> Result<(), Failure> {
        let id = object["id"].as_str().unwrap_or_default();
        if !self.apply || !difference.repairable {
            self.left += 1;
            line(format_args!("{id}\t{}", difference.what))?;
            return Ok(());
        }
        let replayed = apply(&self.recorder, event, KnownEvent::DecidedAnew, self.now).await?;
        for moment in S::more(&self.stripe, object).await? {
            apply(&self.recorder, &event::about(&moment.0, &moment.1)?, KnownEvent::DecidedAnew, self.now).await?;
        }
        line(format_args!("{id}\t{}\t{replayed}", difference.what))?;
        match replayed {
            Replayed::Recorded { outcome: "applied", .. } => self.repaired += 1,
            _ => self.left += 1,
        }
        Ok(())
    }

    fn conclusion(&self) -> Done {
        if self.left == 0 {
            note(if self.repaired == 0 {
                "No differences.".to_owned()
            } else {
                format!("{} repaired.", self.repaired)
            });
            return Done::All;
        }
        if self.apply {
            note(format_args!("{} repaired, {} differences are left for a person.", self.repaired, self.left));
        } else {
            dry_run(format_args!("{} differences would be repaired, as far as possible", self.left));
        }
        Done::SomethingLeft
    }
}
