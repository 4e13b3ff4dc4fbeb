//! Listens to every line that is logged in any run, and notes those that hold what no log may hold.

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
const MARKERS: [&str; 18] = [
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
    "pk_proof",
    "_secret_",
    "Bearer ",
];

/// How many of the newest lines are kept for whoever reads why a run fails.
const TAIL: usize = 8;

static HEARD: Mutex<Heard> = Mutex::new(Heard { lines: 0, tail: VecDeque::new(), bad: Vec::new() });

struct Heard {
    lines: usize,
    tail: VecDeque<String>,
    bad: Vec<String>,
}

/// Begins to listen, if nobody does yet: as production logs, and at `debug` what is ours.
pub fn begin() {
    let crates = functions().into_iter().map(|function| function.replace('-', "_"));
    let ours = crates.chain(["pledge".to_owned()]).map(|target| (target, LevelFilter::DEBUG));
    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(ours)
        // These play the outside.
        .with_target("pledge_stand_ins", LevelFilter::OFF);
    let lines = fmt::layer().json().flatten_event(true).without_time().with_writer(|| Ear).with_filter(targets);
    // Only the first of a process succeeds, and one is enough.
    _ = Registry::default().with(lines).try_init();
}

/// # Panics
/// If a line had one of the markers in it.
pub fn assert_clean() {
    let heard = heard();
    assert!(heard.bad.is_empty(), "logged: {:#?}", heard.bad);
}

/// How many lines there were.
#[must_use]
pub fn lines() -> usize {
    heard().lines
}

/// The newest lines.
#[must_use]
pub fn tail() -> Vec<String> {
    heard().tail.iter().cloned().collect()
}

fn heard() -> MutexGuard<'static, Heard> {
    HEARD.lock().unwrap()
}

/// Takes whole lines.
struct Ear;

impl io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes).into_owned();
        let mut heard = heard();
        heard.lines += 1;
        if MARKERS.iter().any(|marker| line.contains(marker)) {
            heard.bad.push(line.clone());
        }
        heard.tail.push_back(line);
        if heard.tail.len() > TAIL {
            heard.tail.pop_front();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
