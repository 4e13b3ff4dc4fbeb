//! Searches every line that any run logs for values that no log may contain.

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

/// Values of the readers of all runs, of the events of the corpus and of the functions' configuration: addresses, names,
/// telephone numbers, cards, tokens, keys, client secrets.
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

/// The number of the newest lines that are kept for the message of a failed run.
const TAIL: usize = 8;

static AUDIT: Mutex<Audit> = Mutex::new(Audit { lines: 0, tail: VecDeque::new(), bad: Vec::new() });

struct Audit {
    lines: usize,
    tail: VecDeque<String>,
    bad: Vec<String>,
}

/// Starts the audit of this process, unless it has started: of the levels that production logs, and of our own crates at
/// `debug`.
pub fn start() {
    let crates = functions().into_iter().map(|function| function.replace('-', "_"));
    let ours = crates.chain(["pledge".to_owned()]).map(|target| (target, LevelFilter::DEBUG));
    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(ours)
        // The stand-ins are outside systems.
        .with_target("pledge_stand_ins", LevelFilter::OFF);
    let lines = fmt::layer().json().flatten_event(true).without_time().with_writer(|| Auditor).with_filter(targets);
    // Only the first call in a process succeeds, and one is enough.
    _ = Registry::default().with(lines).try_init();
}

/// Checks that no line so far contained one of the markers.
///
/// # Panics
/// If a line did; the message shows it.
pub fn assert_clean() {
    let audit = audit();
    assert!(audit.bad.is_empty(), "logged: {:#?}", audit.bad);
}

/// Returns the number of lines so far.
#[must_use]
pub fn lines() -> usize {
    audit().lines
}

/// Returns the newest lines, for the message of a failed run.
#[must_use]
pub fn tail() -> Vec<String> {
    audit().tail.iter().cloned().collect()
}

fn audit() -> MutexGuard<'static, Audit> {
    AUDIT.lock().unwrap()
}

/// A writer that checks each line that is logged.
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
