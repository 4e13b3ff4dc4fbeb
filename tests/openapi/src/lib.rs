//! Compares the functions' answers with `docs/openapi.yaml`.
//!
//! Clients must ignore fields that they don't know, so the document's response schemas are open. A test must not ignore
//! them: a field that is answered and not documented is a difference too. So a body is validated against a copy of the
//! schemas in which every response object is closed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a response that isn't as documented should stop the test and say where"
)]

mod document;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use jsonschema::{Draft, Validator};
use lambda_http::{Body, Response};
use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};

use document::{Document, Operation};

/// The responses of a function, each as its `operationId` and its status.
pub type Given = BTreeSet<(String, u16)>;

/// The status that API Gateway answers without calling a function. Functions that answer it themselves name a time to
/// wait.
const THROTTLED: u16 = 429;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let text = fs::read_to_string(project().join("docs/openapi.yaml")).unwrap();
    Document::new(serde_saphyr::from_str(&text).unwrap())
});

/// Returns the folder of the project.
fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Asserts that the document has a response for the request: its status, its headers, and exactly the fields of its body.
/// Returns the operation and the status; none for a path that the document doesn't have.
pub fn assert_documented(request: &HttpEvent, response: &Response<Body>) -> Option<(String, u16)> {
    let operation = DOCUMENT.operation(request.method(), request.path())?;
    let status = response.status().as_u16();
    let what = format!("{} {status}", operation.id);
    let documented = operation.response(status).unwrap_or_else(|| panic!("{what} isn't documented"));
    assert_headers(&what, &documented, response);
    assert_body(&what, &documented, response);
    Some((operation.id.to_owned(), status))
}

/// Returns every response that the document has for these operations, without those of API Gateway.
///
/// # Panics
/// If the document doesn't have an operation.
#[must_use]
pub fn documented(operations: &[&str]) -> Given {
    let all: Vec<Operation<'_>> = DOCUMENT.operations().collect();
    let of = |id: &str| all.iter().find(|operation| operation.id == id).unwrap_or_else(|| panic!("no operation {id}"));
    let by_a_function = |operation: &Operation<'_>, status| {
        status != THROTTLED || operation.response(status).is_some_and(|response| response["headers"].is_object())
    };
    operations
        .iter()
        .flat_map(|id| {
            let operation = of(id);
            let statuses = operation.statuses().filter(|status| by_a_function(operation, *status));
            statuses.map(|status| ((*id).to_owned(), status)).collect::<Vec<_>>()
        })
        .collect()
}

/// Returns the ids of all operations of the document.
#[must_use]
pub fn operations() -> BTreeSet<String> {
    DOCUMENT.operations().map(|operation| operation.id.to_owned()).collect()
}

/// Returns the pointers of response schemas that are closed. There must be none.
#[must_use]
pub fn closed_responses() -> Vec<String> {
    DOCUMENT.closed_responses()
}

fn assert_headers(what: &str, documented: &Value, response: &Response<Body>) {
    let headers = documented["headers"].as_object().into_iter().flatten();
    for (name, header) in headers {
        let header = DOCUMENT.resolve(header);
        let Some(value) = response.headers().get(name) else {
            assert_ne!(header["required"], true, "{what} has no header {name}");
            continue;
        };
        let text = value.to_str().unwrap();
        // A header is text. A schema for numbers is applied to the number that the text is.
        let is_number = DOCUMENT.resolve(&header["schema"])["type"] == "integer";
        let value = if is_number { text.parse::<u64>().unwrap().into() } else { Value::from(text) };
        assert_valid(&format!("{what}, header {name}"), &header["schema"], &value);
    }
}

fn assert_body(what: &str, documented: &Value, response: &Response<Body>) {
    let body = response.body();
    let Some(content) = documented["content"].as_object() else {
        assert!(body.is_empty(), "{what} has a body");
        return;
    };
    let kind = response.headers().get("content-type").map(|value| value.to_str().unwrap()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    let schema = content.get(kind).map(|content| &content["schema"]);
    let schema = schema.unwrap_or_else(|| panic!("{what} isn't documented as {kind:?}"));
    let value = match kind {
        "text/html" => std::str::from_utf8(body).unwrap().into(),
        _ => serde_json::from_slice(body).unwrap_or_else(|error| panic!("{what} is no JSON: {error}")),
    };
    assert_valid(what, schema, &value);
}

fn assert_valid(what: &str, schema: &Value, value: &Value) {
    let problems: Vec<String> = validator(schema).iter_errors(value).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{what} isn't as docs/openapi.yaml says: {problems:#?}\n{value:#}");
}

fn validator(schema: &Value) -> Validator {
    let schema = json!({ "allOf": [schema], "components": DOCUMENT.closed_components() });
    jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&schema).unwrap()
}
