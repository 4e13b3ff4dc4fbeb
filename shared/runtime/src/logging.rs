//! Logs: one JSON object a line, on standard output.
//!
//! Lines have no time, since CloudWatch adds it to every line. The request id is a field of the span that `lambda_runtime`
//! opens around each invocation, so every line of an invocation has it under `spans`.

use std::{any::Any, io};

use tracing_subscriber::{Layer, Registry, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

pub use tracing::level_filters::LevelFilter;

use crate::env::Parser;

/// Parses `LOG_LEVEL`: `error`, `warn`, `info` (the default), `debug` or `trace`.
pub fn parse_level(parser: &mut Parser<'_>) -> Option<LevelFilter> {
    let level = parser.optional("LOG_LEVEL", |text| {
        text.parse::<LevelFilter>().map_err(|_| "set one of error, warn, info, debug, trace")
    });
    level.map(|level| level.unwrap_or(LevelFilter::INFO))
}

/// Starts logging at `level`; `function` is the crate of the binary, as in `env!("CARGO_CRATE_NAME")`.
///
/// From then on each panic is logged in one line, too. Logging that has started already stays as it is.
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

/// Returns the levels of the log's targets: `level` for our own crates, and no more than warnings for libraries, since some
/// of them log headers and bodies at `debug`.
fn targets(level: LevelFilter, function: &str) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("lambda_runtime", level.min(LevelFilter::INFO))
        .with_target("pledge", level)
        .with_target(function, level)
}

/// Logs each panic with its location, and with its text if that is a literal, which can't quote data.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "pledge", location, reason = reason(panic.payload()), "panicked");
    }));
}

/// Returns the text of a panic if it is a literal. A formatted text is left out, since it may quote personal data.
fn reason(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("not a literal")
}

#[cfg(test)]
mod tests {
    use pledge_testkit::Log;
    use serde_json::Value;

    use super::*;

    /// Returns the lines that were logged while `work` ran.
    fn logged(level: LevelFilter, work: impl FnOnce()) -> Vec<Value> {
        let log = Log::default();
        let writer = log.clone();
        let _guard = subscriber(level, "stripe_webhook", move || writer.clone()).set_default();
        work();
        log.lines()
    }

    #[test]
    fn a_line_is_an_object_with_the_request_id_of_its_invocation() {
        let lines = logged(LevelFilter::INFO, || {
            let invocation = tracing::info_span!(target: "lambda_runtime", "Lambda runtime invoke", requestId = "8f50");
            invocation.in_scope(|| tracing::info!(target: "stripe_webhook", event = "evt_1", "applied\nonce"));
        });
        let [line] = lines.as_slice() else { panic!("one line: {lines:?}") };
        assert_eq!(line["message"], "applied\nonce");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["event"], "evt_1");
        assert_eq!(line["spans"][0]["requestId"], "8f50");
    }

    #[test]
    fn the_level_is_ours_and_libraries_stay_at_warnings() {
        let lines = logged(LevelFilter::TRACE, || {
            tracing::trace!(target: "pledge_postgres::outbox", "ours");
            tracing::debug!(target: "stripe_webhook::handler", "ours");
            tracing::info!(target: "hyper::client", "theirs");
            tracing::debug!(target: "aws_smithy_runtime", "theirs");
            tracing::warn!(target: "rustls", "theirs, but serious");
        });
        let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
        assert_eq!(messages, ["ours", "ours", "theirs, but serious"]);

        let quiet = logged(LevelFilter::ERROR, || tracing::warn!(target: "rustls", "theirs"));
        assert!(quiet.is_empty());
    }

    #[test]
    fn the_level_comes_from_a_variable_and_is_info_without_it() {
        for (text, expected) in [("", Some(LevelFilter::INFO)), ("debug", Some(LevelFilter::DEBUG)), ("loud", None)] {
            let environment = [("STAGE", "dev"), ("LOG_LEVEL", text)].into_iter().collect();
            assert_eq!(parse_level(&mut Parser::new(&environment)), expected, "{text:?}");
        }
    }

    #[test]
    fn a_panic_shows_its_text_only_if_it_is_a_literal() {
        let payload = |panics: fn()| std::panic::catch_unwind(panics).unwrap_err();
        assert_eq!(reason(payload(|| panic!("a literal")).as_ref()), "a literal");
        let formatted = payload(|| panic!("formatted with {}", std::hint::black_box("reader@example.com")));
        assert_eq!(reason(formatted.as_ref()), "not a literal");
    }
}
