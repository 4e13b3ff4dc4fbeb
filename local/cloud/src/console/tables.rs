//! Serves the present rows of the database's tables.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio_postgres::{Client, NoTls};

use super::Console;

/// The greatest number of rows of a table that are shown.
const ROWS: usize = 200;

const LIST: &str = "
    select coalesce(json_agg(tablename order by tablename), '[]')::text
    from pg_tables where schemaname = 'public'";

/// Selects what waits for a person: events that could not be applied, and announcements that Klaviyo refused for good.
const PARKED: &str = "
    select json_build_object(
        'events', coalesce((
            select json_agg(e order by e.processed_at desc)
            from (select * from stripe_event where outcome = 'parked' order by processed_at desc limit 200) e
        ), '[]'),
        'announcements', coalesce((
            select json_agg(o order by o.parked_at desc)
            from (select * from outbox where parked_at is not null order by parked_at desc limit 200) o
        ), '[]')
    )::text";

/// Answers `GET /_console/parked`: `events` and `announcements`, newest first.
pub(super) async fn parked(State(console): State<Console>) -> Response {
    answer(query(&console, PARKED).await)
}

/// Answers `GET /_console/tables`: the names of the tables.
pub(super) async fn list(State(console): State<Console>) -> Response {
    answer(query(&console, LIST).await)
}

/// Answers `GET /_console/tables/{name}`: the newest rows of a table.
pub(super) async fn rows(State(console): State<Console>, Path(name): Path<String>) -> Response {
    let known = query(&console, LIST).await;
    let is_table = |known: &Value| known.as_array().is_some_and(|names| names.iter().any(|known| *known == name));
    match known {
        // The name of a table that exists is safe between quotes.
        Ok(known) if is_table(&known) && !name.contains('"') => {
            let rows = format!("select * from public.\"{name}\" order by ctid desc limit {ROWS}");
            let statement = format!("select coalesce(json_agg(t), '[]')::text from ({rows}) t");
            answer(query(&console, &statement).await)
        }
        Ok(_) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => answer(Err(error)),
    }
}

/// Runs a query on a connection of its own: queries are rare, and the database may be restarted in between.
async fn query(console: &Console, statement: &str) -> Result<Value, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(&console.endpoints.database_url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let answer = one(&client, statement).await;
    drop(client);
    // The connection ends with its client.
    _ = connection.await;
    answer
}

async fn one(client: &Client, statement: &str) -> Result<Value, tokio_postgres::Error> {
    let row = client.query_one(statement, &[]).await?;
    Ok(serde_json::from_str(row.get(0)).unwrap_or_default())
}

fn answer(result: Result<Value, tokio_postgres::Error>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}
