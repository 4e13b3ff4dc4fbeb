//! The options of a local cloud.

use std::path::{Path, PathBuf};

use pledge_stand_ins::Clock;

use crate::environment;
use crate::progress::Progress;

/// The options with which a local cloud is started.
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
    /// The origin of the front end, to which readers are sent back and which may call the API from a browser. Without
    /// one, it is the cloud's own storefront.
    pub public_site_url: Option<String>,
    /// Whether the console shows changes of rows, for which triggers are installed.
    pub record_rows: bool,
    /// Whether no lines about what happens are printed.
    pub quiet: bool,
    /// The clock of Stripe and Klaviyo. The functions use the machine's.
    pub clock: Clock,
    /// The receiver of the start's progress.
    pub progress: Progress,
}

impl Default for Options {
    /// Returns the options of this clone's cloud as `make run` starts it, but silent: in `PLEDGE_HOME` or `.local`, on
    /// `PLEDGE_PORT` or 9000.
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
    /// Returns the options of a cloud for tests: on any free port, beside the developer's own.
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

    /// Returns the folder with the logs of the functions and the other programs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.home.join("logs")
    }

    /// Returns the folder of the emulator's files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.home.join("tmp")
    }

    /// Returns the Python interpreter for which `scripts/install-tools` installed the emulator.
    pub(crate) fn python(&self) -> PathBuf {
        self.project.join(".local/venv/bin/python")
    }
}

fn project() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_owned()
}
