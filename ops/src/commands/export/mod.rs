//! `ops export`: tables as CSV (RFC 4180). Each query names the columns, and converts every value to text.

mod carried_over;
mod cell;
mod revenue;

use std::io;

use futures_util::{TryStreamExt, pin_mut};
use tokio_postgres::Row;

use crate::{
    arguments::{Export, Window},
    console::{Done, Failure, Progress},
    tables::{Tables, sql},
    tools::Tools,
};

/// Writes a table to standard output.
pub async fn run(tools: &Tools, export: Export) -> Result<Done, Failure> {
    let (query, window) = match export {
        Export::Preorders(window) => (sql!("export_preorders"), window),
        Export::Ledger(window) => (sql!("export_ledger"), window),
        Export::Funnel(window) => (sql!("export_funnel"), window),
        Export::Revenue(window) => return revenue::run(tools, window).await,
        Export::CarriedOver => return carried_over::run(tools).await,
    };
    write(tools, query, window).await
}

/// Writes a table row by row, so that a large one needs no memory.
async fn write(tools: &Tools, query: &str, window: Window) -> Result<Done, Failure> {
    let (from, to) = window.bounds(tools.now())?;
    let mut tables = Tables::open(&tools.database()?).await?;
    let client = tables.client();
    let statement = client.prepare(query).await?;
    let mut csv = csv::Writer::from_writer(io::stdout().lock());
    csv.write_record(statement.columns().iter().map(tokio_postgres::Column::name)).map_err(unwrap_io)?;
    let rows = client.query_raw(&statement, [from, to]).await?;
    pin_mut!(rows);
    let mut progress = Progress::new("rows", None);
    while let Some(row) = rows.try_next().await? {
        csv.write_record(cells(&row)?).map_err(unwrap_io)?;
        progress.advance(1);
    }
    csv.flush()?;
    Ok(Done::All)
}

fn cells(row: &Row) -> Result<Vec<String>, tokio_postgres::Error> {
    (0..row.len()).map(|column| Ok(cell::text(row.try_get(column)?))).collect()
}

/// Returns the I/O error inside a CSV error, so that a closed pipe, whose reader has seen enough, can be told from a full
/// disk.
fn unwrap_io(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => format!("{other:?}").into(),
    }
}
