//! Changes of rows: triggers record them, and a task reads the records.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::{Client, NoTls};

use super::activity::{Activity, Entry, System, now};

const EVERY: Duration = Duration::from_millis(150);

/// Removes the recorded changes and returns each as JSON text, so that the driver needs no further feature.
const TAKE: &str = "
    with taken as (delete from console.change returning *)
    select json_build_object(
        'at', (extract(epoch from at) * 1000)::bigint,
        'table', table_name, 'operation', operation, 'before', before, 'after', after
    )::text
    from taken order by id";

/// Installs the triggers in a fresh database and returns a connection to it.
pub(super) async fn install(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // The task ends with its client, or with the server.
    tokio::spawn(connection);
    client.batch_execute(include_str!("audit.sql")).await?;
    Ok(client)
}

/// Reads recorded changes until the server is gone.
pub(super) async fn watch(activity: Activity, client: Client) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !client.is_closed() {
        ticks.tick().await;
        let Ok(rows) = client.query(TAKE, &[]).await else { continue };
        for row in rows {
            if let Ok(change) = serde_json::from_str::<Value>(row.get(0)) {
                activity.push(entry(&change));
            }
        }
    }
}

fn entry(change: &Value) -> Entry {
    let text = |name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default();
    let (before, after) = (change["before"].clone(), change["after"].clone());
    let changed = changed(&before, &after);
    Entry {
        id: 0,
        at: change["at"].as_u64().unwrap_or_else(now),
        from: System::Api,
        to: System::Postgres,
        title: format!("{} {}", text("operation"), text("table")),
        result: changed.join(", "),
        ok: true,
        took: None,
        before,
        after,
    }
}

/// Returns what an update changed, in a few words: `status initiated → processing`.
fn changed(before: &Value, after: &Value) -> Vec<String> {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { return Vec::new() };
    let differs = after.iter().filter(|(name, value)| before.get(*name) != Some(*value));
    let mut named: Vec<_> = differs.filter(|(name, _)| !matches!(name.as_str(), "updated_at" | "version")).collect();
    // Columns with a status come first.
    named.sort_by_key(|(name, _)| !name.contains("status"));
    named.into_iter().map(|(name, value)| describe(name, before.get(name), value)).take(3).collect()
}

fn describe(name: &str, before: Option<&Value>, after: &Value) -> String {
    let short = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (before.map(short), short(after)) {
        (Some(before), after) if before.len() + after.len() < 40 => format!("{name} {before} → {after}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_update_says_what_it_changed() {
        let before = json!({ "status": "initiated", "updated_at": 1, "amount": null });
        let after = json!({ "status": "completed", "updated_at": 2, "amount": 1999 });
        assert_eq!(changed(&before, &after), ["status initiated → completed", "amount null → 1999"]);
    }

    #[test]
    fn an_insert_lists_no_changed_columns() {
        assert!(changed(&Value::Null, &json!({ "status": "initiated" })).is_empty());
    }
}
