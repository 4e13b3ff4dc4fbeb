//! Counts that don't depend on the machine.

use std::{fmt, sync::atomic::Ordering::Relaxed};

use pledge_faults::{self as faults, COUNTING, TcpProxy, Traffic};

use crate::{Failure, function::Function, measure::bench::Bench, subject::Subject};

/// The network traffic of one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    pub database: faults::Counts,
    pub http_connections: usize,
    pub http_calls: usize,
    pub http_bytes: usize,
}

/// The network traffic of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub start: Phase,
    pub first: Phase,
    pub warm: Phase,
}

/// Counts the traffic of a start, a first request and a further one.
pub async fn counts(subject: &Subject) -> Result<Counts, Failure> {
    let bench = Bench::of(subject, 2).await?;
    let (proxy, environment) = bench.behind_a_proxy(COUNTING).await;
    let mut function = Function::start(subject, &environment).await?;
    function.ready().await?;
    let start = phase(&proxy, bench.outside.traffic());
    let mut requests = Vec::new();
    for n in 1..=2 {
        let (_, answer) = function.invoke(subject.work.event(n)).await?;
        subject.work.check(&answer)?;
        requests.push(phase(&proxy, bench.outside.traffic()));
    }
    function.end().await?;
    let [first, warm] = requests.as_slice() else { return Err("two requests".into()) };
    Ok(Counts { start, first: *first, warm: *warm })
}

fn phase(proxy: &TcpProxy, traffic: &Traffic) -> Phase {
    Phase {
        database: proxy.take_counts(),
        http_connections: traffic.connections.swap(0, Relaxed),
        http_calls: traffic.requests.swap(0, Relaxed),
        http_bytes: traffic.bytes.swap(0, Relaxed),
    }
}

/// Prints the counts without bytes, which change with every word in a text.
impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults::Counts { connections, round_trips, statements, bytes: _ } = self.database;
        let (opened, calls) = (self.http_connections, self.http_calls);
        write!(
            f,
            "{round_trips} round trips, {statements} statements, {calls} HTTP calls; opened {connections}+{opened}"
        )
    }
}
