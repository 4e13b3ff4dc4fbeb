//! Instructions and allocations of a request, counted by valgrind, and its system calls, counted by strace. Each is the
//! difference between a short and a long run, divided by the difference in requests.

use std::{env::temp_dir, fmt, fs, path::Path, process};

use crate::{Failure, function::Function, measure::bench::Bench, subject::Subject};

/// The numbers of requests in the short run, which includes all that happens once, and in the long run.
const RUNS: [u32; 2] = [5, 55];

const CALLGRIND: [&str; 2] = ["valgrind", "--tool=callgrind"];
const MEMCHECK: [&str; 3] = ["valgrind", "--tool=memcheck", "--undef-value-errors=no"];
const STRACE: [&str; 3] = ["strace", "--follow-forks", "--summary-only"];

/// The cost of one warm request.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    pub instructions: u64,
    pub allocations: u64,
    /// The number of system calls, if strace is installed.
    pub system_calls: Option<u64>,
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} instructions, {} allocations", self.instructions, self.allocations)?;
        self.system_calls.map_or(Ok(()), |calls| write!(f, ", {calls} system calls"))
    }
}

/// Counts the cost of one warm request; none if valgrind isn't installed or can't run the program. Writes callgrind's
/// findings to `profile`, if it is given.
pub async fn effort(subject: &Subject, profile: Option<&Path>) -> Option<Effort> {
    let profile = profile.map_or_else(|| "/dev/null".to_owned(), |file| file.display().to_string());
    let output = format!("--callgrind-out-file={profile}");
    let callgrind = [&CALLGRIND[..], &[output.as_str()]].concat();
    let instructions = each(subject, &callgrind, |log| number_after(log, "Collected : ")).await.ok()?;
    let allocations = each(subject, &MEMCHECK, |log| number_after(log, "total heap usage: ")).await.ok()?;
    let system_calls = each(subject, &STRACE, calls).await.ok();
    Some(Effort { instructions, allocations, system_calls })
}

async fn each(subject: &Subject, tool: &[&str], read: fn(&str) -> Option<u64>) -> Result<u64, Failure> {
    let [short, long] = RUNS;
    let (less, more) = (total(subject, tool, read, short).await?, total(subject, tool, read, long).await?);
    Ok(more.saturating_sub(less) / u64::from(long - short))
}

/// Returns the number that the tool prints at its end.
async fn total(subject: &Subject, tool: &[&str], read: fn(&str) -> Option<u64>, requests: u32) -> Result<u64, Failure> {
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
    Ok(read(&text).ok_or("no total")?)
}

fn number_after(log: &str, label: &str) -> Option<u64> {
    log.split(label).nth(1)?.split_whitespace().next()?.replace(',', "").parse().ok()
}

/// Returns the fourth column of the last line: `100.00    0.001234           3       412         5 total`.
fn calls(log: &str) -> Option<u64> {
    log.lines().rfind(|line| line.ends_with(" total"))?.split_whitespace().nth(3)?.parse().ok()
}
