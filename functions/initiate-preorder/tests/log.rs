//! The log that an operator reads.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]
#![allow(dead_code, reason = "this test needs only a part of the support")]

mod support;

use pledge_testkit::Log;
use serde_json::json;
use support::{form, handler, post, read, send};

#[tokio::test]
async fn a_database_that_is_down_is_one_line() {
    let (log, _guard) = Log::of_this_thread();
    let handler = handler();
    handler.intake.initiate.store.be_unavailable_once();
    send(&handler, post(&form())).await;

    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["level"], "ERROR");
    let fields = json!({
        "message": "the request failed",
        "code": "SERVICE_UNAVAILABLE",
        "error": "something that is needed does not answer: the database is unavailable: the test wants it so",
    });
    assert_eq!(lines[0]["fields"], fields);
}

#[tokio::test]
async fn a_refusal_is_one_quiet_line_without_the_address() {
    let (log, _guard) = Log::of_this_thread();
    send(&handler(), post(&json!({ "email": "private@person", "color": "Red" }))).await;
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["level"], "INFO");
    assert!(!lines[0].to_string().contains("private@person"));
}

#[tokio::test]
async fn a_stored_preorder_is_found_by_its_id() {
    let (log, _guard) = Log::of_this_thread();
    let (_, body) = read(&send(&handler(), post(&form())).await);
    let about: Vec<_> =
        log.lines().into_iter().filter(|line| line["fields"]["preorder"] == body["preorderId"]).collect();
    let [line] = about.as_slice() else { panic!("one line: {about:?}") };
    assert_eq!(line["level"], "INFO");
}
