//! The sender's throughput.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    Failure,
    function::Function,
    measure::bench::Bench,
    scale::Options,
    stats::{Summary, millis},
    subject::Subject,
    work::{Work, messages},
};

/// The time that Klaviyo takes to answer here.
const KLAVIYO: Duration = Duration::from_millis(100);

/// The values of `SEND_INTERVAL_MILLISECONDS` to compare: none, and the template's.
const INTERVALS: [u32; 2] = [0, 35];

pub async fn run(options: &Options) -> Result<String, Failure> {
    let subject = Subject::rust(Work::KlaviyoSender, &options.binaries);
    let mut text = format!(
        "| Messages in a batch, Klaviyo answers after {} ms | interval, ms | batch, ms | events a second: one sender | two, \
         a minute | CPU per event, µs |\n|--:|--:|--:|--:|--:|--:|\n",
        KLAVIYO.as_millis()
    );
    for interval in INTERVALS {
        for size in &options.batches {
            let count = (400 / size).clamp(4, 20).min(options.batches_of_each);
            text.push_str(&batches(&subject, *size, count, interval).await?);
        }
    }
    Ok(text)
}

async fn batches(subject: &Subject, size: u32, count: u32, interval: u32) -> Result<String, Failure> {
    let bench = Bench::slow(subject, (count + 1) * size, KLAVIYO).await?;
    let mut environment = bench.direct();
    environment.push(("SEND_INTERVAL_MILLISECONDS", interval.to_string()));
    let mut function = Function::start(subject, &environment).await?;
    function.ready().await?;
    let batch = |n: u32| Bytes::from(messages(n * size + 1..=(n + 1) * size).to_string());
    // The first batch opens the connections.
    function.invoke(batch(0)).await?;
    let before = function.cpu()?;
    let mut times = Vec::new();
    for n in 1..=count {
        let (time, answer) = function.invoke(batch(n)).await?;
        subject.work.check(&answer)?;
        times.push(millis(time));
    }
    let cpu = millis(function.cpu()? - before) * 1e3 / f64::from(count * size);
    function.end().await?;
    let time = Summary::of(times);
    let rate = f64::from(size) * 1e3 / time.median;
    let both = rate * 120.0;
    Ok(format!("| {size} | {interval} | {} | **{rate:.0}** | {both:.0} | {cpu:.0} |\n", time.spread(0)))
}
