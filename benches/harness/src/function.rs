//! A process of a function, from its start to its end.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use bytes::Bytes;
use nix::{
    sys::time::TimeValLike,
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use pledge_faults::{Call, RuntimeApi};

use crate::{
    Failure,
    subject::{Environment, Subject},
};

/// A time that nothing here takes, not even under valgrind.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running process of a function.
pub struct Function {
    name: String,
    child: Child,
    pid: Pid,
    api: RuntimeApi,
    started: Instant,
}

impl Function {
    /// Starts the process with only those variables that Lambda and the template set.
    pub async fn start(subject: &Subject, environment: &Environment) -> Result<Self, Failure> {
        let api = RuntimeApi::start(PATIENCE).await;
        let mut command = Command::new(&subject.program);
        command.args(&subject.arguments).env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        command.env("AWS_LAMBDA_RUNTIME_API", api.address().to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(subject.stderr()?).kill_on_drop(true);
        let started = Instant::now();
        let child = command.spawn().map_err(|error| format!("{}: {error}", subject.program.display()))?;
        let id = child.id().ok_or("the process has ended at once")?;
        Ok(Self { name: subject.name.clone(), child, pid: Pid::from_raw(id.try_into()?), api, started })
    }

    /// Waits until the process asks for an invocation. Returns how long after its start that was.
    pub async fn ready(&mut self) -> Result<Duration, Failure> {
        match self.call().await? {
            Call::Next(at) => Ok(at - self.started),
            other => Err(format!("{}: {other} instead of the next invocation", self.name).into()),
        }
    }

    /// Invokes the function with an event and waits until the process is ready again. Returns the time until the answer,
    /// and the answer.
    pub async fn invoke(&mut self, event: Bytes) -> Result<(Duration, Bytes), Failure> {
        let sent = Instant::now();
        self.api.send(event);
        let (at, body) = match self.call().await? {
            Call::Response(_, at, body) => (at, body),
            other => return Err(format!("{}: {other} instead of a response", self.name).into()),
        };
        self.ready().await?;
        Ok((at - sent, body))
    }

    /// Returns the processor time of all threads so far.
    pub fn cpu(&self) -> Result<Duration, Failure> {
        let time = clock_gettime(clock_getcpuclockid(self.pid)?)?;
        Ok(Duration::from_nanos(time.num_nanoseconds().try_into()?))
    }

    /// Returns the peak memory so far, in MiB.
    pub fn peak_memory_mib(&self) -> Result<f64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        let kib: u32 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(f64::from(kib) / 1024.0)
    }

    /// Asks the process to end, as Lambda does, and waits until it has.
    pub async fn end(mut self) -> Result<(), Failure> {
        nix::sys::signal::kill(self.pid, nix::sys::signal::Signal::SIGTERM)?;
        timeout(PATIENCE, self.child.wait()).await??;
        Ok(())
    }

    async fn call(&mut self) -> Result<Call, Failure> {
        tokio::select! {
            call = timeout(PATIENCE, self.api.call()) => Ok(call?),
            _ = self.child.wait() => Err(format!("{}: the process has ended", self.name).into()),
        }
    }
}
