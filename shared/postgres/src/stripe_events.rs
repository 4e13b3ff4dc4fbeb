//! Stripe's events and what they change.

use pledge_domain::{
    Timestamp,
    decide::{NewAnnouncement, Outcome, Plan, Recorded, Snapshot},
    ids::{OutboxId, PaymentIntentId, SessionId},
    outbox::Announcement,
    ports::{KnownEvent, StoreError, StripeEventStore},
    preorder::PreorderWrite,
    stripe::{Lookup, StripeEvent},
};
use tokio_postgres::Row;

use crate::{
    Database,
    champion::{
        candidates, read,
        write::{self, Documents},
    },
    columns::Columns,
    error::Failure,
    lease::Lease,
    payment_facts,
    preorders::{
        payments,
        row::{self, PreorderRow},
    },
    statement::{Statement, sql},
};

impl StripeEventStore for Database {
    async fn record(
        &self,
        event: &StripeEvent,
        known: KnownEvent,
        now: Timestamp,
        decide: impl Fn(Snapshot) -> Plan + Send + Sync,
    ) -> Result<Recorded, StoreError> {
        self.run(|lease| record(lease, event, known, now, &decide)).await
    }
}

/// Returns the statement that has a row if the event is recorded and stays so.
fn recorded_before(event: &StripeEvent, known: KnownEvent) -> Statement<'_> {
    let sql = match known {
        KnownEvent::Stays => sql!("stripe_event_exists"),
        KnownEvent::DecidedAnew => sql!("forget_event_without_effect"),
    };
    Statement::new(sql).text(event.id.as_str())
}

/// Two round trips: lock and read, then write and commit; one more in between if only what is stored tells which reader
/// and novel the event is about, or if it tells another than the event does. An event that was recorded before needs the first one only.
async fn record(
    lease: Lease,
    event: &StripeEvent,
    known: KnownEvent,
    now: Timestamp,
    decide: &(impl Fn(Snapshot) -> Plan + Sync),
) -> Result<Recorded, Failure> {
    let keys = event.fact.lookup();
    let intent = keys.payment_intent.as_ref().map(PaymentIntentId::as_str);
    let mut reads = vec![
        Statement::new(sql!("lock_keys")).texts(lock_keys(event, &keys)),
        Statement::new(sql!("lock_linked")).text(intent),
        read::find_and_lock(&keys),
        recorded_before(event, known),
        Statement::new(sql!("preorder", "preorder_for_event"))
            .uuid(keys.preorder.map(|id| id.as_uuid()))
            .text(keys.session.as_ref().map(SessionId::as_str))
            .text(intent),
        Statement::new(sql!("stripe_payment")).text(intent),
    ];
    reads.extend(keys.champion.iter().flat_map(|key| read::account(key, keys.invoice.as_ref())));
    reads.extend(keys.hints.iter().map(candidates::ask));
    let (transaction, answers) = lease.begin(reads).await?;
    let [_, _, champion, before, preorder, payment, rest @ ..] = answers.as_slice() else {
        return Err(Failure::Missing("answer"));
    };
    if !before.is_empty() {
        transaction.rollback().await?;
        return Ok(Recorded::Before);
    }
    // What is marked needs no hints, and what needs hints names no reader.
    let (account, hinted) = if keys.champion.is_some() { (rest, None) } else { (&[] as &[_], rest.first()) };
    let candidates = hinted.map(|rows| candidates::read(rows)).transpose()?.unwrap_or_default();
    let champion = match read::found(champion)?.or_else(|| candidates.champion()) {
        None => None,
        Some(key) if keys.champion.as_ref() == Some(&key) => Some(read::build(key, account)?),
        Some(key) => {
            // The lock is this transaction's already, unless the candidates led here.
            let mut reads = vec![read::lock(&key)];
            reads.extend(read::account(&key, keys.invoice.as_ref()));
            let account = transaction.query(reads).await?;
            Some(read::build(key, account.get(1..).unwrap_or_default())?)
        }
    };
    let snapshot = Snapshot {
        preorder: preorder.first().map(row::read).transpose()?,
        payment: payment.first().map(payment_facts::read).transpose()?.unwrap_or_default(),
        champion,
        candidates,
    };
    let plan = decide(snapshot);
    let documents = plan.champion.as_deref().map(Documents::of).unwrap_or_default();
    let written = transaction.commit(writes(&plan, &documents, event, now)).await?;
    let inserted = written.first().into_iter().flatten().map(outbox_id).collect::<Result<Vec<_>, _>>()?;
    let new = plan.announcements.iter().filter(|entry| inserted.contains(&entry.id));
    let announcements = new.map(|entry| NewAnnouncement { id: entry.id, kind: entry.kind }).collect();
    Ok(Recorded::Now { outcome: plan.outcome, announcements })
}

