//! Instructions and allocations of one request, counted by valgrind: two runs, and the difference is the requests'.

use std::{env::temp_dir, fs, process};

use crate::{Failure, function::Function, measure::bench::Bench, subject::Subject};

/// Requests of the short run, which has everything that happens once, and of the long one.
const RUNS: [u32; 2] = [5, 55];

const CALLGRIND: [&str; 3] = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
const MEMCHECK: [&str; 3] = ["valgrind", "--tool=memcheck", "--undef-value-errors=no"];

/// Of one warm request.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    pub instructions: u64,
    pub allocations: u64,
}

/// Counts, if valgrind is there and can run the program.
pub async fn effort(subject: &Subject) -> Option<Effort> {
    let instructions = each(subject, &CALLGRIND, "Collected : ").await.ok()?;
    let allocations = each(subject, &MEMCHECK, "total heap usage: ").await.ok()?;
    Some(Effort { instructions, allocations })
}

async fn each(subject: &Subject, tool: &[&str], label: &str) -> Result<u64, Failure> {
    let [short, long] = RUNS;
    let (less, more) = (total(subject, tool, label, short).await?, total(subject, tool, label, long).await?);
    Ok(more.saturating_sub(less) / u64::from(long - short))
}

/// The number that stands after `label` in what the tool says at the end.
async fn total(subject: &Subject, tool: &[&str], label: &str, requests: u32) -> Result<u64, Failure> {
    let log = temp_dir().join(format!("pledge-bench-{}.log", process::id()));
    let watched = subject.under(tool, log.clone());
    let bench = Bench::of(&watched, requests).await?;
    let mut function = Function::start(&watched, &bench.direct()).await?;
    function.ready().await?;
    for n in 1..=requests {
        function.invoke(watched.work.event(n)).await?;
    }
    function.end().await?;
    let text = fs::read_to_string(&log)?;
    fs::remove_file(&log)?;
    let number = text.split(label).nth(1).and_then(|rest| rest.split_whitespace().next()).ok_or("no total")?;
    Ok(number.replace(',', "").parse()?)
}
