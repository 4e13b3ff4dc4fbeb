//! The sender under load.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    Failure,
    function::Function,
    measure::bench::Bench,
    stats::{Summary, millis},
    subject::Subject,
    work::{Work, messages},
};

/// How long Klaviyo takes to answer here.
const KLAVIYO: Duration = Duration::from_millis(100);

/// Batches of one size.
const BATCHES: u32 = 20;

/// What SQS may hand over at once.
const SIZES: [u32; 4] = [1, 10, 25, 100];

pub async fn run(binaries: &Path, backlog: u32) -> Result<String, Failure> {
    let subject = Subject::rust(Work::KlaviyoSender, binaries);
    let mut text = sweep(&subject, backlog).await?;
    let head = format!("Messages in a batch, Klaviyo answers after {} ms", KLAVIYO.as_millis());
    text.push_str(&format!(
        "\n| {head} | batch, ms | events per second and sender | CPU per event, µs |\n|---|--:|--:|--:|\n"
    ));
    for size in SIZES {
        text.push_str(&batches(&subject, size).await?);
    }
    Ok(text)
}

/// The schedule, again and again until nothing is overdue.
async fn sweep(subject: &Subject, backlog: u32) -> Result<String, Failure> {
    let bench = Bench::of(subject, backlog).await?;
    bench.connect().await.batch_execute("update outbox set created_at = now() - interval '1 hour'; analyze").await?;
    let mut function = Function::start(subject, &bench.direct()).await?;
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
    let (cpu, sweeps) = (function.cpu()?, times.len());
    let memory = function.peak_memory_mib()?;
    function.end().await?;
    let Summary { median, lower, upper } = Summary::of(times);
    Ok(format!(
        "A backlog of {backlog} rows is queued again in {sweeps} sweeps of **{median:.0}** ms ({lower:.0}–{upper:.0}), with \
         {:.0} µs of CPU for each row and {memory:.1} MiB at most.\n",
        millis(cpu) * 1e3 / f64::from(backlog)
    ))
}

async fn batches(subject: &Subject, size: u32) -> Result<String, Failure> {
    let bench = Bench::slow(subject, (BATCHES + 1) * size, KLAVIYO).await?;
    let mut function = Function::start(subject, &bench.direct()).await?;
    function.ready().await?;
    let batch = |n: u32| Bytes::from(messages(n * size + 1..=(n + 1) * size).to_string());
    // The first one connects.
    function.invoke(batch(0)).await?;
    let before = function.cpu()?;
    let mut times = Vec::new();
    for n in 1..=BATCHES {
        let (time, answer) = function.invoke(batch(n)).await?;
        subject.work.check(&answer)?;
        times.push(millis(time));
    }
    let cpu = millis(function.cpu()? - before) * 1e3 / f64::from(BATCHES * size);
    function.end().await?;
    let Summary { median, lower, upper } = Summary::of(times);
    let rate = f64::from(size) * 1e3 / median;
    Ok(format!("| {size} | **{median:.0}** ({lower:.0}–{upper:.0}) | **{rate:.0}** | {cpu:.0} |\n"))
}
