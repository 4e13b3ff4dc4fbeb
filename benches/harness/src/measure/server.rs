//! The processor time that PostgreSQL spends on a function.

use std::time::Duration;

use nix::{
    errno::Errno,
    sys::time::TimeValLike,
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};
use tokio_postgres::Client;

use crate::Failure;

/// The server's processes for one database, except that of the connection which reads them. Each has the processor time
/// at the last reading, so that a connection that has ended still counts.
pub struct Backends(Vec<(Pid, Duration)>);

impl Backends {
    /// Finds the processes that exist now.
    pub async fn of(client: &Client) -> Result<Self, Failure> {
        let rows = client.query(include_str!("../../queries/backends.sql"), &[]).await?;
        Ok(Self(rows.iter().map(|row| (Pid::from_raw(row.get(0)), Duration::ZERO)).collect()))
    }

    /// Returns the processor time of all processes so far, as the kernel counts it.
    pub fn cpu(&mut self) -> Result<Duration, Failure> {
        for (pid, known) in &mut self.0 {
            match clock_getcpuclockid(*pid) {
                Ok(clock) => *known = Duration::from_nanos(clock_gettime(clock)?.num_nanoseconds().try_into()?),
                Err(Errno::ESRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.0.iter().map(|(_, cpu)| *cpu).sum())
    }
}
