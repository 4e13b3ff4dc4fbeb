//! Reads the environment, as no other module of this crate does.
#![allow(
    clippy::disallowed_methods,
    reason = "a tool for developers, started by hand: its environment is its interface"
)]

use std::path::PathBuf;

/// Returns the port that was asked for in `PLEDGE_PORT`; 0 means any free one.
pub(crate) fn port() -> Option<u16> {
    std::env::var("PLEDGE_PORT").ok()?.parse().ok()
}

/// Returns the folder of the cloud's files that was asked for in `PLEDGE_HOME`.
pub(crate) fn home() -> Option<PathBuf> {
    std::env::var("PLEDGE_HOME").ok().map(PathBuf::from)
}

/// Returns the level of the functions' logs that was asked for in `LOG_LEVEL`.
pub(crate) fn log_level() -> Option<String> {
    std::env::var("LOG_LEVEL").ok()
}

/// Returns the origin of a front end that runs elsewhere, from `PUBLIC_SITE_URL`.
pub(crate) fn public_site_url() -> Option<String> {
    std::env::var("PUBLIC_SITE_URL").ok()
}

/// Returns whether `RECORD_ROWS` asks for changes of rows in the console.
pub(crate) fn record_rows() -> bool {
    std::env::var("RECORD_ROWS").is_ok_and(|value| !value.is_empty())
}

/// Returns whether `QUIET` asks for no lines about what happens.
pub(crate) fn quiet() -> bool {
    std::env::var("QUIET").is_ok_and(|value| !value.is_empty())
}

/// Returns the file with the addresses of a running cloud that `PLEDGE_ENDPOINTS` names; none if it isn't set.
pub(crate) fn endpoints_file() -> Option<PathBuf> {
    std::env::var("PLEDGE_ENDPOINTS").ok().map(PathBuf::from)
}

/// Returns the folders in which programs are searched for.
pub(crate) fn path() -> String {
    std::env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".to_owned())
}

/// Returns the folder of this build's binaries: that of the running program, or its parent for a test.
pub(crate) fn binaries() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap_or_default();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    folder
}
