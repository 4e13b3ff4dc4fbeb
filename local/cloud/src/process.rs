//! Child processes that stop when this process does, however it ends.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::future::Future;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::time;

use crate::Error;

/// How long a process may take to become ready, on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a process may take to stop before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// A running program of the local cloud.
#[derive(Debug)]
pub(crate) struct Process {
    program: &'static str,
    child: Child,
    stop_signal: Signal,
    log: PathBuf,
}

impl Process {
    /// Starts `command`, made with [`command`], with its output in the file `log`.
    ///
    /// The program gets a process group of its own, so that Ctrl-C reaches only this process, which chooses the order of
    /// stopping.
    pub(crate) fn start(
        program: &'static str,
        mut command: Command,
        stop_signal: Signal,
        log: PathBuf,
    ) -> Result<Self, Error> {
        let started = File::create(&log).and_then(|output| {
            let errors = output.try_clone()?;
            command.process_group(0).stdin(Stdio::null()).stdout(output).stderr(errors).kill_on_drop(true).spawn()
        });
        let child = started.map_err(Error::io(format!("{program} could not be started")))?;
        Ok(Self { program, child, stop_signal, log })
    }

    /// Waits until `is_ready` returns true. Fails if the process ends first or takes too long.
    pub(crate) async fn wait_until<R: Future<Output = bool>>(
        &mut self,
        mut is_ready: impl FnMut() -> R,
    ) -> Result<(), Error> {
        let ready = async {
            while !is_ready().await {
                time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            ready = time::timeout(START_TIMEOUT, ready) => ready.map_err(|_| self.did_not_start()),
            _ = self.child.wait() => Err(self.did_not_start()),
        }
    }

    fn did_not_start(&self) -> Error {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(20)..].join("\n");
        Error::DidNotStart { program: self.program, log: end }
    }

    /// Resolves when the process has ended, with its name and status.
    pub(crate) async fn ended(&mut self) -> (&'static str, Option<ExitStatus>) {
        let status = self.child.wait().await.ok();
        (self.program, status)
    }

    /// Stops the process and waits until it is gone.
    pub(crate) async fn stop(mut self) {
        self.end(self.stop_signal).await;
    }

    /// Ends the process with the given signal, and waits until it is gone.
    pub(crate) async fn end(&mut self, signal: Signal) {
        if let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            // The signal can't be sent only if the process is gone already.
            _ = kill(Pid::from_raw(id), signal);
        }
        if time::timeout(STOP_TIMEOUT, self.child.wait()).await.is_err() {
            _ = self.child.kill().await;
        }
    }
}

/// Returns a command to which the kernel sends `stop_signal` when the calling thread ends. A parent that is killed
/// couldn't send it (Linux only).
pub(crate) fn command(program: impl AsRef<OsStr>, stop_signal: Signal) -> Command {
    if !cfg!(target_os = "linux") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", stop_signal.as_str().trim_start_matches("SIG")]).arg(program);
    command
}

/// Returns a port on 127.0.0.1 on which nothing listened a moment ago.
pub(crate) fn free_port() -> Result<u16, Error> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(Error::io("no free port on 127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use std::process::Command as Blocking;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = command("sh", Signal::SIGTERM);
        command.args(["-c", script]);
        command
    }

    fn log(test: &str) -> PathBuf {
        std::env::temp_dir().join(format!("pledge-process-{test}-{}.log", std::process::id()))
    }

    fn is_running(process: &Process) -> bool {
        let id = process.child.id().unwrap();
        Blocking::new("kill").args(["-0", &id.to_string()]).status().unwrap().success()
    }

    #[tokio::test]
    async fn a_program_that_ends_early_is_reported_with_its_last_words() {
        let log = log("early");
        let mut process =
            Process::start("sh", shell("echo the port is taken >&2; exit 1"), Signal::SIGTERM, log.clone()).unwrap();
        let error = process.wait_until(async || false).await.unwrap_err().to_string();
        fs::remove_file(log).unwrap();
        assert_eq!(error, "sh did not start:\nthe port is taken");
    }

    #[tokio::test]
    async fn a_stopped_program_gets_its_signal_and_may_tidy_up() {
        let log = log("stop");
        let script = "trap 'echo tidied; exit' TERM; echo ready; while :; do sleep 0.01; done";
        let mut process = Process::start("sh", shell(script), Signal::SIGTERM, log.clone()).unwrap();
        process.wait_until(async || fs::read_to_string(&log).unwrap() == "ready\n").await.unwrap();
        assert!(is_running(&process));
        process.stop().await;
        let output = fs::read_to_string(&log).unwrap();
        fs::remove_file(log).unwrap();
        assert_eq!(output, "ready\ntidied\n");
    }
}
