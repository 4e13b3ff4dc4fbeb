//! Properties of all responses of the document.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]

use std::{fs, path::Path};

use pledge_openapi::{closed_responses, operations};

/// Clients are told to ignore fields that they don't know, so a schema must not refuse such fields.
#[test]
fn every_response_may_get_more_fields() {
    assert_eq!(closed_responses(), [""; 0]);
}

/// Each function has a test `every_documented_response_is_given` that names its operations.
#[test]
fn every_operation_is_compared_with_what_its_function_answers() {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    let tests: Vec<String> = fs::read_dir(functions)
        .unwrap()
        .filter_map(|function| fs::read_to_string(function.unwrap().path().join("tests/contract.rs")).ok())
        .collect();
    for operation in operations() {
        let name = format!("\"{operation}\"");
        assert!(tests.iter().any(|test| test.contains(&name)), "no functions/*/tests/contract.rs names {name}");
    }
}
