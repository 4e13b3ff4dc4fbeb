//! Cold starts: from the start of a process to its first answer.

use std::time::Duration;

use crate::{
    Failure,
    function::Function,
    measure::bench::Bench,
    stats::{Summary, millis},
    subject::Subject,
};

/// The cold starts of one subject. Times are in milliseconds.
#[derive(Debug, Default)]
pub struct Cold {
    ready: Vec<f64>,
    ready_cpu: Vec<f64>,
    cpu_before_database: Vec<f64>,
    first: Vec<f64>,
    whole_cpu: Vec<f64>,
    memory: Vec<f64>,
}

/// A summary of cold starts.
#[derive(Debug, Clone, Copy)]
pub struct Starts {
    /// The time until the process asks for its first invocation.
    pub ready: Summary,
    /// The processor time until then.
    pub ready_cpu: Summary,
    /// The processor time until it connects to the database.
    pub cpu_before_database: Summary,
    /// The time from the first request to its answer.
    pub first: Summary,
    /// The processor time of the start and the first request together.
    pub whole_cpu: Summary,
    /// The peak memory, in MiB.
    pub memory: Summary,
}

impl Cold {
    /// Measures one more start, with request `n` as the first.
    pub async fn measure(&mut self, subject: &Subject, bench: &Bench, n: u32) -> Result<(), Failure> {
        let (proxy, environment) = bench.behind_a_proxy(Duration::ZERO).await;
        let mut function = Function::start(subject, &environment).await?;
        let mut before_database = None;
        let ready = loop {
            let cpu = tokio::select! {
                biased;
                () = proxy.connected(), if before_database.is_none() => function.cpu()?,
                ready = function.ready() => break ready?,
            };
            before_database = Some(cpu);
        };
        let ready_cpu = function.cpu()?;
        let (first, answer) = function.invoke(subject.work.event(n)).await?;
        subject.work.check(&answer)?;
        self.ready.push(millis(ready));
        self.ready_cpu.push(millis(ready_cpu));
        self.cpu_before_database.push(millis(before_database.unwrap_or(ready_cpu)));
        self.first.push(millis(first));
        self.whole_cpu.push(millis(function.cpu()?));
        self.memory.push(function.peak_memory_mib()?);
        function.end().await
    }

    pub fn summary(self) -> Starts {
        Starts {
            ready: Summary::of(self.ready),
            ready_cpu: Summary::of(self.ready_cpu),
            cpu_before_database: Summary::of(self.cpu_before_database),
            first: Summary::of(self.first),
            whole_cpu: Summary::of(self.whole_cpu),
            memory: Summary::of(self.memory),
        }
    }
}
