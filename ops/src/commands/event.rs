//! `ops event`: one Stripe event, through the same decision as a delivery.

use std::fmt;

use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_domain::{
    Timestamp,
    decide::Recorded,
    error_chain::ErrorChain,
    ids::EventId,
    ports::{KnownEvent, PreorderStore, Publisher, StripeEventStore},
    stripe::{Adopter, StripeEvent},
};
use pledge_postgres::Database;
use pledge_stripe_api::StripeClient;
use pledge_stripe_events::decode;

use crate::{
    arguments::AdoptedBy,
    console::{Done, Failure, dry_run, line, note, words::iso},
    stripe,
    tables::{RecordedEvent, Tables},
    tools::Tools,
};

/// The result of replaying an event.
#[derive(Debug, PartialEq, Eq)]
pub enum Replayed {
    /// Stripe doesn't have the event.
    Gone,
    /// The event had been recorded earlier, and nothing was done.
    Before,
    /// The event is recorded now.
    Recorded {
        /// `applied`, `ignored` or `parked`.
        outcome: &'static str,
        /// The reason, unless the event was applied.
        reason: Option<String>,
    },
}

/// Fetches an event and records it; with `force` also an event that was recorded before without effect.
pub async fn replay(tools: &Tools, id: &EventId, force: bool, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let stripe = tools.stripe()?;
    let known = Tables::open(&database).await?.recorded_event(id).await?;
    if let Some(RecordedEvent { outcome, reason, .. }) = &known {
        line(format_args!(
            "{id}\trecorded before as {outcome}: {}",
            reason.as_deref().unwrap_or("it changed something")
        ))?;
        if outcome == "applied" || !force {
            note(if outcome == "applied" { "Nothing to do." } else { "Nothing to do; --force decides it anew." });
            return Ok(Done::All);
        }
    }
    if !apply {
        let Some(event) = fetch(&stripe, id).await? else { return gone(id) };
        line(format_args!("{id}\t{}\t{}", iso(event.created), event.kind))?;
        dry_run("it would be recorded");
        return Ok(Done::All);
    }
    let known = if force { KnownEvent::DecidedAnew } else { KnownEvent::Stays };
    let replayed = record(&stripe, &tools.recorder(database)?, id, known, tools.now()).await?;
    if replayed == Replayed::Gone {
        return gone(id);
    }
    line(format_args!("{id}\t{replayed}"))?;
    Ok(Done::All)
}

/// Fetches an event whose object has no mark of ours, and records it as the given reader's or preorder's.
pub async fn adopt(tools: &Tools, id: &EventId, adopter: &AdoptedBy, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let stripe = tools.stripe()?;
    let known = Tables::open(&database).await?.recorded_event(id).await?;
    if known.is_some_and(|known| known.outcome == "applied") {
        line(format_args!("{id}\trecorded before as applied: it changed something"))?;
        note("Nothing to do.");
        return Ok(Done::All);
    }
    let adopter = existing(&database, adopter).await?;
    let Some(event) = fetch(&stripe, id).await? else { return gone(id) };
    let kind = event.kind.clone();
    let Some(event) = event.adopted(&adopter) else {
        return Err(format!(
            "{id} is a {kind}: a reader and a novel can have subscriptions, invoices and single payments, a preorder \
             Checkout sessions"
        )
        .into());
    };
    if !apply {
        line(format_args!("{id}\t{}\t{kind}", event.created))?;
        dry_run("it would be recorded as theirs");
        return Ok(Done::All);
    }
    let replayed = self::apply(&tools.recorder(database)?, &event, KnownEvent::DecidedAnew, tools.now()).await?;
    line(format_args!("{id}\t{replayed}"))?;
    Ok(if replayed.is_unsolved() { Done::SomethingLeft } else { Done::All })
}

/// Returns the reader and novel, or the preorder, that an event is to belong to. Fails if they aren't stored, so that a
/// typing error doesn't make new ones.
async fn existing(database: &Database, adopter: &AdoptedBy) -> Result<Adopter, Failure> {
    if let Some(preorder) = adopter.preorder {
        let found = database.find(preorder).await?;
        return found.map(|_| Adopter::Preorder(preorder)).ok_or_else(|| "there is no such preorder".into());
    }
    let (Some(user), Some(novel)) = (adopter.reader.clone(), adopter.novel) else {
        return Err("whose is it? --reader and --novel, or --preorder".into());
    };
    Ok(Adopter::Champion(Tables::open(database).await?.champion(user, novel).await?))
}

/// Fetches an event from Stripe, records it and queues what it announces.
pub async fn record<Store: StripeEventStore, Queue: Publisher>(
    stripe: &StripeClient,
    recorder: &RecordStripeEvent<Store, Queue>,
    id: &EventId,
    known: KnownEvent,
    now: Timestamp,
) -> Result<Replayed, Failure> {
    match fetch(stripe, id).await? {
        Some(event) => apply(recorder, &event, known, now).await,
        None => Ok(Replayed::Gone),
    }
}

/// Records an event.
pub async fn apply<Store: StripeEventStore, Queue: Publisher>(
    recorder: &RecordStripeEvent<Store, Queue>,
    event: &StripeEvent,
    known: KnownEvent,
    now: Timestamp,
) -> Result<Replayed, Failure> {
    let processed = match known {
        KnownEvent::Stays => recorder.run(event, now).await?,
        KnownEvent::DecidedAnew => recorder.decide_anew(event, now).await?,
    };
    if let Err(error) = &processed.queued {
        note(format_args!("the queue did not take the new announcements; the sweep will: {}", ErrorChain(error)));
    }
    Ok(match processed.recorded {
        Recorded::Before => Replayed::Before,
        Recorded::Now { outcome, .. } => {
            Replayed::Recorded { outcome: outcome.name(), reason: outcome.reason().map(str::to_owned) }
        }
    })
}

async fn fetch(stripe: &StripeClient, id: &EventId) -> Result<Option<StripeEvent>, Failure> {
    let body = stripe::event(stripe, id).await?;
    Ok(body.map(|body| decode(&body)).transpose()?)
}

fn gone(id: &EventId) -> Result<Done, Failure> {
    Err(format!("Stripe does not have {id}: it keeps events for 30 days; `ops reconcile` finds what is missing").into())
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Stripe doesn't have events that `ops reconcile` made, either.
            Self::Gone => f.write_str("Stripe does not have it; `ops reconcile` finds what is missing"),
            Self::Before => f.write_str("recorded before"),
            Self::Recorded { outcome, reason: None } => f.write_str(outcome),
            Self::Recorded { outcome, reason: Some(reason) } => write!(f, "{outcome}: {reason}"),
        }
    }
}
