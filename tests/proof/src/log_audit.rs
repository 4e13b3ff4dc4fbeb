//! Searches every line that is logged in any run for what no log may hold.

use std::{
    collections::VecDeque,
    io,
    sync::{Mutex, MutexGuard},
};

use pledge_testkit::functions;
use tracing_subscriber::{
    Layer as _, Registry,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    functions::{TOKEN, WEBHOOK_SECRET},
    journeys::FIRST_NAME,
};

/// What the readers of all runs and the events of the corpus are called, live and pay with, and what the functions know:
/// addresses, names, telephone numbers, cards, tokens, keys, client secrets.
const MARKERS: [&str; 19] = [
    "@example",
    FIRST_NAME,
    "HANAKO",
    "hanako",
    "山田",
    "Marker Road",
    "1 Long Street",
    "1415555",
    "85251234567",
    "817012345678",
    "河原町",
    "4242424242424242",
    TOKEN,
    WEBHOOK_SECRET,
    "sk_test_",
    "rk_test_",
    "pk_proof",
    "_secret_",
    "Bearer ",
];

/// How many of the newest lines are kept for whoever reads why a run fails.
const TAIL: usize = 8;

static AUDIT: Mutex<Audit> = Mutex::new(Audit { lines: 0, tail: VecDeque::new(), bad: Vec::new() });

struct Audit {
    lines: usize,
    tail: VecDeque<String>,
    bad: Vec<String>,
}

/// Starts the audit of this process, unless it runs already: of what production logs, and of our own crates at `debug`.
pub fn start() {
    let crates = functions().into_iter().map(|function| function.replace('-', "_"));
    let ours = crates.chain(["pledge".to_owned()]).map(|target| (target, LevelFilter::DEBUG));
    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(ours)
        // These play the outside.
        .with_target("pledge_stand_ins", LevelFilter::OFF);
    let lines = fmt::layer().json().flatten_event(true).without_time().with_writer(|| Auditor).with_filter(targets);
    // Only the first of a process succeeds, and one is enough.
    _ = Registry::default().with(lines).try_init();
}

/// Checks that no line so far had one of the markers in it.
///
/// # Panics
/// If one had; the message shows it.
pub fn assert_clean() {
    let audit = audit();
    assert!(audit.bad.is_empty(), "logged: {:#?}", audit.bad);
}

/// Returns how many lines there were.
#[must_use]
pub fn lines() -> usize {
    audit().lines
}

/// Returns the newest lines, for whoever reads why a run failed.
#[must_use]
pub fn tail() -> Vec<String> {
    audit().tail.iter().cloned().collect()
}

fn audit() -> MutexGuard<'static, Audit> {
    AUDIT.lock().unwrap()
}

/// Takes the lines that are logged, each as a whole.
struct Auditor;

impl io::Write for Auditor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes).into_owned();
        let mut audit = audit();
        audit.lines += 1;
        if MARKERS.iter().any(|marker| line.contains(marker)) {
            audit.bad.push(line.clone());
        }
        audit.tail.push_back(line);
        if audit.tail.len() > TAIL {
            audit.tail.pop_front();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
