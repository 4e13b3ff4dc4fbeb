//! Requests one after the other, as Lambda gives them to one instance.

use crate::{
    Failure,
    function::Function,
    measure::bench::Bench,
    stats::{Summary, millis},
    subject::Subject,
};

/// A process that has warmed up.
pub struct Warm {
    subject: Subject,
    bench: Bench,
    function: Function,
    next: u32,
    latency: Vec<f64>,
    cpu: Vec<f64>,
}

/// Per request, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Requests {
    pub latency: Summary,
    pub cpu: Summary,
    /// Peak memory after all of them, in MiB.
    pub memory: f64,
}

impl Warm {
    /// Starts the subject and warms it up with `warming` requests; `measured` requests may follow.
    pub async fn up(subject: &Subject, warming: u32, measured: u32) -> Result<Self, Failure> {
        let bench = Bench::of(subject, warming + measured).await?;
        let mut function = Function::start(subject, &bench.direct()).await?;
        function.ready().await?;
        let mut warm =
            Self { subject: subject.clone(), bench, function, next: 1, latency: Vec::new(), cpu: Vec::new() };
        for _ in 0..warming {
            warm.request().await?;
        }
        Ok(warm)
    }

    /// Measures a block of `size` requests.
    pub async fn block(&mut self, size: u32) -> Result<(), Failure> {
        let before = self.function.cpu()?;
        for _ in 0..size {
            let latency = self.request().await?;
            self.latency.push(latency);
        }
        let cpu = self.function.cpu()? - before;
        self.cpu.push(millis(cpu) * 1e3 / f64::from(size));
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
        Ok(Requests { latency: Summary::of(self.latency), cpu: Summary::of(self.cpu), memory })
    }
}
