//! Logs: one JSON object a line, on standard output.
//!
//! Lines carry no time, since CloudWatch stamps every line it takes. The request id is a field of the span that
//! `lambda_runtime` opens around each invocation, so every line inside one has it under `spans`.

use std::io;

use tracing_subscriber::{Layer, Registry, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

pub use tracing::level_filters::LevelFilter;

use crate::env::Parser;

/// Takes `LOG_LEVEL`: `error`, `warn`, `info` (the default), `debug` or `trace`.
pub fn parse_level(parser: &mut Parser<'_>) -> Option<LevelFilter> {
    let level = parser.optional("LOG_LEVEL", |text| {
        text.parse::<LevelFilter>().map_err(|_| "set one of error, warn, info, debug, trace")
    });
    level.map(|level| level.unwrap_or(LevelFilter::INFO))
}

/// Starts logging at `level`; `function` is the crate of the binary, as in `env!("CARGO_CRATE_NAME")`.
///
/// Also logs panics, in one line each. Does nothing if logging has started already.
pub fn init(level: LevelFilter, function: &str) {
    if subscriber(level, function, io::stdout).try_init().is_ok() {
        log_panics();
    }
}

fn subscriber<W>(level: LevelFilter, function: &str, writer: W) -> impl SubscriberInitExt
where
    W: for<'w> fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(true)
        .without_time()
        .with_writer(writer)
        .with_filter(targets(level, function));
    Registry::default().with(lines)
}

/// `level` for our own crates. Libraries stay at warnings: at `debug` some of them show headers and bodies.
fn targets(level: LevelFilter, function: &str) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("lambda_runtime", level.min(LevelFilter::INFO))
        .with_target("pledge", level)
        .with_target(function, level)
}

/// Logs where a panic happened. Its text is logged only if it is a literal: a formatted one may quote data.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not a literal)");
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "pledge", message, location, "panicked");
    }));
}
