//! What can be chosen about a local cloud.

use std::path::{Path, PathBuf};

use pledge_stand_ins::Clock;

use crate::environment;
use crate::progress::Progress;

/// How a local cloud is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The project's folder, which holds `template.yaml`.
    pub project: PathBuf,
    /// The folder in which the cloud keeps its files; one cloud a folder.
    pub home: PathBuf,
    /// The folder of the functions' binaries.
    pub binaries: PathBuf,
    /// The port of the API on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The level of the functions' logs.
    pub log_level: String,
    /// The origin of the front end, which readers are sent back to and which may call the API from a browser; without
    /// one, a page of the cloud's own.
    pub public_site_url: Option<String>,
    /// Whether the console shows the rows that change. Triggers that write them down are installed for it.
    pub record_rows: bool,
    /// Whether nothing is told of what happens in the cloud.
    pub quiet: bool,
    /// What time it is at Stripe and Klaviyo. The functions have the machine's.
    pub clock: Clock,
    /// What is told how far the start has come.
    pub progress: Progress,
}

impl Default for Options {
    /// Returns the cloud of this clone, as `make run` starts it: in `PLEDGE_HOME` or `.local`, on `PLEDGE_PORT` or
    /// 9000, silent.
    fn default() -> Self {
        let project = project();
        Self {
            home: environment::home().unwrap_or_else(|| project.join(".local")),
            project,
            binaries: environment::binaries(),
            port: environment::port().unwrap_or(9000),
            log_level: environment::log_level().unwrap_or_else(|| "info".to_owned()),
            public_site_url: environment::public_site_url(),
            quiet: environment::quiet(),
            clock: Clock::real(),
            record_rows: environment::record_rows(),
            progress: Progress::silent(),
        }
    }
}

impl Options {
    /// Returns a cloud for tests, on any free port, that runs beside the developer's own.
    #[must_use]
    pub fn for_tests() -> Self {
        let options = Self::default();
        Self { home: options.home.join("test-cloud"), port: 0, ..options }
    }

    /// Returns the file to which the running cloud's addresses are written.
    #[must_use]
    pub fn endpoints_file(&self) -> PathBuf {
        self.home.join("endpoints.json")
    }

    /// Returns the folder of the functions' and the other programs' logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.home.join("logs")
    }

    /// Returns the folder of the emulator's files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.home.join("tmp")
    }

    /// Returns the interpreter into whose environment `scripts/install-tools` put the emulator.
    pub(crate) fn python(&self) -> PathBuf {
        self.project.join(".local/venv/bin/python")
    }
}

fn project() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_owned()
}
