//! Requests and queries on tables of several sizes.

use std::{collections::BTreeMap, sync::Arc};

use pledge_testkit::TestDatabase;

use crate::{
    Failure,
    function::Function,
    measure::bench::Bench,
    scale::{
        Options,
        queries::{self, Query, Run},
    },
    stats::{Summary, millis},
    subject::Subject,
    work::Work,
};

/// The results on tables of one size.
pub struct Size {
    rows: u32,
    /// The latency of each kind of request, in microseconds.
    latency: Vec<(Work, Summary)>,
    queries: BTreeMap<String, Query>,
}

/// Runs every kind of request on the database, then reads the costs of its queries.
pub async fn measure(options: &Options, database: &Arc<TestDatabase>, rows: u32) -> Result<Size, Failure> {
    let client = database.connect().await;
    queries::start_counting(&client).await?;
    let (mut latency, mut next) = (Vec::new(), 1);
    for work in Work::all() {
        let subject = Subject::rust(work, &options.binaries);
        latency.push((work, requests(&subject, database, next, options.requests).await?));
        next += options.requests;
    }
    Ok(Size { rows, latency, queries: queries::all(&client).await? })
}

async fn requests(subject: &Subject, database: &Arc<TestDatabase>, first: u32, count: u32) -> Result<Summary, Failure> {
    let all = first..=first + count - 1;
    let bench = Bench::on(Arc::clone(database), subject, all.clone()).await?;
    let mut function = Function::start(subject, &bench.direct()).await?;
    function.ready().await?;
    let mut latency = Vec::new();
    for n in all {
        let (time, answer) = function.invoke(subject.work.event(n)).await?;
        subject.work.check(&answer)?;
        if n >= first + count / 3 {
            latency.push(millis(time) * 1e3);
        }
    }
    function.end().await?;
    Ok(Summary::of(latency))
}

/// Returns the table of latencies, a row for each kind of request.
pub fn requests_table(sizes: &[Size]) -> String {
    let mut text = head("Latency with so many rows in each table, µs", sizes.iter().map(|size| size.rows.to_string()));
    for work in Work::all() {
        let cells = sizes.iter().flat_map(|size| &size.latency).filter(|(of, _)| *of == work);
        let cells = cells.map(|(_, summary)| summary.spread(0));
        text.push_str(&format!("| `{}` | {} |\n", work.name(), cells.collect::<Vec<_>>().join(" | ")));
    }
    text
}

/// Returns the table of the queries' costs, a row for each.
pub fn queries_table(sizes: &[Size]) -> String {
    let Some(first) = sizes.first() else { return String::new() };
    let columns = sizes.iter().map(|size| format!("{}: cost | µs | pages", size.rows));
    let mut text = format!(
        "No query reads a table that grows from end to end. Cost is the server's estimate for any parameters; µs and \
         pages are means of what the requests above ran.\n\n| Query | {} |\n|---|{}\n",
        columns.collect::<Vec<_>>().join(" | "),
        "--:|".repeat(3 * sizes.len())
    );
    for name in first.queries.keys() {
        let cells = sizes.iter().filter_map(|size| size.queries.get(name)).map(|query| match query.run {
            Some(Run { micros, pages }) => format!("{:.0} | {micros:.0} | {pages:.0}", query.cost),
            None => format!("{:.0} | – | –", query.cost),
        });
        text.push_str(&format!("| {name} | {} |\n", cells.collect::<Vec<_>>().join(" | ")));
    }
    text
}

fn head(title: &str, columns: impl ExactSizeIterator<Item = String>) -> String {
    let numbers = "--:|".repeat(columns.len());
    format!("| {title} | {} |\n|---|{numbers}\n", columns.collect::<Vec<_>>().join(" | "))
}
