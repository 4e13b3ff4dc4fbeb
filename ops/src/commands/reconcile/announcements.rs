//! Compares what Klaviyo has with what the outbox says was sent.

use std::collections::BTreeMap;

use pledge_domain::{Timestamp, ids::OutboxId, outbox::AnnouncementKind, ports::Publisher};
use tokio_postgres::Client;
use uuid::Uuid;

use super::report::Report;
use crate::{
    console::{Failure, Progress, words::iso},
    klaviyo::Klaviyo,
    tables::sql,
    tools::Tools,
};

/// The time that Klaviyo takes to show an event that it has accepted.
const UNTIL_SHOWN: time::Duration = time::Duration::minutes(10);

/// The age from which an unsent announcement is listed. The sweep queues what has waited for five minutes.
const LATE: time::Duration = time::Duration::hours(1);

/// An announcement that was sent.
struct Sent {
    id: Uuid,
    key: String,
    sent_at: Timestamp,
    occurred_at: Timestamp,
}

/// Lists what waits or was refused, and what was sent in the window and isn't in Klaviyo.
pub async fn compare(
    tools: &Tools,
    client: &Client,
    (from, to): (Timestamp, Timestamp),
    report: &mut Report,
) -> Result<(), Failure> {
    let waiting_since = to.min(tools.now() - LATE);
    for row in client.query(sql!("untold"), &[&waiting_since]).await? {
        let (id, key, recorded): (Uuid, String, Timestamp) =
            (row.try_get("id")?, row.try_get("key")?, row.try_get("created_at")?);
        let recorded = iso(recorded);
        let what = match row.try_get::<_, Option<&str>>("refusal")? {
            Some(refusal) => format!("Klaviyo refused {key}, recorded {recorded}: {refusal}"),
            None => format!("{key} waits since {recorded}"),
        };
        report.left(&id.to_string(), &what, false)?;
    }
    let Some(klaviyo) = tools.klaviyo_if_configured() else {
        report.unseen("whether Klaviyo has what was sent to it, since KLAVIYO_API_KEY isn't set".to_owned());
        return Ok(());
    };
    report.unseen("whether Klaviyo has what was sent in the last ten minutes, or what was cleared out here".to_owned());
    let sent = sent(client, from, to.min(tools.now() - UNTIL_SHOWN)).await?;
    let mut again = Vec::new();
    for row in missing(&klaviyo, sent).await? {
        let what = format!("{} was sent at {}, and Klaviyo doesn't have it", row.key, iso(row.sent_at));
        if report.applies() {
            report.repaired(&row.id.to_string(), &what)?;
            again.push(row.id);
        } else {
            report.left(&row.id.to_string(), &what, true)?;
        }
    }
    if !again.is_empty() {
        // The unique id stays, so that Klaviyo counts the event once if it has it after all.
        client.execute(sql!("send_again"), &[&again, &tools.now()]).await?;
        let rows: Vec<_> = again.into_iter().map(OutboxId::from_uuid).collect();
        tools.queue()?.publish(&rows).await?;
    }
    Ok(())
}

/// Returns what was sent in a window, by kind. Rows whose payload isn't kept any more are left out.
async fn sent(
    client: &Client,
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<AnnouncementKind, Vec<Sent>>, Failure> {
    let mut by_kind: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in client.query(sql!("sent_outbox"), &[&from, &to]).await? {
        // Consent may have gone to a list; then Klaviyo has no event for it.
        let kind = AnnouncementKind::parse(row.try_get("metric")?).filter(|kind| !kind.is_consent());
        let Some(kind) = kind else { continue };
        by_kind.entry(kind).or_default().push(Sent {
            id: row.try_get("id")?,
            key: row.try_get("key")?,
            sent_at: row.try_get("sent_at")?,
            occurred_at: row.try_get("occurred_at")?,
        });
    }
    Ok(by_kind)
}

async fn missing(klaviyo: &Klaviyo, sent: BTreeMap<AnnouncementKind, Vec<Sent>>) -> Result<Vec<Sent>, Failure> {
    let metrics = klaviyo.metrics().await?;
    let mut progress = Progress::new("announcements", sent.values().map(Vec::len).sum::<usize>());
    let mut missing = Vec::new();
    for (kind, rows) in sent {
        let number = rows.len();
        let (first, last) =
            (rows.iter().map(|row| row.occurred_at).min(), rows.iter().map(|row| row.occurred_at).max());
        let known = match (metrics.get(&kind), first, last) {
            (Some(metric), Some(first), Some(last)) => {
                klaviyo.events(metric, first, last + time::Duration::SECOND).await?
            }
            _ => Default::default(),
        };
        missing.extend(rows.into_iter().filter(|row| !known.contains(&row.id.to_string())));
        progress.advance(number);
    }
    Ok(missing)
}
