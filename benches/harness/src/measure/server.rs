//! What PostgreSQL spends on a function.

use std::time::Duration;

use nix::{
    errno::Errno,
    sys::time::TimeValLike,
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};
use tokio_postgres::Client;

use crate::Failure;

/// The processes of the server that serve one database, but for the connection that looks at them, each with the processor
/// time that it had when it was last looked at: a connection that ends takes nothing away.
pub struct Backends(Vec<(Pid, Duration)>);

impl Backends {
    /// Finds those that are there now.
    pub async fn of(client: &Client) -> Result<Self, Failure> {
        let rows = client.query(include_str!("../../queries/backends.sql"), &[]).await?;
        Ok(Self(rows.iter().map(|row| (Pid::from_raw(row.get(0)), Duration::ZERO)).collect()))
    }

    /// Returns the processor time of all of them so far, as the kernel counts it.
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