/// Returns the names of everything that the event speaks of. What shares a name is recorded one after the other.
fn lock_keys(event: &StripeEvent, keys: &Lookup) -> Vec<String> {
    // The reader and the novel have a lock of their own, which everybody takes last.
    let Lookup { preorder, session, payment_intent, champion: _, payment_record, subscription, invoice, hints: _ } =
        keys;
    let mut names = vec![event.id.to_string()];
    names.extend(preorder.map(|id| format!("preorder {id}")));
    names.extend(session.as_ref().map(ToString::to_string));
    names.extend(payment_intent.as_ref().map(ToString::to_string));
    names.extend(payment_record.map(|id| format!("payment {id}")));
    names.extend(subscription.as_ref().map(ToString::to_string));
    names.extend(invoice.as_ref().map(ToString::to_string));
    names
}

/// Returns the plan as statements; the outbox comes first, since its answer says which announcements are new.
fn writes<'a>(plan: &'a Plan, documents: &'a Documents, event: &'a StripeEvent, now: Timestamp) -> Vec<Statement<'a>> {
    let mut statements = vec![insert_outbox(&plan.announcements, now)];
    statements.extend(plan.preorder.as_ref().map(|write| write_preorder(write, now)));
    statements.extend(plan.champion.iter().flat_map(|write| write::statements(write, documents, now)));
    statements.extend(plan.payment.as_ref().map(|(intent, facts)| payment_facts::write(intent, facts, now)));
    statements.push(insert_event(event, &plan.outcome, now));
    statements
}

fn insert_event<'a>(event: &'a StripeEvent, outcome: &'a Outcome, now: Timestamp) -> Statement<'a> {
    Statement::new(sql!("insert_stripe_event"))
        .text(event.id.as_str())
        .text(event.kind.as_str())
        .text(event.api_version.as_deref())
        .time(event.created)
        .bool(event.livemode)
        .text(outcome.name())
        .text(outcome.reason())
        .time(now)
        .texts(event.keys().into_iter().collect())
}

fn write_preorder(write: &PreorderWrite, now: Timestamp) -> Statement<'_> {
    match write {
        PreorderWrite::Insert(preorder) => Statement::new(sql!("insert_preorder"))
            .row(PreorderRow::from(&**preorder))
            .text(preorder.user_id.as_ref().map(|id| id.as_str()))
            .time(now)
            .document(&payments::document(preorder)),
        PreorderWrite::Update(preorder) => Statement::new(sql!("update_preorder"))
            .row(PreorderRow::from(&**preorder))
            .time(now)
            .document(&payments::document(preorder)),
    }
}

pub(crate) fn insert_outbox(entries: &[Announcement], now: Timestamp) -> Statement<'_> {
    Statement::new(sql!("insert_outbox"))
        .uuids(entries.iter().map(|entry| entry.id.as_uuid()).collect())
        .texts(entries.iter().map(|entry| entry.key.as_str()).collect())
        .texts(entries.iter().map(|entry| entry.kind.name()).collect())
        .jsons(entries.iter().map(|entry| &entry.payload))
        .time(now)
}

fn outbox_id(row: &Row) -> Result<OutboxId, Failure> {
    Columns(row).get("id").map(OutboxId::from_uuid)
}
