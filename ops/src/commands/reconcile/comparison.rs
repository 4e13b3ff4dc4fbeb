//! The comparison of one of Stripe's lists, page by page.

use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_domain::{Timestamp, error_chain::ErrorChain, ports::KnownEvent};
use pledge_postgres::Database;
use pledge_queue::SqsPublisher;
use pledge_stripe_api::StripeClient;
use serde_json::json;

use super::{
    PARTS, event,
    report::Report,
    source::{Difference, Finding, Source},
};
use crate::{
    arguments::Resume,
    commands::event::{Replayed, apply},
    console::{Failure, Progress, words::iso},
    stripe::Pages,
    tables::Tables,
};

/// State and tools of a comparison.
pub struct Comparison<'a> {
    pub stripe: StripeClient,
    pub tables: Tables,
    pub recorder: RecordStripeEvent<Database, SqsPublisher>,
    pub window: (Timestamp, Timestamp),
    pub now: Timestamp,
    pub apply: bool,
    pub report: &'a mut Report,
    pub resume: Resume,
}

impl Comparison<'_> {
    /// Returns whether a part comes at or after the one from which the comparison goes on.
    pub fn includes(&self, part: &str) -> bool {
        let place = |name: &str| PARTS.iter().position(|part| *part == name).unwrap_or_default();
        place(part) >= place(&self.resume.part)
    }

    /// Compares a list.
    ///
    /// # Errors
    /// If Stripe or the database stops answering; the message says what to call to go on from there.
    pub async fn of<S: Source>(&mut self) -> Result<(), Failure> {
        if !self.includes(S::PART) {
            return Ok(());
        }
        let mut last = self.resume.after.clone().filter(|_| self.resume.part == S::PART);
        let (from, to) = self.window;
        let made_from = S::REACH.map(|reach| from - reach);
        if let Some(made_from) = made_from {
            self.report.unseen(format!("{} that were made before {}", S::NAME, iso(made_from)));
        }
        self.pages::<S>(made_from, to, &mut last).await.map_err(|error| {
            let after = last.map(|last| format!(":{last}")).unwrap_or_default();
            let apply = if self.apply { " --apply" } else { "" };
            format!(
                "stopped while {} were compared, and what was found before stands: {}. Go on with `ops reconcile --from {} \
                 --to {} --resume {}{after}{apply}`",
                S::NAME,
                ErrorChain(error.as_ref()),
                iso(from),
                iso(to),
                S::PART,
            )
            .into()
        })
    }

    async fn pages<S: Source>(
        &mut self,
        made_from: Option<Timestamp>,
        to: Timestamp,
        last: &mut Option<String>,
    ) -> Result<(), Failure> {
        let mut filter = S::filter();
        filter["created"] = json!({ "lt": to.unix_timestamp() });
        if let Some(from) = made_from {
            filter["created"]["gte"] = from.unix_timestamp().into();
        }
        let stripe = self.stripe.clone();
        let mut pages = Pages::after(&stripe, S::PATH, filter, last.clone());
        let mut progress = Progress::new(S::NAME, None);
        while let Some(objects) = pages.next().await? {
            let mut findings = Vec::new();
            for object in &objects {
                if let Some(occurrence) = S::occurrence(object, self.now) {
                    let event = event::about(object, &occurrence, self.recorder.livemode)?;
                    // An event of another stage on the same account is left out.
                    if event.deployment.as_ref().is_none_or(|deployment| *deployment == self.recorder.deployment) {
                        findings.push(Finding { event, object });
                    }
                }
            }
            let differences = S::compare(self.tables.client(), &findings, &self.recorder.deployment).await?;
            progress.advance(objects.len());
            for (difference, finding) in differences.into_iter().zip(&findings) {
                if let Some(difference) = difference {
                    self.found::<S>(&difference, finding).await?;
                }
            }
            *last = objects.last().and_then(|object| object["id"].as_str()).map(str::to_owned).or(last.take());
        }
        Ok(())
    }

    async fn found<S: Source>(&mut self, difference: &Difference, finding: &Finding<'_>) -> Result<(), Failure> {
        let Finding { event, object } = finding;
        let id = object["id"].as_str().unwrap_or_default();
        if !self.apply || !difference.repairable {
            return self.report.left(id, &difference.what, difference.repairable);
        }
        let replayed = apply(&self.recorder, event, KnownEvent::DecidedAnew, self.now).await?;
        for (object, occurrence) in S::more(&self.stripe, object).await? {
            let event = event::about(&object, &occurrence, self.recorder.livemode)?;
            apply(&self.recorder, &event, KnownEvent::DecidedAnew, self.now).await?;
        }
        match replayed {
            Replayed::Recorded { outcome: "applied", .. } => self.report.repaired(id, &difference.what),
            other => self.report.left(id, &format!("{}: {other}", difference.what), false),
        }
    }
}
