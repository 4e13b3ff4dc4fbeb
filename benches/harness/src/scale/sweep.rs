//! The sweep, repeated until nothing is overdue.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use pledge_testkit::TestDatabase;
use serde_json::{Value, json};

use crate::{
    Failure,
    function::Function,
    measure::bench::Bench,
    stats::{Summary, millis},
    subject::Subject,
    work::Work,
};

/// The head of the table.
pub const HEAD: &str = "| Sweep of a backlog: rows that were sent before | rows that wait | sweeps | one sweep, ms | \
                        CPU per row, µs | peak memory, MiB |\n|--:|--:|--:|--:|--:|--:|\n";

/// The number of the first row that waits; no other rows have such numbers.
const FIRST: u32 = 1_000_001;

/// Returns one row of the table.
pub async fn run(binaries: &Path, database: Arc<TestDatabase>, rows: u32, backlog: u32) -> Result<String, Failure> {
    let subject = Subject::rust(Work::KlaviyoSender, binaries);
    let bench = Bench::on(database, &subject, FIRST..=FIRST + backlog - 1).await?;
    bench.connect().await.batch_execute(include_str!("../../queries/overdue.sql")).await?;
    let mut function = Function::start(&subject, &bench.direct()).await?;
    function.ready().await?;
    let schedule = Bytes::from(json!({ "source": "aws.events", "detail-type": "Scheduled Event" }).to_string());
    let (mut times, mut requeued) = (Vec::new(), 0);
    while requeued < u64::from(backlog) {
        let (time, answer) = function.invoke(schedule.clone()).await?;
        let swept = serde_json::from_slice::<Value>(&answer)?["requeued"].as_u64().unwrap_or_default();
        if swept == 0 {
            return Err("the sweep does nothing".into());
        }
        requeued += swept;
        times.push(millis(time));
    }
    let (cpu, sweeps) = (millis(function.cpu()?) * 1e3 / f64::from(backlog), times.len());
    let memory = function.peak_memory_mib()?;
    function.end().await?;
    let time = Summary::of(times).spread(0);
    Ok(format!("| {rows} | {backlog} | {sweeps} | {time} | {cpu:.0} | {memory:.1} |\n"))
}
