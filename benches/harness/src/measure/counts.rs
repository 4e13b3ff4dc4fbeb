//! What doesn't depend on the machine.

use std::{fmt, sync::atomic::Ordering::Relaxed};

use crate::{
    Failure,
    function::Function,
    http_server::Traffic,
    measure::bench::Bench,
    subject::Subject,
    wire::{self, COUNTING, Wire},
};

/// What went over the network in one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    pub database: wire::Counts,
    pub http_connections: usize,
    pub http_calls: usize,
    pub http_bytes: usize,
}

/// What one function does over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub start: Phase,
    pub first: Phase,
    pub warm: Phase,
}

/// Counts a start, a first request and one more.
pub async fn counts(subject: &Subject) -> Result<Counts, Failure> {
    let bench = Bench::of(subject, 2).await?;
    let wire = Wire::to(bench.server(), COUNTING).await?;
    let mut function = Function::start(subject, &bench.through(&wire)).await?;
    function.ready().await?;
    let start = phase(&wire, &bench.outside.traffic);
    let mut requests = Vec::new();
    for n in 1..=2 {
        let (_, answer) = function.invoke(subject.work.event(n)).await?;
        subject.work.check(&answer)?;
        requests.push(phase(&wire, &bench.outside.traffic));
    }
    function.end().await?;
    let [first, warm] = requests.as_slice() else { return Err("two requests".into()) };
    Ok(Counts { start, first: *first, warm: *warm })
}

fn phase(wire: &Wire, traffic: &Traffic) -> Phase {
    Phase {
        database: wire.take(),
        http_connections: traffic.connections.swap(0, Relaxed),
        http_calls: traffic.requests.swap(0, Relaxed),
        http_bytes: traffic.bytes.swap(0, Relaxed),
    }
}

/// Without bytes, which change with every word in a text.
impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wire::Counts { connections, round_trips, statements, bytes: _ } = self.database;
        let (opened, calls) = (self.http_connections, self.http_calls);
        write!(
            f,
            "{round_trips} round trips, {statements} statements, {calls} HTTP calls; opened {connections}+{opened}"
        )
    }
}
