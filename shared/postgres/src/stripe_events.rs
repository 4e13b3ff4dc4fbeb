//! The store of Stripe's events, and of everything that they change.

use std::ops::Range;

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

/// The reading statements of a round trip.
#[derive(Default)]
struct Reads<'a>(Vec<Statement<'a>>);

impl<'a> Reads<'a> {
    /// Adds statements, and returns the range in which their answers will be.
    fn add(&mut self, statements: impl IntoIterator<Item = Statement<'a>>) -> Range<usize> {
        let start = self.0.len();
        self.0.extend(statements);
        start..self.0.len()
    }
}

/// Returns the statements that find out whether the event is recorded and, if it is about a payment, lock the invoice and
/// the preorder that are linked to the payment.
fn recorded_before<'a>(event: &'a StripeEvent, known: KnownEvent, intent: Option<&'a str>) -> Vec<Statement<'a>> {
    let on_event = |sql| Statement::new(sql).text(event.id.as_str());
    let exists = match intent {
        None => on_event(sql!("stripe_event_exists")),
        Some(intent) => on_event(sql!("stripe_event_exists_or_lock_linked")).text(intent),
    };
    match known {
        KnownEvent::Stays => vec![exists],
        KnownEvent::DecidedAnew => vec![exists, on_event(sql!("forget_event_without_effect"))],
    }
}

/// Returns whether the answers of [`recorded_before`] say that the event is recorded and not to be decided anew.
fn is_recorded(answers: &[Vec<Row>]) -> Result<bool, Failure> {
    answers.last().and_then(|rows| rows.first()).map_or(Ok(false), |row| Columns(row).get("recorded"))
}

/// Records an event in two round trips: lock and read, then write and commit. It takes one more in between if the event's
/// reader and novel are known only from stored rows, or if stored rows name others than the event's metadata. An event that
/// was recorded before takes only the first round trip and a rollback. Only rows on which this kind of event can depend are
/// read.
async fn record(
    lease: Lease,
    event: &StripeEvent,
    known: KnownEvent,
    now: Timestamp,
    decide: &(impl Fn(Snapshot) -> Plan + Sync),
) -> Result<Recorded, Failure> {
    let keys = event.fact.lookup();
    let concerns = event.fact.concerns();
    let intent = keys.payment_intent.as_ref().map(PaymentIntentId::as_str);
    let mut reads = Reads::default();
    reads.add([Statement::new(sql!("lock_keys")).texts(lock_keys(event, &keys))]);
    let before = reads.add(recorded_before(event, known, intent));
    let champion = reads.add(concerns.champion.then(|| read::find_and_lock(&keys)));
    let preorder = reads.add(concerns.preorder.then(|| {
        Statement::new(sql!("preorder", "preorder_for_event"))
            .uuid(keys.preorder.map(|id| id.as_uuid()))
            .text(keys.session.as_ref().map(SessionId::as_str))
            .text(intent)
    }));
    let payment = reads.add(intent.map(|intent| Statement::new(sql!("stripe_payment")).text(intent)));
    let named = keys.champion.as_ref().filter(|_| concerns.champion);
    let account = reads.add(named.into_iter().flat_map(|key| read::account(key, keys.invoice.as_ref())));
    // An event with our metadata has no hints, and one with hints names no reader.
    let hinted = reads.add(keys.hints.as_ref().filter(|_| named.is_none()).map(candidates::ask));
    let (transaction, answers) = lease.begin(reads.0).await?;
    let rows =
        |at: &Range<usize>| answers.get(at.start).filter(|_| !at.is_empty()).map_or(&[] as &[Row], Vec::as_slice);
    if is_recorded(&answers[before])? {
        transaction.rollback().await?;
        return Ok(Recorded::Before);
    }
    let candidates = candidates::read(rows(&hinted))?;
    let champion = match read::found(rows(&champion))?.or_else(|| candidates.champion()) {
        None => None,
        Some(key) if named == Some(&key) => Some(read::build(key, &answers[account])?),
        Some(key) => {
            // The transaction has the reader's lock already, unless the candidates led to the reader.
            let mut reads = vec![read::lock(&key)];
            reads.extend(read::account(&key, keys.invoice.as_ref()));
            let account = transaction.query(reads).await?;
            Some(read::build(key, account.get(1..).unwrap_or_default())?)
        }
    };
    let snapshot = Snapshot {
        preorder: rows(&preorder).first().map(row::read).transpose()?,
        payment: rows(&payment).first().map(payment_facts::read).transpose()?.unwrap_or_default(),
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

/// Returns the lock names of everything that the event is about. Events that share a name are recorded one after the other.
fn lock_keys(event: &StripeEvent, keys: &Lookup) -> Vec<String> {
    // The reader and the novel have a lock of their own, which every transaction takes last.
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

/// Returns the statements that write the plan. The first one returns the ids of the announcements that are new.
fn writes<'a>(plan: &'a Plan, documents: &'a Documents, event: &'a StripeEvent, now: Timestamp) -> Vec<Statement<'a>> {
    let mut statements = vec![insert_event(event, &plan.outcome, &plan.announcements, now)];
    statements.extend(plan.preorder.as_ref().map(|write| write_preorder(write, now)));
    statements.extend(plan.champion.iter().flat_map(|write| write::statements(write, documents, now)));
    statements.extend(plan.payment.as_ref().map(|(intent, facts)| payment_facts::write(intent, facts, now)));
    statements
}

/// Returns the statement that records the event and inserts its announcements that aren't stored yet.
fn insert_event<'a>(
    event: &'a StripeEvent,
    outcome: &'a Outcome,
    announcements: &'a [Announcement],
    now: Timestamp,
) -> Statement<'a> {
    let sql =
        if announcements.is_empty() { sql!("insert_stripe_event") } else { sql!("insert_stripe_event_and_outbox") };
    let statement = Statement::new(sql)
        .text(event.id.as_str())
        .text(event.kind.as_str())
        .text(event.api_version.as_deref())
        .time(event.created)
        .bool(event.livemode)
        .text(outcome.name())
        .text(outcome.reason())
        .time(now)
        .texts(event.keys().into_iter().collect());
    if announcements.is_empty() { statement } else { entries(statement, announcements) }
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

/// Returns the statement that inserts announcements that aren't stored yet; none if there is nothing to announce.
pub(crate) fn insert_outbox(announcements: &[Announcement], now: Timestamp) -> Option<Statement<'_>> {
    (!announcements.is_empty()).then(|| entries(Statement::new(sql!("insert_outbox")), announcements).time(now))
}

/// Adds announcements as parameters, a list for each column.
fn entries<'a>(statement: Statement<'a>, announcements: &'a [Announcement]) -> Statement<'a> {
    statement
        .uuids(announcements.iter().map(|entry| entry.id.as_uuid()).collect())
        .texts(announcements.iter().map(|entry| entry.key.as_str()).collect())
        .texts(announcements.iter().map(|entry| entry.kind.name()).collect())
        .jsons(announcements.iter().map(|entry| &entry.payload))
}

fn outbox_id(row: &Row) -> Result<OutboxId, Failure> {
    Columns(row).get("id").map(OutboxId::from_uuid)
}
