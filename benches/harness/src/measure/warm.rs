//! Warm requests, one after the other, as Lambda gives them to one instance.

use std::sync::Arc;

use pledge_testkit::TestDatabase;

use crate::{
    Failure,
    function::Function,
    measure::{bench::Bench, server::Backends},
    stats::{Summary, millis},
    subject::Subject,
};

/// A process that has been warmed up.
pub struct Warm {
    subject: Subject,
    bench: Bench,
    function: Function,
    backends: Backends,
    next: u32,
    latency: Vec<f64>,
    cpu: Vec<f64>,
    server_cpu: Vec<f64>,
}

/// The cost of a request, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Requests {
    pub latency: Summary,
    pub cpu: Summary,
    /// The processor time of the database's server.
    pub server_cpu: Summary,
    /// The peak memory after all requests, in MiB.
    pub memory: f64,
}

impl Warm {
    /// Starts the subject on tables of this many rows and warms it up with `warming` requests; `measured` requests may
    /// follow.
    ///
    /// On empty tables the server would make plans that are wrong once the tables fill, and keep them.
    pub async fn up(subject: &Subject, rows: u32, warming: u32, measured: u32) -> Result<Self, Failure> {
        let database = Arc::new(TestDatabase::with_history(rows).await);
        let bench = Bench::on(database, subject, 1..=warming + measured).await?;
        let mut function = Function::start(subject, &bench.direct()).await?;
        function.ready().await?;
        let backends = Backends::of(&bench.connect().await).await?;
        let (latency, cpu, server_cpu) = Default::default();
        let subject = subject.clone();
        let mut warm = Self { subject, bench, function, backends, next: 1, latency, cpu, server_cpu };
        for _ in 0..warming {
            warm.request().await?;
        }
        Ok(warm)
    }

    /// Measures a block of `size` requests.
    pub async fn block(&mut self, size: u32) -> Result<(), Failure> {
        let (before, server_before) = (self.function.cpu()?, self.backends.cpu()?);
        for _ in 0..size {
            let latency = self.request().await?;
            self.latency.push(latency);
        }
        let each = |time| millis(time) * 1e3 / f64::from(size);
        self.cpu.push(each(self.function.cpu()? - before));
        self.server_cpu.push(each(self.backends.cpu()? - server_before));
        Ok(())
    }

    async fn request(&mut self) -> Result<f64, Failure> {
        let (latency, answer) = self.function.invoke(self.subject.work.event(self.next)).await?;
        self.subject.work.check(&answer)?;
        self.next += 1;
        Ok(millis(latency) * 1e3)
    }

    pub async fn end(self) -> Result<Requests, Failure> {
        let memory = self.function.peak_memory_mib()?;
        self.function.end().await?;
        drop(self.bench);
        let [latency, cpu, server_cpu] = [self.latency, self.cpu, self.server_cpu].map(Summary::of);
        Ok(Requests { latency, cpu, server_cpu, memory })
    }
}
