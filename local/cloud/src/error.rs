//! The errors of the local cloud.

use std::io;
use std::path::PathBuf;

/// The reason why the local cloud can't start or wasn't found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another local cloud uses the folder.
    #[error("a local cloud is running in {} already", .0.display())]
    RunsAlready(PathBuf),
    /// No local cloud runs in this folder.
    #[error("no local cloud is running: {} is missing; start one with `make run`", .0.display())]
    NotRunning(PathBuf),
    /// The port of the API is taken.
    #[error("port {port} is taken; choose another with PLEDGE_PORT")]
    PortTaken {
        /// The port that was asked for.
        port: u16,
        /// The operating system's error.
        source: io::Error,
    },
    /// A program of the local cloud ended, or didn't become ready in time.
    #[error("{program} did not start:\n{log}")]
    DidNotStart {
        /// The program's name.
        program: &'static str,
        /// The end of its output.
        log: String,
    },
    /// The functions' binaries are not there.
    #[error("{} is missing; build the functions first: cargo build --workspace --bins", .0.display())]
    NotBuilt(PathBuf),
    /// The template could not be deployed.
    #[error("the template was not deployed:\n{0}")]
    Deployment(String),
    /// The database could not be created or migrated.
    #[error("the database could not be set up")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stand-in could not be started.
    #[error("the stand-ins could not be started")]
    StandIns(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file or a program could not be used.
    #[error("{what}")]
    Io {
        /// The attempted action.
        what: String,
        /// The operating system's error.
        source: io::Error,
    },
}

impl Error {
    /// Makes an [`Error::Io`] of the attempted action and the operating system's error, for `map_err`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        |source| Self::Io { what, source }
    }
}
